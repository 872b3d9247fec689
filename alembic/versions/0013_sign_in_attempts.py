"""Attempts to sign in, counted before a password is looked at. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE sign_in_attempts (
    account BYTEA NOT NULL,
    network TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    next_from TIMESTAMP WITH TIME ZONE,
    proved_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sign_in_attempts PRIMARY KEY (account, network)
);
CREATE INDEX ix_sign_in_attempts_last_at ON sign_in_attempts (last_at);
UPDATE schema_state SET revision = '0013'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
