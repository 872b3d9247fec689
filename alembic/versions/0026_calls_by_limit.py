"""Which limit refused a call leads to its record. Expand only: no program needs the index, pages are quicker by it.

Of the ledger itself alone, which takes no time. Each month's part is built beside the calls by what migrates, after this.
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE INDEX ix_call_records_limit ON ONLY call_records ((details ->> 'limit_id'), call_id) WHERE details ? 'limit_id';

UPDATE schema_state SET revision = '0026'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
