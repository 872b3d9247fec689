"""What admission says to Postgres.

Each is one autocommit statement, so that a slow database costs one round trip, not four. One lock order for every writer:
holds by call id, records by call id, accounts by id. Two replicas that take several accounts in another order deadlock; in
this one they queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ai_api.core.db import Hot, Patience, dump_json
from ai_api.core.values import value
from ai_api.quotas.rules import AccountKey, Balance, Wanted

# A hold that a crash of the database loses is an intent that was never answered: no need to wait for the disk.
_ADMIT = """
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
asked AS MATERIALIZED (
    SELECT a.* FROM quick,
        unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::boolean[], $6::jsonb[], $7::jsonb[])
        AS a(call_id, member_id, member_epoch, world_epoch, holds, amounts, record)
),
fresh AS MATERIALIZED (
    SELECT a.* FROM asked a JOIN members m ON m.id = a.member_id AND m.id = ANY($2::uuid[])
    WHERE m.epoch = a.member_epoch AND a.world_epoch = (SELECT epoch FROM world)
),
wanted AS MATERIALIZED (
    SELECT w.*, sum(w.amount) OVER (PARTITION BY w.account_id ORDER BY w.turn) - w.amount AS before
    FROM unnest($8::uuid[], $9::uuid[], $10::bigint[], $11::bigint[], $13::bigint[], $14::bigint[], $15::bigint[])
        WITH ORDINALITY AS w(call_id, account_id, amount, account_limit, bucket, previous_weight, reserve, turn)
    JOIN fresh USING (call_id)
),
sums AS MATERIALIZED (
    SELECT account_id, sum(amount)::bigint AS amount, min(account_limit) AS account_limit, max(bucket) AS bucket,
        CASE WHEN min(bucket) < max(bucket) THEN 1000000 ELSE max(previous_weight) END AS previous_weight,
        -- Each needs its reserve beside what those before it take; the last one's is at least the sum.
        max(before + reserve)::bigint AS reserve
    FROM wanted GROUP BY account_id
),
locked AS MATERIALIZED (
    SELECT id, settled, held, previous, bucket FROM quota_accounts
    WHERE id = ANY(ARRAY(SELECT account_id FROM sums)) ORDER BY id FOR NO KEY UPDATE
),
seen AS MATERIALIZED (
    -- What counts as used now: the present bucket, and as much of the previous one as the window still covers, rounded up.
    -- Who comes late, for a bucket that is over, finds that one whole.
    SELECT s.account_id, l.held,
        CASE WHEN s.bucket > l.bucket THEN 0 ELSE l.settled END + ceil(
            (CASE WHEN s.bucket = l.bucket + 1 THEN l.settled WHEN s.bucket > l.bucket THEN 0 ELSE l.previous END)::numeric
            * CASE WHEN s.bucket < l.bucket THEN 1000000 ELSE s.previous_weight END / 1000000)::bigint AS used
    FROM sums s JOIN locked l ON l.id = s.account_id
),
tight AS MATERIALIZED (
    SELECT s.account_id FROM sums s LEFT JOIN seen l USING (account_id)
    WHERE l.account_id IS NULL OR l.used + l.held + s.reserve > s.account_limit
),
admitted AS MATERIALIZED (
    SELECT f.* FROM fresh f WHERE f.holds
    AND NOT EXISTS (SELECT 1 FROM wanted w JOIN tight t USING (account_id) WHERE w.call_id = f.call_id)
),
taken AS (
    UPDATE quota_accounts q SET
        held = q.held + s.amount,
        previous = CASE WHEN s.bucket = q.bucket + 1 THEN q.settled WHEN s.bucket > q.bucket THEN 0 ELSE q.previous END,
        settled = CASE WHEN s.bucket > q.bucket THEN 0 ELSE q.settled END,
        bucket = greatest(q.bucket, s.bucket)
    FROM (SELECT account_id, sum(amount)::bigint AS amount, max(bucket) AS bucket
          FROM wanted JOIN admitted USING (call_id) GROUP BY account_id) s
    WHERE q.id = s.account_id AND q.id = ANY(ARRAY(SELECT account_id FROM sums))
),
written AS (
    INSERT INTO holds (call_id, replica_id, amounts, record)
    SELECT call_id, $12::uuid, amounts, record FROM admitted ORDER BY call_id
)
SELECT a.call_id,
    CASE WHEN f.call_id IS NULL THEN 'stale' WHEN NOT a.holds THEN 'proven'
         WHEN d.call_id IS NULL THEN 'left' ELSE 'admitted' END AS verdict,
    (SELECT array_agg(l.used + l.held + s.amount ORDER BY w.turn)
     FROM wanted w JOIN sums s USING (account_id) JOIN seen l USING (account_id)
     WHERE w.call_id = d.call_id) AS used
FROM asked a LEFT JOIN fresh f USING (call_id) LEFT JOIN admitted d USING (call_id)
"""

_CREATE_ACCOUNTS = """
INSERT INTO quota_accounts (id, subject_kind, subject_id, metric, window_start, window_end)
SELECT d.id, d.subject_kind, d.subject_id, d.metric, d.window_start, d.window_end
FROM jsonb_to_recordset($1::jsonb) AS d(
    id uuid, subject_kind text, subject_id uuid, metric text, window_start timestamptz, window_end timestamptz)
ORDER BY d.id
ON CONFLICT (id) DO NOTHING
"""

_LOCK_ACCOUNTS = """
SELECT id, settled, held, previous, bucket FROM quota_accounts
WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""

_FRESH = """
SELECT a.call_id
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) AS a(call_id, member_id, member_epoch, world_epoch)
JOIN members m ON m.id = a.member_id AND m.id = ANY($2::uuid[])
WHERE m.epoch = a.member_epoch AND a.world_epoch = (SELECT epoch FROM world)
"""

