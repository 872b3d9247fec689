"""What counting accounts anew says to Postgres: what the records of a span have booked on them, in the place of kept sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api.core.db import Hot, dump_json
from ai_api.jobs.store_books import EACH_BOOKING

_DROPPED = "SELECT account_id, bucket, amount, last_at FROM dropped_bookings WHERE account_id = ANY($1::uuid[])"
_SINCE = """
SELECT min(CASE WHEN a.bucket = 0 THEN a.window_start
                ELSE coalesce((SELECT min(s.last_at) FROM proof_sums s WHERE s.account_id = a.id), now()) - interval '3 days'
           END) AS since
FROM quota_accounts a WHERE a.id = ANY($1::uuid[])
"""

_RECOUNT = f"""
WITH span AS MATERIALIZED (
    SELECT r.started_at, r.bookings FROM call_records r
    WHERE r.call_id >= $1 AND r.call_id < $2 AND NOT EXISTS (SELECT 1 FROM proof_open o WHERE o.call_id = r.call_id)
),
booked AS ({EACH_BOOKING.format(source="span")}
)
SELECT id, bucket, sum(amount)::bigint AS amount, max(started_at) AS last_at FROM booked
WHERE id = ANY($3::uuid[]) GROUP BY id, bucket
"""  # noqa: S608

_REPLACE = """
WITH counted AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($2::jsonb) AS c(id uuid, bucket bigint, amount bigint, last_at timestamptz)
),
gone AS (
    DELETE FROM proof_sums s WHERE s.account_id = ANY($1::uuid[])
    AND NOT EXISTS (SELECT 1 FROM counted c WHERE c.id = s.account_id AND c.bucket = s.bucket)
)
INSERT INTO proof_sums (account_id, bucket, amount, last_at)
SELECT c.id, c.bucket, c.amount, c.last_at FROM counted c LEFT JOIN quota_accounts a USING (id)
WHERE a.id IS NULL OR c.bucket >= a.bucket - 1
ON CONFLICT (account_id, bucket) DO UPDATE SET amount = excluded.amount, last_at = excluded.last_at
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """What was booked on an account in one bucket (0 where nothing slides), and the start of the last such call."""

    account_id: UUID
    bucket: int
    amount: int
    last_at: datetime


async def recount_since(hot: Hot, account_ids: Sequence[UUID]) -> datetime | None:
    """From when on calls may have booked on these accounts; None when none of them exists."""
    since: datetime | None = (await hot.fetch(_SINCE, list(account_ids)))[0]["since"]
    return since


async def recount(hot: Hot, since: UUID, until: UUID, account_ids: Sequence[UUID]) -> list[Sum]:
    """What the calls from `since` up to `until` have booked on these accounts, but for the open ones."""
    rows = await hot.fetch(_RECOUNT, since, until, list(account_ids))
    return [Sum(row["id"], row["bucket"], row["amount"], row["last_at"]) for row in rows]


async def dropped(hot: Hot, account_ids: Sequence[UUID]) -> list[Sum]:
    """What calls have booked on these accounts whose records were dropped."""
    rows = await hot.fetch(_DROPPED, list(account_ids))
    return [Sum(row["account_id"], row["bucket"], row["amount"], row["last_at"]) for row in rows]


async def replace_sums(hot: Hot, account_ids: Sequence[UUID], sums: Sequence[Sum]) -> None:
    """Puts sums that were counted anew in the place of those kept for these accounts."""
    rows = [
        {"id": str(s.account_id), "bucket": s.bucket, "amount": s.amount, "last_at": s.last_at.isoformat()}
        for s in sums
    ]
    await hot.fetch(_REPLACE, list(account_ids), dump_json(rows))
