"""When jobs were done and the books proven last, and the indexes that attention and search ask by. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE job_runs (
    name TEXT NOT NULL,
    every_s DOUBLE PRECISION NOT NULL,
    known_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    failed_at TIMESTAMP WITH TIME ZONE,
    error TEXT,
    CONSTRAINT pk_job_runs PRIMARY KEY (name)
);

CREATE TABLE book_proofs (
    law TEXT NOT NULL,
    proved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    amount BIGINT NOT NULL,
    unexplained_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_book_proofs PRIMARY KEY (law),
    CONSTRAINT ck_book_proofs_unexplained CHECK ((amount = 0) = (unexplained_at IS NULL))
);

CREATE INDEX ix_members_identifier_prefix ON members (lower(identifier) text_pattern_ops);
CREATE INDEX ix_members_display_name_prefix ON members (lower(display_name) text_pattern_ops);
CREATE INDEX ix_members_owners ON members (id) WHERE role = 'owner';
CREATE INDEX ix_credentials_public_id_prefix ON credentials (public_id text_pattern_ops);
CREATE INDEX ix_credentials_name_prefix ON credentials (lower(name) text_pattern_ops);
CREATE INDEX ix_credentials_display_prefix ON credentials (display text_pattern_ops);
CREATE INDEX ix_credentials_expires_at ON credentials (expires_at) WHERE revoked_at IS NULL;
CREATE INDEX ix_usage_quarters_unpriced ON usage_quarters (model_id, quarter) WHERE unpriced_calls > 0;
CREATE INDEX ix_outbox_failed_at ON outbox (failed_at) WHERE failed_at IS NOT NULL;
CREATE INDEX ix_outbox_sent ON outbox (recipient, sent_at) WHERE sent_at IS NOT NULL;

UPDATE schema_state SET revision = '0019'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
