"""What the dropping of old records says to Postgres. Names of partitions are matched before they go into a statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from ai_api.core.db import Tx

_MONTH = re.compile(r"call_records_[0-9]{4}_[0-9]{2}", re.ASCII)
_QUARTERS_AT_ONCE = 500

_PARTITIONS = """
SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'call_records'::regclass AND c.relname ~ '^call_records_[0-9]{4}_[0-9]{2}$' ORDER BY 1
"""
_IS_OWNER = "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'call_records'::regclass"
_WALKS = ("bookings", "quarters", "quarters_again")
_BEHIND = """
SELECT name FROM unnest(CAST(:walks AS text[])) AS name LEFT JOIN proof_marks m USING (name)
WHERE EXISTS (
    SELECT 1 FROM call_records r WHERE r.call_id >= greatest(coalesce(m.up_to, :lower), :lower) AND r.call_id < :upper)
"""
_LEFT = """
SELECT (SELECT count(*) FROM proof_open WHERE call_id < :upper) + (SELECT count(*) FROM holds WHERE call_id < :upper)
    + (SELECT count(*) FROM unsettled) AS open,
    (SELECT coalesce(sum(amount), 0) FROM book_proofs) AS unexplained
"""
_BOOKED = """
WITH span AS MATERIALIZED (
    SELECT call_id, started_at, bookings FROM {partition} WHERE call_id > :after ORDER BY call_id LIMIT :records
),
sums AS (
    SELECT a.id, coalesce((b->>'bucket')::bigint, 0) AS bucket, max(s.started_at) AS last_at,
        sum(coalesce(b->>'tokens', b->>'cost_nanos', b->>'requests')::bigint)::bigint AS amount
    FROM span s CROSS JOIN LATERAL jsonb_array_elements(s.bookings) b JOIN quota_accounts a ON a.id = (b->>'account_id')::uuid
    WHERE coalesce((b->>'bucket')::bigint, 0) >= a.bucket - 1 GROUP BY 1, 2
),
fullness AS (SELECT count(*) AS records FROM span)
SELECT (SELECT call_id FROM span ORDER BY call_id DESC LIMIT 1) AS last_id, f.records, s.id, s.bucket, s.amount, s.last_at
FROM fullness f LEFT JOIN sums s ON true
"""
_KEEP = """
INSERT INTO dropped_bookings AS d (account_id, bucket, amount, last_at) VALUES (:account_id, :bucket, :amount, :last_at)
ON CONFLICT (account_id, bucket)
DO UPDATE SET amount = d.amount + excluded.amount, last_at = greatest(d.last_at, excluded.last_at)
"""
_NOTE = "INSERT INTO dropped_months (month, upper_id, records) VALUES (:month, :upper, :records)"
# Where the tags of a row's calls differ, the ones that most of them had stand for all.
_TELL = """
WITH untold AS MATERIALIZED (
    SELECT ctid, * FROM usage_quarters WHERE NOT is_told AND quarter >= :since AND quarter < :until LIMIT :limit FOR UPDATE
),
told AS (
    SELECT u.ctid, coalesce(sum(r.list_cost_nanos), 0)::bigint AS list_cost_nanos,
        coalesce(sum(r.billed_cost_nanos) FILTER (WHERE r.usage_source = 'estimated'), 0)::bigint AS estimated_cost_nanos,
        coalesce((mode() WITHIN GROUP (ORDER BY r.tags::text))::jsonb, u.tags, '[]') AS tags
    FROM untold u LEFT JOIN {partition} r ON r.started_at >= u.quarter AND r.started_at < u.quarter + interval '15 minutes'
        AND r.call_id >= (lpad(to_hex((extract(epoch FROM u.quarter) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
        AND r.call_id < (lpad(to_hex((extract(epoch FROM u.quarter) * 1000)::bigint + 900000), 12, '0') || repeat('0', 20))::uuid
        AND {same_keys}
    GROUP BY u.ctid, u.tags
)
UPDATE usage_quarters q SET list_cost_nanos = t.list_cost_nanos, estimated_cost_nanos = t.estimated_cost_nanos, tags = t.tags,
    told_calls = q.calls
FROM told t WHERE q.ctid = t.ctid
"""
_KEYS = ("member_id", "credential_id", "allocation_id", "model_id", "model", "provider", "provider_key_id", "outcome")


@dataclass(frozen=True, slots=True)
class Booked:
    """What calls have booked on an account in one bucket, and when the last of them began."""

    account_id: UUID
    bucket: int
    amount: int
    last_at: datetime

    def plus(self, other: Booked) -> Booked:
        """Both together."""
        return Booked(self.account_id, self.bucket, self.amount + other.amount, max(self.last_at, other.last_at))


async def month_partitions(tx: Tx) -> list[str]:
    """The partitions of months that are attached, the oldest first; without the default one."""
    return list((await tx.execute(text(_PARTITIONS))).scalars())


async def size(tx: Tx, partition: str) -> tuple[int, int]:
    """How many records a partition has, and how many bytes it takes with its indexes."""
    name = _checked(partition)
    statement = f"SELECT count(*) AS records, pg_total_relation_size('{name}') AS size_bytes FROM {name}"  # noqa: S608  -- matched
    row = (await tx.execute(text(statement))).one()
    return row.records, row.size_bytes


async def is_owner(tx: Tx) -> bool:
    """Whether who is connected has the rights of the ledger's owner."""
    return bool((await tx.execute(text(_IS_OWNER))).scalar_one())


async def why_not_proven(tx: Tx, lower: UUID, upper: UUID) -> str | None:
    """Why the records between two ids are needed still, in words; None when the books are proven and nothing is open."""
    behind = (await tx.execute(text(_BEHIND), {"walks": list(_WALKS), "lower": lower, "upper": upper})).scalars().all()
    if behind:
        return "the worker has not proven the books with its records yet"
    row = (await tx.execute(text(_LEFT), {"upper": upper})).one()
    if row.open:
        return f"{row.open} calls are not settled for good"
    return "an amount in the books is unexplained (docs/runbooks/unexplained-amount.md)" if row.unexplained else None


async def booked(tx: Tx, partition: str, after: UUID, *, records: int) -> tuple[list[Booked], UUID | None]:
    """What the next records behind `after` have booked on accounts that are there, and behind which id to go on, if at all."""
    statement = text(_BOOKED.format(partition=_checked(partition)))
    rows = (await tx.execute(statement, {"after": after, "records": records})).all()
    found = [Booked(row.id, row.bucket, row.amount, row.last_at) for row in rows if row.id is not None]
    return found, rows[0].last_id if rows[0].records == records else None


async def tell_quarters(tx: Tx, partition: str, since: datetime, until: datetime) -> int:
    """Has some of a month's roll-ups say what their records tell; gives how many."""
    same_keys = " AND ".join(f"r.{name} IS NOT DISTINCT FROM u.{name}" for name in _KEYS)
    statement = text(_TELL.format(partition=_checked(partition), same_keys=same_keys))
    return (await tx.execute(statement, {"since": since, "until": until, "limit": _QUARTERS_AT_ONCE})).rowcount


async def keep_bookings(tx: Tx, sums: Sequence[Booked]) -> None:
    """Adds what was booked to what is kept of dropped records."""
    if sums:
        rows = [
            {"account_id": s.account_id, "bucket": s.bucket, "amount": s.amount, "last_at": s.last_at} for s in sums
        ]
        await tx.execute(text(_KEEP), rows)


async def note_dropped(tx: Tx, month: datetime, until: datetime, upper: UUID, *, records: int) -> None:
    """Notes that a month's records are gone, and that nobody need look at its quarters again."""
    await tx.execute(text(_NOTE), {"month": month, "upper": upper, "records": records})
    await tx.execute(text("DELETE FROM proof_quarters WHERE quarter < :until"), {"until": until})


async def drop_partition(tx: Tx, partition: str) -> None:
    """Takes a partition out of the ledger and drops it, within the second in which it has to get its locks.

    Not `CONCURRENTLY`: Postgres refuses that for a table with a default partition.
    """
    name = _checked(partition)
    await tx.execute(text("SET LOCAL lock_timeout = '1s'"))
    await tx.execute(text(f"ALTER TABLE call_records DETACH PARTITION {name}"))
    await tx.execute(text(f"DROP TABLE {name}"))


def _checked(partition: str) -> str:
    if _MONTH.fullmatch(partition) is None:
        raise ValueError("this is no month's partition")
    return partition
