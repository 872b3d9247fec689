"""Each process says which encryption keys it has, by their ids, so that nothing is sealed with one it has not. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE key_rings (
    process_id UUID NOT NULL,
    host TEXT NOT NULL,
    key_ids TEXT[] NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_key_rings PRIMARY KEY (process_id)
);

UPDATE schema_state SET revision = '0023'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
