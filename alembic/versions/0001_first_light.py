"""The tables of the first issue: who, what, for how much, and what happened."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE audit_events (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_member_id UUID,
    actor_name TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id UUID,
    before JSONB,
    after JSONB,
    request_id TEXT,
    CONSTRAINT pk_audit_events PRIMARY KEY (id)
);
CREATE INDEX ix_audit_events_actor ON audit_events (actor_member_id, id);
CREATE INDEX ix_audit_events_target ON audit_events (target_kind, target_id, id);

CREATE TABLE call_records (
    call_id UUID NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    first_byte_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE NOT NULL,
    credential_id UUID,
    allocation_id UUID,
    member_id UUID,
    dialect TEXT NOT NULL,
    operation TEXT NOT NULL,
    stream BOOLEAN NOT NULL,
    requested_model TEXT,
    model TEXT,
    model_id UUID,
    upstream_model TEXT,
    provider TEXT,
    provider_key_id UUID,
    route_id UUID,
    attempts JSONB DEFAULT '[]' NOT NULL,
    outcome TEXT NOT NULL,
    details JSONB DEFAULT '{}' NOT NULL,
    upstream_status INTEGER,
    finish_reason TEXT,
    input_tokens BIGINT DEFAULT 0 NOT NULL,
    cached_read_tokens BIGINT DEFAULT 0 NOT NULL,
    cache_write_tokens BIGINT DEFAULT 0 NOT NULL,
    output_tokens BIGINT DEFAULT 0 NOT NULL,
    reasoning_tokens BIGINT DEFAULT 0 NOT NULL,
    unit TEXT,
    quantity BIGINT,
    usage_source TEXT NOT NULL,
    service_tier TEXT,
    price_version_id UUID,
    list_cost_nanos BIGINT,
    multiplier_millionths BIGINT DEFAULT 1000000 NOT NULL,
    billed_cost_nanos BIGINT,
    held_nanos BIGINT DEFAULT 0 NOT NULL,
    overrun_nanos BIGINT DEFAULT 0 NOT NULL,
    funded_by TEXT DEFAULT 'quota' NOT NULL,
    bookings JSONB DEFAULT '[]' NOT NULL,
    swept BOOLEAN DEFAULT false NOT NULL,
    refused_count INTEGER DEFAULT 0 NOT NULL,
    request_id TEXT NOT NULL,
    upstream_request_id TEXT,
    client TEXT,
    CONSTRAINT pk_call_records PRIMARY KEY (call_id),
    CONSTRAINT ck_call_records_usage_source CHECK (usage_source IN ('provider', 'counted', 'estimated', 'none'))
)
 PARTITION BY RANGE (call_id);
-- Catches strays (a clock far off, a job that never ran); a job alarms when it holds a row.
CREATE TABLE call_records_default PARTITION OF call_records DEFAULT;
CREATE INDEX ix_call_records_credential ON call_records (credential_id, call_id);
CREATE INDEX ix_call_records_member ON call_records (member_id, call_id);

CREATE TABLE holds (
    call_id UUID NOT NULL,
    replica_id UUID NOT NULL,
    amounts JSONB NOT NULL,
    record JSONB NOT NULL,
    progress JSONB,
    parked BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_holds PRIMARY KEY (call_id)
);
CREATE INDEX ix_holds_replica_id ON holds (replica_id);

CREATE TABLE members (
    id UUID NOT NULL,
    kind TEXT DEFAULT 'person' NOT NULL,
    identity TEXT DEFAULT 'local' NOT NULL,
    identifier TEXT NOT NULL,
    display_name TEXT NOT NULL,
    role TEXT DEFAULT 'member' NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    password_hash TEXT,
    responsible_member_id UUID,
    epoch BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_members PRIMARY KEY (id),
    CONSTRAINT ck_members_kind CHECK (kind IN ('person', 'service')),
    CONSTRAINT ck_members_identity CHECK (identity IN ('local', 'oidc', 'ldap', 'guest', 'external')),
    CONSTRAINT ck_members_role CHECK (role IN ('member', 'admin', 'owner')),
    CONSTRAINT ck_members_status CHECK (status IN ('active', 'disabled')),
    CONSTRAINT ck_members_service_accounts CHECK (kind = 'person' OR (password_hash IS NULL AND role <> 'owner')),
    CONSTRAINT fk_members_responsible_member_id FOREIGN KEY(responsible_member_id) REFERENCES members (id) ON DELETE RESTRICT
);
CREATE INDEX ix_members_responsible_member_id ON members (responsible_member_id);
CREATE UNIQUE INDEX uq_members_identifier_lower ON members (lower(identifier));

CREATE TABLE models (
    id UUID NOT NULL,
    slug TEXT NOT NULL,
    display_name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    operations TEXT[] NOT NULL,
    context_tokens INTEGER,
    output_tokens_max INTEGER,
    hidden_reasoning BOOLEAN DEFAULT false NOT NULL,
    capabilities JSONB DEFAULT '{}' NOT NULL,
    access TEXT DEFAULT 'restricted' NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_models PRIMARY KEY (id),
    CONSTRAINT ck_models_access CHECK (access IN ('open', 'restricted')),
    CONSTRAINT ck_models_status CHECK (status IN ('active', 'archived')),
    CONSTRAINT ck_models_context_tokens CHECK (context_tokens > 0),
    CONSTRAINT ck_models_output_tokens_max CHECK (output_tokens_max > 0),
    CONSTRAINT ck_models_operations CHECK (operations <@ ARRAY['chat', 'responses']),
    CONSTRAINT uq_models_slug UNIQUE (slug)
);

CREATE TABLE provider_keys (
    id UUID NOT NULL,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    base_url TEXT NOT NULL,
    api_version TEXT,
    allow_private_network BOOLEAN DEFAULT false NOT NULL,
    sealed_secret BYTEA,
    sealing_key_id TEXT,
    secret_display TEXT,
    wiring JSONB NOT NULL,
    wiring_version TEXT NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    flagged_code TEXT,
    flagged_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_provider_keys PRIMARY KEY (id),
    CONSTRAINT ck_provider_keys_status CHECK (status IN ('active', 'disabled')),
    CONSTRAINT ck_provider_keys_sealed_with_a_key CHECK ((sealed_secret IS NULL) = (sealing_key_id IS NULL)),
    CONSTRAINT uq_provider_keys_name UNIQUE (name)
);

CREATE TABLE quota_accounts (
    id UUID NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    metric TEXT NOT NULL,
    window_start TIMESTAMP WITH TIME ZONE NOT NULL,
    window_end TIMESTAMP WITH TIME ZONE,
    settled BIGINT DEFAULT 0 NOT NULL,
    held BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_quota_accounts PRIMARY KEY (id)
);
CREATE INDEX ix_quota_accounts_subject ON quota_accounts (subject_id, metric, window_start);

CREATE TABLE replicas (
    id UUID NOT NULL,
    beat BIGINT DEFAULT 0 NOT NULL,
    host TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    swept_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_replicas PRIMARY KEY (id)
);

CREATE TABLE schema_state (
    id SMALLSERIAL NOT NULL,
    revision TEXT NOT NULL,
    readable_from TEXT NOT NULL,
    CONSTRAINT pk_schema_state PRIMARY KEY (id),
    CONSTRAINT ck_schema_state_one_row CHECK (id = 1)
);

CREATE TABLE settings (
    name TEXT NOT NULL,
    value JSONB NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (name)
);

CREATE TABLE unsettled (
    call_id UUID NOT NULL,
    record JSONB NOT NULL,
    sqlstate TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_unsettled PRIMARY KEY (call_id)
);

CREATE TABLE world (
    id SMALLSERIAL NOT NULL,
    epoch BIGINT NOT NULL,
    CONSTRAINT pk_world PRIMARY KEY (id),
    CONSTRAINT ck_world_one_row CHECK (id = 1)
);

CREATE TABLE access_rules (
    id UUID NOT NULL,
    model_id UUID NOT NULL,
    member_id UUID NOT NULL,
    effect TEXT DEFAULT 'allow' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_access_rules PRIMARY KEY (id),
    CONSTRAINT ck_access_rules_effect CHECK (effect IN ('allow')),
    CONSTRAINT uq_access_rules_model_id_member_id UNIQUE (model_id, member_id),
    CONSTRAINT fk_access_rules_model_id FOREIGN KEY(model_id) REFERENCES models (id) ON DELETE CASCADE,
    CONSTRAINT fk_access_rules_member_id FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE
);
CREATE INDEX ix_access_rules_member_id ON access_rules (member_id);

CREATE TABLE access_tokens (
    id UUID NOT NULL,
    member_id UUID NOT NULL,
    name TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    display TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_access_tokens PRIMARY KEY (id),
    CONSTRAINT fk_access_tokens_member_id FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE,
    CONSTRAINT uq_access_tokens_secret_hash UNIQUE (secret_hash)
);
CREATE INDEX ix_access_tokens_member_id ON access_tokens (member_id);

CREATE TABLE allocations (
    id UUID NOT NULL,
    member_id UUID NOT NULL,
    model_id UUID NOT NULL,
    state TEXT DEFAULT 'active' NOT NULL,
    state_reason TEXT DEFAULT '' NOT NULL,
    paused_by TEXT,
    funded_by TEXT DEFAULT 'quota' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_allocations PRIMARY KEY (id),
    CONSTRAINT ck_allocations_state CHECK (state IN ('active', 'paused', 'quarantined', 'revoked')),
    CONSTRAINT ck_allocations_paused_by CHECK (paused_by IN ('member', 'admin')),
    CONSTRAINT ck_allocations_paused_by_somebody CHECK ((state = 'paused') = (paused_by IS NOT NULL)),
    CONSTRAINT ck_allocations_funded_by CHECK (funded_by IN ('quota')),
    CONSTRAINT fk_allocations_member_id FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE RESTRICT,
    CONSTRAINT fk_allocations_model_id FOREIGN KEY(model_id) REFERENCES models (id) ON DELETE RESTRICT
);
CREATE INDEX ix_allocations_member_id ON allocations (member_id);
CREATE INDEX ix_allocations_model_id ON allocations (model_id);
CREATE UNIQUE INDEX uq_allocations_one_live ON allocations (member_id, model_id) WHERE state <> 'revoked';

CREATE TABLE credentials (
    id UUID NOT NULL,
    public_id TEXT NOT NULL,
    member_id UUID NOT NULL,
    name TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    display TEXT NOT NULL,
    all_allocations BOOLEAN DEFAULT true NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    paused_at TIMESTAMP WITH TIME ZONE,
    paused_by TEXT,
    revoked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_credentials PRIMARY KEY (id),
    CONSTRAINT ck_credentials_paused_by CHECK (paused_by IN ('member', 'admin')),
    CONSTRAINT ck_credentials_paused_by_somebody CHECK ((paused_at IS NULL) = (paused_by IS NULL)),
    CONSTRAINT uq_credentials_public_id UNIQUE (public_id),
    CONSTRAINT fk_credentials_member_id FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE RESTRICT,
    CONSTRAINT uq_credentials_secret_hash UNIQUE (secret_hash)
);
CREATE INDEX ix_credentials_member_id ON credentials (member_id);

CREATE TABLE price_versions (
    id UUID NOT NULL,
    model_id UUID NOT NULL,
    in_force_from TIMESTAMP WITH TIME ZONE NOT NULL,
    prices JSONB NOT NULL,
    source TEXT DEFAULT 'administrator' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_price_versions PRIMARY KEY (id),
    CONSTRAINT uq_price_versions_model_id_in_force_from UNIQUE (model_id, in_force_from),
    CONSTRAINT fk_price_versions_model_id FOREIGN KEY(model_id) REFERENCES models (id) ON DELETE CASCADE
);

CREATE TABLE routes (
    id UUID NOT NULL,
    model_id UUID NOT NULL,
    provider_key_id UUID NOT NULL,
    upstream_model TEXT NOT NULL,
    priority INTEGER DEFAULT 100 NOT NULL,
    weight INTEGER DEFAULT 1 NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_routes PRIMARY KEY (id),
    CONSTRAINT ck_routes_weight CHECK (weight >= 0),
    CONSTRAINT ck_routes_status CHECK (status IN ('active', 'disabled')),
    CONSTRAINT uq_routes_model_id_provider_key_id_upstream_model UNIQUE (model_id, provider_key_id, upstream_model),
    CONSTRAINT fk_routes_model_id FOREIGN KEY(model_id) REFERENCES models (id) ON DELETE CASCADE,
    CONSTRAINT fk_routes_provider_key_id FOREIGN KEY(provider_key_id) REFERENCES provider_keys (id) ON DELETE RESTRICT
);
CREATE INDEX ix_routes_provider_key_id ON routes (provider_key_id);

CREATE TABLE credential_allocations (
    credential_id UUID NOT NULL,
    allocation_id UUID NOT NULL,
    CONSTRAINT pk_credential_allocations PRIMARY KEY (credential_id, allocation_id),
    CONSTRAINT fk_credential_allocations_credential_id FOREIGN KEY(credential_id) REFERENCES credentials (id) ON DELETE CASCADE,
    CONSTRAINT fk_credential_allocations_allocation_id FOREIGN KEY(allocation_id) REFERENCES allocations (id) ON DELETE CASCADE
);
CREATE INDEX ix_credential_allocations_allocation_id ON credential_allocations (allocation_id);

CREATE TABLE limits (
    id UUID NOT NULL,
    subject_kind TEXT NOT NULL,
    allocation_id UUID NOT NULL,
    metric TEXT NOT NULL,
    window_kind TEXT NOT NULL,
    amount BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_limits PRIMARY KEY (id),
    CONSTRAINT ck_limits_subject_kind CHECK (subject_kind IN ('allocation')),
    CONSTRAINT ck_limits_metric CHECK (metric IN ('total_tokens', 'cost')),
    CONSTRAINT ck_limits_window_kind CHECK (window_kind IN ('month')),
    CONSTRAINT ck_limits_amount CHECK (amount >= 0),
    CONSTRAINT uq_limits_allocation_id_metric_window_kind UNIQUE (allocation_id, metric, window_kind),
    CONSTRAINT fk_limits_allocation_id FOREIGN KEY(allocation_id) REFERENCES allocations (id) ON DELETE CASCADE
);

-- Hot rows: half-empty pages keep updates on their page, and vacuum comes early.
ALTER TABLE quota_accounts SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE holds SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

INSERT INTO world (id, epoch) VALUES (1, (random() * 9e18)::bigint);
INSERT INTO schema_state (id, revision, readable_from) VALUES (1, '0001', '0001');
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
