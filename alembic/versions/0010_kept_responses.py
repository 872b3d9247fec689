"""Responses that the gateway keeps itself, sealed. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE kept_responses (
    member_id UUID NOT NULL,
    response_id TEXT NOT NULL,
    call_id UUID NOT NULL,
    previous_id TEXT,
    sealing_key_id TEXT NOT NULL,
    sealed_turn BYTEA NOT NULL,
    stored_bytes INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_kept_responses PRIMARY KEY (member_id, response_id),
    CONSTRAINT fk_kept_responses_member_id_members FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE
);
CREATE INDEX ix_kept_responses_expires_at ON kept_responses (expires_at);
ALTER TABLE kept_responses ALTER COLUMN sealed_turn SET STORAGE EXTERNAL;
UPDATE schema_state SET revision = '0010'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
