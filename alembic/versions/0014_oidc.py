"""Members as other providers know them, and sign-ins that ended. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE member_identities (
    id UUID NOT NULL,
    member_id UUID NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_member_identities PRIMARY KEY (id),
    CONSTRAINT uq_member_identities_issuer_subject UNIQUE (issuer, subject),
    CONSTRAINT uq_member_identities_member_id_issuer UNIQUE (member_id, issuer),
    CONSTRAINT fk_member_identities_member_id_members FOREIGN KEY(member_id) REFERENCES members (id) ON DELETE CASCADE
);
CREATE TABLE oidc_used_states (
    state_hash BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_oidc_used_states PRIMARY KEY (state_hash)
);
CREATE INDEX ix_oidc_used_states_expires_at ON oidc_used_states (expires_at);
UPDATE schema_state SET revision = '0014'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
