"""Routes for members with certain tags. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SCHEMA = """
ALTER TABLE routes ADD COLUMN tag_ids UUID[] DEFAULT '{}' NOT NULL;
UPDATE schema_state SET revision = '0011'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
