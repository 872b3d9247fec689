"""Programs that ask for a credential by a code. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE device_authorizations (
    id UUID NOT NULL,
    device_code_hash BYTEA NOT NULL,
    user_code_hash BYTEA NOT NULL,
    client_id TEXT NOT NULL,
    device_name TEXT,
    operations TEXT[] NOT NULL,
    address TEXT,
    network TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    interval_s INTEGER NOT NULL,
    polled_at TIMESTAMP WITH TIME ZONE,
    decision TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    member_id UUID,
    ordered JSONB,
    collected_at TIMESTAMP WITH TIME ZONE,
    credential_id UUID,
    CONSTRAINT pk_device_authorizations PRIMARY KEY (id),
    CONSTRAINT uq_device_authorizations_device_code_hash UNIQUE (device_code_hash),
    CONSTRAINT uq_device_authorizations_user_code_hash UNIQUE (user_code_hash),
    CONSTRAINT fk_device_authorizations_member_id_members FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE,
    CONSTRAINT fk_device_authorizations_credential_id_credentials FOREIGN KEY(credential_id)
        REFERENCES credentials (id) ON DELETE SET NULL,
    CONSTRAINT ck_device_authorizations_decision CHECK (decision IN ('approved', 'denied')),
    CONSTRAINT ck_device_authorizations_by_somebody CHECK (
        (decision IS NULL) = (member_id IS NULL) AND (decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_device_authorizations_approved_first CHECK (
        collected_at IS NULL OR (decision = 'approved' AND ordered IS NOT NULL))
);

CREATE INDEX ix_device_authorizations_expires_at ON device_authorizations (expires_at);
CREATE INDEX ix_device_authorizations_member_id ON device_authorizations (member_id);
CREATE INDEX ix_device_authorizations_credential_id ON device_authorizations (credential_id);
CREATE INDEX ix_device_authorizations_open ON device_authorizations (network, expires_at) WHERE decision IS NULL;

UPDATE schema_state SET revision = '0020'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
