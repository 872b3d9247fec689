"""What replicas tell one another of routes that fail. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE UNLOGGED TABLE route_health (
    route_id UUID NOT NULL,
    code TEXT NOT NULL,
    turn INTEGER NOT NULL,
    until_ms BIGINT NOT NULL,
    told BOOLEAN NOT NULL,
    CONSTRAINT pk_route_health PRIMARY KEY (route_id),
    CONSTRAINT fk_route_health_route_id FOREIGN KEY(route_id) REFERENCES routes (id) ON DELETE CASCADE
);
UPDATE schema_state SET revision = '0003'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
