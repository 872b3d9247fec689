"""Reports of everybody's calls read only the quarters of their period. Expand only.

Roll-ups lie in their table in the order of time, so the least and the most of each stretch of it leads there: an index that
costs a call nothing, where one entry for each row would cost as much as the row.
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE INDEX ix_usage_quarters_quarter ON usage_quarters USING brin (quarter) WITH (pages_per_range = 32, autosummarize = true);

UPDATE schema_state SET revision = '0022'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