_TAKE = """
WITH taken AS (
    UPDATE quota_accounts q SET
        held = q.held + s.amount,
        previous = CASE WHEN s.bucket = q.bucket + 1 THEN q.settled WHEN s.bucket > q.bucket THEN 0 ELSE q.previous END,
        settled = CASE WHEN s.bucket > q.bucket THEN 0 ELSE q.settled END,
        bucket = greatest(q.bucket, s.bucket)
    FROM (SELECT account_id, sum(amount)::bigint AS amount, max(bucket) AS bucket
          FROM unnest($1::uuid[], $2::bigint[], $7::bigint[]) AS w(account_id, amount, bucket) GROUP BY account_id) s
    WHERE q.id = s.account_id AND q.id = ANY($1::uuid[])
)
INSERT INTO holds (call_id, replica_id, amounts, record)
SELECT h.call_id, $6::uuid, h.amounts, h.record
FROM unnest($3::uuid[], $4::jsonb[], $5::jsonb[]) AS h(call_id, amounts, record) ORDER BY h.call_id
"""

REHEARSAL: tuple[tuple[str, tuple[object, ...]], ...] = ((_ADMIT, (*([] for _ in range(11)), UUID(int=0), [], [], [])),)
"""The statement of every admission, with arguments by which it does nothing."""


@value
class Row:
    """One call of an admission batch. `holds` is False for a verdict that only proves its copy was current.

    `wanted` are the holds on limited accounts; `amounts_json` and `record_json` are stored with the hold.
    """

    call_id: UUID
    member_id: UUID
    member_epoch: int
    world_epoch: int
    holds: bool
    wanted: tuple[Wanted, ...]
    amounts_json: str
    record_json: str


@value
class Answer:
    """What Postgres says to one row: `admitted | left | stale | proven`, and what each account it holds on counts by now."""

    verdict: str
    used: Mapping[UUID, int]


async def admit(hot: Hot, rows: Sequence[Row], replica_id: UUID, *, patience: Patience) -> dict[UUID, Answer]:
    """Admits a batch on the fast path; an answer per call id. Raises StoreUnavailable."""
    wanted = [(row.call_id, each) for row in rows for each in row.wanted]
    found = await hot.fetch_unless_away(
        _ADMIT,
        [row.call_id for row in rows],
        [row.member_id for row in rows],
        [row.member_epoch for row in rows],
        [row.world_epoch for row in rows],
        [row.holds for row in rows],
        [row.amounts_json for row in rows],
        [row.record_json for row in rows],
        [call_id for call_id, _ in wanted],
        [each.account_id for _, each in wanted],
        [each.amount for _, each in wanted],
        [each.limit for _, each in wanted],
        replica_id,
        [each.bucket.number for _, each in wanted],
        [each.bucket.previous_weight for _, each in wanted],
        [each.reserve for _, each in wanted],
        patience=patience,
    )
    wanted_by = {row.call_id: row.wanted for row in rows}
    return {row["call_id"]: Answer(row["verdict"], _used(wanted_by[row["call_id"]], row["used"])) for row in found}


def _used(wanted: Sequence[Wanted], used: Sequence[int] | None) -> dict[UUID, int]:
    return {each.account_id: counted for each, counted in zip(wanted, used, strict=True)} if used else {}


async def create_accounts(hot: Hot, accounts: Sequence[AccountKey], *, patience: Patience) -> None:
    """Creates accounts that do not exist yet, empty, in a transaction of its own. Raises StoreUnavailable."""
    described = [
        {
            "id": str(account.id),
            "subject_kind": account.subject_kind,
            "subject_id": str(account.subject_id) if account.subject_id else None,
            "metric": account.metric,
            "window_start": account.window_start.isoformat(),
            "window_end": account.window_end.isoformat(),
        }
        for account in accounts
    ]
    await hot.fetch_unless_away(_CREATE_ACCOUNTS, dump_json(described), patience=patience)


async def lock_accounts(connection: Any, account_ids: Sequence[UUID]) -> dict[UUID, Balance]:
    """Locks accounts in id order until the transaction ends, and reads them."""
    rows = await connection.fetch(_LOCK_ACCOUNTS, sorted(account_ids))
    return {row["id"]: Balance(row["settled"], row["held"], row["previous"], row["bucket"]) for row in rows}


async def still_fresh(connection: Any, rows: Sequence[Row]) -> set[UUID]:
    """The calls among `rows` whose copies are still current."""
    found = await connection.fetch(
        _FRESH,
        [row.call_id for row in rows],
        [row.member_id for row in rows],
        [row.member_epoch for row in rows],
        [row.world_epoch for row in rows],
    )
    return {row["call_id"] for row in found}


async def take_holds(connection: Any, rows: Sequence[Row], replica_id: UUID) -> None:
    """Takes the holds of calls decided under locked accounts."""
    taken = [each for row in rows for each in row.wanted]
    await connection.execute(
        _TAKE,
        [each.account_id for each in taken],
        [each.amount for each in taken],
        [row.call_id for row in rows],
        [row.amounts_json for row in rows],
        [row.record_json for row in rows],
        replica_id,
        [each.bucket.number for each in taken],
    )


async def which_are_held(hot: Hot, call_ids: Sequence[UUID], *, patience: Patience) -> set[UUID]:
    """Of these calls, those whose hold is in the database: asked after a commit whose answer was lost."""
    rows = await hot.fetch_unless_away(
        "SELECT call_id FROM holds WHERE call_id = ANY($1::uuid[])", list(call_ids), patience=patience
    )
    return {row["call_id"] for row in rows}
