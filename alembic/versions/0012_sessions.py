"""Sessions: what a browser is signed in with. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE sessions (
    id UUID NOT NULL,
    member_id UUID NOT NULL,
    secret_hash BYTEA NOT NULL,
    method TEXT NOT NULL,
    address TEXT,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    proved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT uq_sessions_secret_hash UNIQUE (secret_hash),
    CONSTRAINT fk_sessions_member_id_members FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE,
    CONSTRAINT ck_sessions_method CHECK (method IN ('password', 'oidc', 'link'))
);
CREATE INDEX ix_sessions_member_id ON sessions (member_id);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);
UPDATE schema_state SET revision = '0012'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
