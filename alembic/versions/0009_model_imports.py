"""Where the facts of imported models came from. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE model_imports (
    model_id UUID NOT NULL,
    source TEXT NOT NULL,
    provider TEXT NOT NULL,
    key TEXT NOT NULL,
    facts JSONB NOT NULL,
    facts_version TEXT NOT NULL,
    price_facts JSONB NOT NULL,
    price_version TEXT NOT NULL,
    kept TEXT[] DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_model_imports PRIMARY KEY (model_id),
    CONSTRAINT fk_model_imports_model_id FOREIGN KEY(model_id) REFERENCES models (id) ON DELETE CASCADE
);
UPDATE schema_state SET revision = '0009'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
