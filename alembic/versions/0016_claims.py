"""What members do themselves: models they may claim, and secrets for a quarter of an hour. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SCHEMA = """
ALTER TABLE models ADD COLUMN claimable BOOLEAN DEFAULT false NOT NULL;
ALTER TABLE models ADD COLUMN default_limits JSONB DEFAULT '[]' NOT NULL;
ALTER TABLE allocations ADD COLUMN unlocked_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE allocations ADD CONSTRAINT ck_allocations_unlocked_when_revoked
    CHECK (unlocked_at IS NULL OR state = 'revoked');
CREATE TABLE credential_tokens (
    secret_hash BYTEA NOT NULL,
    credential_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_credential_tokens PRIMARY KEY (secret_hash),
    CONSTRAINT fk_credential_tokens_credential_id_credentials FOREIGN KEY(credential_id) REFERENCES credentials (id)
        ON DELETE CASCADE
);
CREATE INDEX ix_credential_tokens_credential_id ON credential_tokens (credential_id);
CREATE INDEX ix_credential_tokens_expires_at ON credential_tokens (expires_at);
CREATE INDEX ix_usage_quarters_member ON usage_quarters (member_id, quarter);
UPDATE schema_state SET revision = '0016'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
