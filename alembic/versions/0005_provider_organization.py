"""Which organization at its provider a key belongs to. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = """
ALTER TABLE provider_keys ADD COLUMN organization TEXT;
UPDATE schema_state SET revision = '0005'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
