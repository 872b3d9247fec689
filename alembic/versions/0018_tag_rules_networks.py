"""Tag rules, and the networks a credential may be used from. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE tag_rules (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT,
    claim TEXT,
    tag_id UUID NOT NULL,
    enabled BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_tag_rules PRIMARY KEY (id),
    CONSTRAINT fk_tag_rules_tag_id_tags FOREIGN KEY(tag_id) REFERENCES tags (id) ON DELETE RESTRICT,
    CONSTRAINT ck_tag_rules_kind CHECK (kind IN ('always', 'domain', 'suffix', 'local_part', 'identifier', 'claim')),
    CONSTRAINT ck_tag_rules_value CHECK ((kind = 'always') = (value IS NULL)),
    CONSTRAINT ck_tag_rules_claim CHECK ((kind = 'claim') = (claim IS NOT NULL))
);
CREATE INDEX ix_tag_rules_tag_id ON tag_rules (tag_id);
ALTER TABLE credentials ADD COLUMN source_networks TEXT[];
UPDATE schema_state SET revision = '0018'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
