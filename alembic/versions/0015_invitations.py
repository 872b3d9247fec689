"""Links with a secret, and the outbox their letters wait in. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE invitations (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    member_id UUID,
    secret_hash BYTEA NOT NULL,
    created_by UUID,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_invitations PRIMARY KEY (id),
    CONSTRAINT uq_invitations_secret_hash UNIQUE (secret_hash),
    CONSTRAINT fk_invitations_member_id_members FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE,
    CONSTRAINT fk_invitations_created_by_members FOREIGN KEY(created_by) REFERENCES members (id) ON DELETE CASCADE,
    CONSTRAINT ck_invitations_kind CHECK (kind IN ('invitation', 'reset', 'set_up')),
    CONSTRAINT ck_invitations_for_a_member CHECK ((kind = 'set_up') = (member_id IS NULL))
);
CREATE INDEX ix_invitations_member_id ON invitations (member_id);
CREATE INDEX ix_invitations_created_by ON invitations (created_by);
CREATE INDEX ix_invitations_expires_at ON invitations (expires_at);
CREATE TABLE outbox (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    network TEXT,
    sealed_payload BYTEA,
    sealing_key_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    next_try_at TIMESTAMP WITH TIME ZONE NOT NULL,
    tries INTEGER DEFAULT '0' NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    dropped_at TIMESTAMP WITH TIME ZONE,
    failed_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT ck_outbox_kind CHECK (kind IN ('invitation', 'reset', 'forgot')),
    CONSTRAINT ck_outbox_sealed_with_a_key CHECK ((sealed_payload IS NULL) = (sealing_key_id IS NULL)),
    CONSTRAINT ck_outbox_one_end CHECK (num_nonnulls(sent_at, dropped_at, failed_at) <= 1),
    CONSTRAINT ck_outbox_emptied_at_its_end
        CHECK ((sealed_payload IS NULL) = (num_nonnulls(sent_at, dropped_at, failed_at) = 1))
);
CREATE INDEX ix_outbox_due ON outbox (next_try_at)
    WHERE sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL;
CREATE INDEX ix_outbox_asked_recipient ON outbox (recipient, created_at) WHERE kind = 'forgot';
CREATE INDEX ix_outbox_asked_network ON outbox (network, created_at) WHERE kind = 'forgot';
CREATE INDEX ix_outbox_created_at ON outbox (created_at);
UPDATE schema_state SET revision = '0015'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
