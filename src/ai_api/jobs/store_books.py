"""What the proof of the accounts says to Postgres.

Each is one autocommit statement over a bounded number of rows: one snapshot, in which the laws hold exactly, and nothing that
would pin old versions of hot rows. A few short ones an interval are all it costs.

Bookings are summed once. `proof_sums` has, per account and bucket, what the records of calls before a mark have booked;
`proof_open` the calls before the mark whose records may still come or change. So an account must say: the sums, and the
bookings of the calls after the mark, and those of the open ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ai_api.core.db import Hot

MARK = "bookings"
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)

# What began anew begins behind the months whose records are gone, and with what those had booked.
_BEGIN = f"""
WITH begun AS (
    INSERT INTO proof_marks (name, up_to)
    SELECT $1, coalesce((SELECT upper_id FROM dropped_months ORDER BY upper_id DESC LIMIT 1), $2) ON CONFLICT DO NOTHING
    RETURNING name
)
INSERT INTO proof_sums AS s (account_id, bucket, amount, last_at)
SELECT d.account_id, d.bucket, d.amount, d.last_at FROM dropped_bookings d JOIN quota_accounts a ON a.id = d.account_id
WHERE d.bucket >= a.bucket - 1 AND EXISTS (SELECT 1 FROM begun WHERE name = '{MARK}')
ON CONFLICT (account_id, bucket)
DO UPDATE SET amount = s.amount + excluded.amount, last_at = greatest(s.last_at, excluded.last_at)
"""  # noqa: S608  -- a constant of this file
_MARK = "SELECT up_to FROM proof_marks WHERE name = $1"
_CHUNK_END = """
SELECT call_id FROM call_records WHERE call_id >= $1 AND call_id < $2 ORDER BY call_id LIMIT 1 OFFSET $3
"""
_SLICE_END = "SELECT id FROM quota_accounts WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2"

EACH_BOOKING = """
    SELECT (b->>'account_id')::uuid AS id, coalesce((b->>'bucket')::bigint, 0) AS bucket,
        coalesce(b->>'tokens', b->>'cost_nanos', b->>'requests')::bigint AS amount, r.started_at
    FROM {source} r CROSS JOIN LATERAL jsonb_array_elements(r.bookings) b"""
"""Each booking of the records of `source`: the account, the bucket, the amount, and when the call started."""

# A booking on an account that is gone counts only while the account may not have been dropped; one in a bucket that no longer
# weighs counts nowhere. Both can only come true, never false again.
_SUM_UP = """
    INSERT INTO proof_sums AS s (account_id, bucket, amount, last_at)
    SELECT b.id, b.bucket, sum(b.amount), max(b.started_at) FROM booked b LEFT JOIN quota_accounts a USING (id)
    WHERE CASE WHEN a.id IS NOT NULL THEN b.bucket >= a.bucket - 1
               WHEN b.bucket > 0 THEN b.started_at > $3::timestamptz ELSE b.started_at > $4::timestamptz END
    GROUP BY b.id, b.bucket ORDER BY b.id, b.bucket
    ON CONFLICT (account_id, bucket)
    DO UPDATE SET amount = s.amount + excluded.amount, last_at = greatest(s.last_at, excluded.last_at)"""

_MAY_CHANGE = "r.swept AND NOT r.details ? 'corrected' AND r.call_id >= {since}"

_FOLD = f"""
WITH moved AS MATERIALIZED (UPDATE proof_marks SET up_to = $2 WHERE name = '{MARK}' AND up_to = $1 RETURNING 1),
span AS MATERIALIZED (
    SELECT r.call_id, r.started_at, r.bookings, {_MAY_CHANGE.format(since="$5")} AS open FROM call_records r
    WHERE r.call_id >= $1 AND r.call_id < $2 AND EXISTS (SELECT 1 FROM moved)
),
opened AS (
    INSERT INTO proof_open (call_id)
    SELECT call_id FROM holds WHERE call_id >= $1 AND call_id < $2 AND EXISTS (SELECT 1 FROM moved)
    UNION SELECT call_id FROM span WHERE open
    ON CONFLICT DO NOTHING
),
closed AS (SELECT started_at, bookings FROM span WHERE NOT open),
booked AS ({EACH_BOOKING.format(source="closed")}
){_SUM_UP}
"""  # noqa: S608  -- constants of this file

_CLOSE = f"""
WITH final AS MATERIALIZED (
    SELECT r.call_id, r.started_at, r.bookings FROM proof_open o JOIN call_records r USING (call_id)
    WHERE NOT ({_MAY_CHANGE.format(since="$1")}) ORDER BY r.call_id LIMIT $2
),
gone AS (
    DELETE FROM proof_open o WHERE o.call_id IN (SELECT call_id FROM final)
    OR NOT EXISTS (SELECT 1 FROM holds h WHERE h.call_id = o.call_id)
    AND NOT EXISTS (SELECT 1 FROM call_records r WHERE r.call_id = o.call_id)
),
booked AS ({EACH_BOOKING.format(source="final")}
),
summed AS ({_SUM_UP}
)
SELECT count(*) AS closed FROM final
"""  # noqa: S608

_HELD = """
WITH held AS (
    SELECT (each->>0)::uuid AS id, sum((each->>1)::bigint) AS amount
    FROM holds CROSS JOIN LATERAL jsonb_array_elements(amounts) each
    WHERE (each->>0)::uuid > $1 AND (each->>0)::uuid <= $2 GROUP BY 1
)
SELECT coalesce(a.id, h.id) AS id, a.subject_kind, a.subject_id, a.metric, a.window_start,
    (coalesce(a.held, 0) - coalesce(h.amount, 0))::bigint AS off
