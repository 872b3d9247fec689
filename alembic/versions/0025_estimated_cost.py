"""The part of the billed cost that the gateway counted itself, in the roll-ups, since no provider told it. Expand only.

Of calls that a build before this one settles the roll-ups say nothing here; their records do.
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SCHEMA = """
ALTER TABLE usage_quarters ADD COLUMN estimated_cost_nanos BIGINT DEFAULT 0 NOT NULL;

UPDATE schema_state SET revision = '0025'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
