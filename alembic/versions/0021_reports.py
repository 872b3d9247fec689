"""What the roll-ups have to say for reports: list costs, and the tags that the members of their calls had. Expand only.

A row that a build without these columns has written to is not `is_told`: its calls are read from their records.
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SCHEMA = """
ALTER TABLE usage_quarters
    ADD COLUMN list_cost_nanos BIGINT DEFAULT 0 NOT NULL,
    ADD COLUMN tags JSONB,
    ADD COLUMN told_calls BIGINT DEFAULT 0 NOT NULL,
    ADD COLUMN is_told BOOLEAN GENERATED ALWAYS AS (told_calls = calls AND tags IS NOT NULL) STORED NOT NULL;

CREATE INDEX ix_usage_quarters_untold ON usage_quarters (quarter) WHERE NOT is_told;

UPDATE schema_state SET revision = '0021'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