FROM (SELECT * FROM quota_accounts WHERE id > $1 AND id <= $2) a FULL JOIN held h ON h.id = a.id
WHERE coalesce(a.held, 0) <> coalesce(h.amount, 0)
"""

_SETTLED = f"""
WITH recent AS (
    SELECT started_at, bookings FROM call_records WHERE call_id >= $3
    UNION ALL
    SELECT r.started_at, r.bookings FROM proof_open o JOIN call_records r USING (call_id) WHERE o.call_id < $3
),
booked AS ({EACH_BOOKING.format(source="recent")}
),
sums AS MATERIALIZED (
    SELECT id, bucket, sum(amount)::bigint AS amount FROM (
        SELECT id, bucket, amount FROM booked
        UNION ALL SELECT account_id, bucket, amount FROM proof_sums WHERE account_id > $1 AND account_id <= $2
    ) every WHERE id > $1 AND id <= $2 GROUP BY id, bucket
),
accounts AS MATERIALIZED (SELECT * FROM quota_accounts WHERE id > $1 AND id <= $2)
SELECT a.id, a.subject_kind, a.subject_id, a.metric, a.window_start, a.bucket,
    (a.settled - coalesce(n.amount, 0))::bigint AS settled_off, (a.previous - coalesce(p.amount, 0))::bigint AS previous_off
FROM accounts a LEFT JOIN sums n ON n.id = a.id AND n.bucket = a.bucket
    LEFT JOIN sums p ON p.id = a.id AND p.bucket = a.bucket - 1
WHERE a.settled <> coalesce(n.amount, 0) OR a.previous <> coalesce(p.amount, 0)
UNION ALL
SELECT s.id, NULL, NULL, NULL, NULL, 0, -sum(s.amount)::bigint, 0 FROM sums s
WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = s.id) GROUP BY s.id HAVING sum(s.amount) <> 0
"""  # noqa: S608

_FORGET_PAST = """
DELETE FROM proof_sums s USING quota_accounts a
WHERE a.id = s.account_id AND s.bucket < a.bucket - 1 AND s.account_id > $1 AND s.account_id <= $2
"""

_PROVED = """
INSERT INTO book_proofs AS p (law, proved_at, amount, unexplained_at)
SELECT law, now(), amount, CASE WHEN amount <> 0 THEN now() END FROM unnest($1::text[], $2::bigint[]) AS t(law, amount)
ORDER BY law
ON CONFLICT (law) DO UPDATE SET proved_at = excluded.proved_at, amount = excluded.amount,
    unexplained_at = CASE WHEN excluded.amount <> 0 THEN coalesce(p.unexplained_at, excluded.unexplained_at) END
