"""Months whose call records were dropped, and what those had booked on accounts that are still there. Expand only.

The proof of the books begins with these sums: a lifetime's account outlives the records that were booked on it.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE dropped_months (
    month TIMESTAMP WITH TIME ZONE NOT NULL,
    upper_id UUID NOT NULL,
    records BIGINT NOT NULL,
    dropped_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_dropped_months PRIMARY KEY (month)
);

CREATE TABLE dropped_bookings (
    account_id UUID NOT NULL,
    bucket BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_dropped_bookings PRIMARY KEY (account_id, bucket)
);

UPDATE schema_state SET revision = '0024'
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")
