"""How long a route may take, where it is not as long as any other. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCHEMA = """
ALTER TABLE routes
    ADD COLUMN connect_s DOUBLE PRECISION,
    ADD COLUMN first_byte_s DOUBLE PRECISION,
    ADD COLUMN idle_s DOUBLE PRECISION,
    ADD COLUMN total_s DOUBLE PRECISION,
    ADD CONSTRAINT ck_routes_timeouts CHECK (least(connect_s, first_byte_s, idle_s, total_s) > 0);
UPDATE schema_state SET revision = '0004'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
