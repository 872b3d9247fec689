"""What processes leave for others to read: when each job was done, what the proof of the books found, who has which keys."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Double, Table, Text, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY

from ai_api.core.db import METADATA, Instant

Table(
    "job_runs",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("every_s", Double, nullable=False),
    # Since when a worker has had it, which counts as long as it was never done.
    Column("known_at", Instant, nullable=False, server_default=func.now()),
    Column("done_at", Instant),
    Column("failed_at", Instant),
    Column("error", Text),
)

Table(
    "book_proofs",
    METADATA,
    Column("law", Text, primary_key=True),
    Column("proved_at", Instant, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("unexplained_at", Instant),
    CheckConstraint("(amount = 0) = (unexplained_at IS NULL)", name="unexplained"),
)

Table(
    "key_rings",
    METADATA,
    Column("process_id", Uuid, primary_key=True),
    Column("host", Text, nullable=False),
    Column("key_ids", ARRAY(Text), nullable=False),
    Column("seen_at", Instant, nullable=False, server_default=func.now()),
)

# Months whose records are gone, and what those had booked on accounts that are not.
Table(
    "dropped_months",
    METADATA,
    Column("month", Instant, primary_key=True),
    Column("upper_id", Uuid, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("dropped_at", Instant, nullable=False, server_default=func.now()),
)
Table(
    "dropped_bookings",
    METADATA,
    Column("account_id", Uuid, primary_key=True),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    Column("last_at", Instant, nullable=False),
)