"""
_AMOUNT_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Off:
    """An account that does not say what it should. `what` is held, settled or previous; `by` says minus should."""

    account_id: UUID
    what: str
    by: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """Moments before which something may be gone or is final: accounts that slide, other accounts, swept records."""

    sliding: datetime
    window: datetime
    swept: UUID


async def now(hot: Hot) -> datetime:
    """What time it is in the database."""
    moment: datetime = (await hot.fetch("SELECT clock_timestamp() AS now"))[0]["now"]
    return moment.astimezone(UTC)


async def mark(hot: Hot, name: str) -> UUID:
    """Up to which call id (excluded) this walk has come; set to the first of all where there is none."""
    rows = await hot.fetch(_MARK, name)
    if rows:
        found: UUID = rows[0]["up_to"]
        return found
    await hot.fetch(_BEGIN, name, FIRST)
    begun: UUID = (await hot.fetch(_MARK, name))[0]["up_to"]
    return begun


async def chunk_end(hot: Hot, since: UUID, until: UUID, *, records: int) -> UUID:
    """An id such that at most `records` records lie between `since` and it; `until` where there are no more."""
    rows = await hot.fetch(_CHUNK_END, since, until, records)
    end: UUID = rows[0]["call_id"] if rows else until
    return end


async def slice_end(hot: Hot, after: UUID, *, accounts: int) -> UUID:
    """An id such that at most `accounts` accounts lie behind `after` and up to it; the last of all where there are no more."""
    rows = await hot.fetch(_SLICE_END, after, accounts - 1)
    end: UUID = rows[0]["id"] if rows else LAST
    return end


async def fold(hot: Hot, since: UUID, until: UUID, kept: Kept) -> None:
    """Adds the bookings of the calls from `since` up to `until` to the sums and moves the mark, unless somebody else did."""
    await hot.fetch(_FOLD, since, until, kept.sliding, kept.window, kept.swept)


async def close_open(hot: Hot, kept: Kept, *, limit: int) -> int:
    """Adds the bookings of open calls whose records are final by now; gives how many there were, at most `limit`."""
    closed: int = (await hot.fetch(_CLOSE, kept.swept, limit, kept.sliding, kept.window))[0]["closed"]
    return closed


async def held_off(hot: Hot, after: UUID, until: UUID) -> list[Off]:
    """Accounts of a slice that do not hold what the open holds say."""
    return [Off(row["id"], "held", row["off"], _facts(row)) for row in await hot.fetch(_HELD, after, until)]


async def settled_off(hot: Hot, after: UUID, until: UUID, up_to: UUID) -> list[Off]:
    """Accounts of a slice that have not settled what records booked, with the mark at `up_to`."""
    rows = await hot.fetch(_SETTLED, after, until, up_to)
    each = ((row, what, row[f"{what}_off"]) for row in rows for what in ("settled", "previous"))
    return [Off(row["id"], what, by, _facts(row)) for row, what, by in each if by]


async def forget_past(hot: Hot, after: UUID, until: UUID) -> None:
    """Drops the sums of buckets that no longer weigh."""
    await hot.fetch(_FORGET_PAST, after, until)


async def note_proofs(hot: Hot, amounts: Mapping[str, int]) -> None:
    """Writes down what is unexplained by law, for those who are not told by the log. Raises StoreUnavailable."""
    await hot.fetch(_PROVED, list(amounts), [min(amount, _AMOUNT_MAX) for amount in amounts.values()])


def _facts(row: Any) -> dict[str, Any]:
    if row["subject_kind"] is None:
        return {"account": str(row["id"]), "missing": True}
    return {
        "account": str(row["id"]),
        "subject_kind": row["subject_kind"],
        "subject": None if row["subject_id"] is None else str(row["subject_id"]),
        "metric": row["metric"],
        "window_start": row["window_start"].isoformat(),
    }
