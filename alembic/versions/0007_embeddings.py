"""Models may offer embeddings. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = """
ALTER TABLE models
    DROP CONSTRAINT ck_models_operations,
    ADD CONSTRAINT ck_models_operations CHECK (operations <@ ARRAY['chat', 'responses', 'embeddings']);
UPDATE schema_state SET revision = '0007'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
