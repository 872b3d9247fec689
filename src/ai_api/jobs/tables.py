"""What the jobs leave for others to read: when each was done, and what the proof of the books found last."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Double, Table, Text, func

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
