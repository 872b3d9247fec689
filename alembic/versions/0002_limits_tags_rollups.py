"""Limits on every subject and window, tags, roll-ups of the ledger, idempotency keys. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE tags (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    priority INTEGER DEFAULT 100 NOT NULL,
    everyone BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_tags PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_tags_name_lower ON tags (lower(name));

CREATE TABLE member_tags (
    member_id UUID NOT NULL,
    tag_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_member_tags PRIMARY KEY (member_id, tag_id),
    CONSTRAINT fk_member_tags_member_id FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE,
    CONSTRAINT fk_member_tags_tag_id FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE CASCADE
);
CREATE INDEX ix_member_tags_tag_id ON member_tags (tag_id);

ALTER TABLE access_rules ALTER COLUMN member_id DROP NOT NULL;
ALTER TABLE access_rules ADD COLUMN tag_id UUID;
ALTER TABLE access_rules ADD CONSTRAINT fk_access_rules_tag_id FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE RESTRICT;
ALTER TABLE access_rules DROP CONSTRAINT ck_access_rules_effect;
ALTER TABLE access_rules ADD CONSTRAINT ck_access_rules_effect CHECK (effect IN ('allow', 'deny'));
ALTER TABLE access_rules ADD CONSTRAINT ck_access_rules_one_subject CHECK (num_nonnulls(member_id, tag_id) = 1);
ALTER TABLE access_rules ADD CONSTRAINT uq_access_rules_model_id_tag_id UNIQUE (model_id, tag_id);
CREATE INDEX ix_access_rules_tag_id ON access_rules (tag_id);

ALTER TABLE limits ALTER COLUMN allocation_id DROP NOT NULL;
ALTER TABLE limits ADD COLUMN member_id UUID;
ALTER TABLE limits ADD COLUMN credential_id UUID;
ALTER TABLE limits ADD COLUMN tag_id UUID;
ALTER TABLE limits ADD COLUMN provider_key_id UUID;
ALTER TABLE limits ADD COLUMN window_s INTEGER;
ALTER TABLE limits ADD COLUMN zone TEXT;
ALTER TABLE limits ADD COLUMN partition_by TEXT DEFAULT 'subject' NOT NULL;
ALTER TABLE limits ADD COLUMN on_exceed TEXT DEFAULT 'reject' NOT NULL;
ALTER TABLE limits ADD CONSTRAINT fk_limits_member_id FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE;
ALTER TABLE limits ADD CONSTRAINT fk_limits_credential_id
    FOREIGN KEY(credential_id) REFERENCES credentials (id) ON DELETE CASCADE;
ALTER TABLE limits ADD CONSTRAINT fk_limits_tag_id FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE RESTRICT;
ALTER TABLE limits ADD CONSTRAINT fk_limits_provider_key_id
    FOREIGN KEY(provider_key_id) REFERENCES provider_keys (id) ON DELETE CASCADE;
ALTER TABLE limits DROP CONSTRAINT ck_limits_subject_kind;
ALTER TABLE limits DROP CONSTRAINT ck_limits_metric;
ALTER TABLE limits DROP CONSTRAINT ck_limits_window_kind;
ALTER TABLE limits DROP CONSTRAINT uq_limits_allocation_id_metric_window_kind;
ALTER TABLE limits ADD CONSTRAINT ck_limits_subject_kind
    CHECK (subject_kind IN ('global', 'tag', 'member', 'allocation', 'credential', 'provider_key'));
ALTER TABLE limits ADD CONSTRAINT ck_limits_subject CHECK (
    num_nonnulls(allocation_id, member_id, credential_id, tag_id, provider_key_id) = (subject_kind <> 'global')::int
    AND (subject_kind <> 'allocation' OR allocation_id IS NOT NULL)
    AND (subject_kind <> 'member' OR member_id IS NOT NULL)
    AND (subject_kind <> 'credential' OR credential_id IS NOT NULL)
    AND (subject_kind <> 'tag' OR tag_id IS NOT NULL)
    AND (subject_kind <> 'provider_key' OR provider_key_id IS NOT NULL));
ALTER TABLE limits ADD CONSTRAINT ck_limits_metric
    CHECK (metric IN ('requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cost', 'concurrency'));
ALTER TABLE limits ADD CONSTRAINT ck_limits_window_kind CHECK (window_kind IN ('request', 'sliding', 'day', 'month', 'lifetime'));
ALTER TABLE limits ADD CONSTRAINT ck_limits_window_s
    CHECK ((window_kind = 'sliding') = (window_s IS NOT NULL) AND window_s BETWEEN 1 AND 86400);
ALTER TABLE limits ADD CONSTRAINT ck_limits_concurrency CHECK (metric <> 'concurrency' OR window_kind = 'lifetime');
ALTER TABLE limits ADD CONSTRAINT ck_limits_request CHECK (window_kind <> 'request'
    OR (metric IN ('input_tokens', 'output_tokens', 'total_tokens', 'cost') AND partition_by = 'subject'));
ALTER TABLE limits ADD CONSTRAINT ck_limits_partition_by CHECK (partition_by IN ('subject', 'member', 'credential'));
ALTER TABLE limits ADD CONSTRAINT ck_limits_on_exceed CHECK (on_exceed IN ('reject', 'warn'));
CREATE UNIQUE INDEX uq_limits_one_of_a_kind ON limits (
    subject_kind, allocation_id, member_id, credential_id, tag_id, provider_key_id, metric, window_kind, window_s, zone,
    partition_by, on_exceed) NULLS NOT DISTINCT;
CREATE INDEX ix_limits_allocation_id ON limits (allocation_id);
CREATE INDEX ix_limits_member_id ON limits (member_id);
CREATE INDEX ix_limits_credential_id ON limits (credential_id);
CREATE INDEX ix_limits_tag_id ON limits (tag_id);
CREATE INDEX ix_limits_provider_key_id ON limits (provider_key_id);

ALTER TABLE quota_accounts ALTER COLUMN subject_id DROP NOT NULL;
ALTER TABLE quota_accounts ADD COLUMN previous BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE quota_accounts ADD COLUMN bucket BIGINT DEFAULT 0 NOT NULL;

ALTER TABLE call_records ADD COLUMN tags JSONB DEFAULT '[]' NOT NULL;

CREATE TABLE usage_quarters (
    quarter TIMESTAMP WITH TIME ZONE NOT NULL,
    member_id UUID,
    credential_id UUID,
    allocation_id UUID,
    model_id UUID,
    model TEXT,
    provider TEXT,
    provider_key_id UUID,
    outcome TEXT NOT NULL,
    calls BIGINT DEFAULT 0 NOT NULL,
    input_tokens BIGINT DEFAULT 0 NOT NULL,
    cached_read_tokens BIGINT DEFAULT 0 NOT NULL,
    cache_write_tokens BIGINT DEFAULT 0 NOT NULL,
    output_tokens BIGINT DEFAULT 0 NOT NULL,
    reasoning_tokens BIGINT DEFAULT 0 NOT NULL,
    billed_cost_nanos BIGINT DEFAULT 0 NOT NULL,
    unpriced_calls BIGINT DEFAULT 0 NOT NULL
);
CREATE UNIQUE INDEX uq_usage_quarters_key ON usage_quarters (
    quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome) NULLS NOT DISTINCT;
ALTER TABLE usage_quarters SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

CREATE TABLE proof_marks (
    name TEXT NOT NULL,
    up_to UUID NOT NULL,
    CONSTRAINT pk_proof_marks PRIMARY KEY (name)
);
CREATE TABLE proof_sums (
    account_id UUID NOT NULL,
    bucket BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_proof_sums PRIMARY KEY (account_id, bucket)
);
CREATE TABLE proof_open (
    call_id UUID NOT NULL,
    CONSTRAINT pk_proof_open PRIMARY KEY (call_id)
);
CREATE TABLE proof_quarters (
    quarter TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_proof_quarters PRIMARY KEY (quarter)
);
INSERT INTO proof_marks (name, up_to)
SELECT name, (lpad(to_hex((extract(epoch FROM date_bin('15 minutes', now() + interval '1 hour', '2000-01-01 00:00:00+00'))
    * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
FROM unnest(ARRAY['quarters', 'quarters_again']) AS name
WHERE EXISTS (SELECT 1 FROM call_records);

CREATE TABLE idempotency_keys (
    credential_id UUID NOT NULL,
    key_hash BYTEA NOT NULL,
    body_hash BYTEA NOT NULL,
    call_id UUID NOT NULL,
    replica_id UUID NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    status INTEGER,
    headers JSONB,
    sealing_key_id TEXT,
    sealed_answer BYTEA,
    stored_bytes INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (credential_id, key_hash),
    CONSTRAINT ck_idempotency_keys_state CHECK (state IN ('open', 'done', 'not_replayable')),
    CONSTRAINT ck_idempotency_keys_sealed_with_a_key CHECK (
        (state = 'done') = (sealed_answer IS NOT NULL) AND (sealed_answer IS NULL) = (sealing_key_id IS NULL)),
    CONSTRAINT fk_idempotency_keys_credential_id FOREIGN KEY(credential_id) REFERENCES credentials (id) ON DELETE CASCADE
);
CREATE INDEX ix_idempotency_keys_expires_at ON idempotency_keys (expires_at);
-- What is encrypted does not become shorter.
ALTER TABLE idempotency_keys ALTER COLUMN sealed_answer SET STORAGE EXTERNAL;

UPDATE schema_state SET revision = '0002'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
