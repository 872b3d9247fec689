"""Whose the responses are that providers keep, and which key made them. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE stored_responses (
    member_id UUID NOT NULL,
    response_id TEXT NOT NULL,
    provider_key_id UUID NOT NULL,
    call_id UUID NOT NULL,
    shown_model TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_stored_responses PRIMARY KEY (member_id, response_id),
    CONSTRAINT fk_stored_responses_member_id_members FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE,
    CONSTRAINT fk_stored_responses_provider_key_id_provider_keys FOREIGN KEY(provider_key_id)
        REFERENCES provider_keys (id) ON DELETE CASCADE
);
CREATE INDEX ix_stored_responses_provider_key_id ON stored_responses (provider_key_id);
CREATE INDEX ix_stored_responses_expires_at ON stored_responses (expires_at);
UPDATE schema_state SET revision = '0006'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
