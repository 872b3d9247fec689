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
from ai_api.quotas.sums import summed

# A hold that a crash of the database loses is an intent that was never answered: no need to wait for the disk.
#
# Members and accounts are found one by one by their keys, and what a batch has is compared by hashes (`IN`, with a truth value
# around it). Postgres does not know how large a batch is: joined, it compared each with each. Accounts are locked in the order
# in which they are given. What is locked is written by INSERT, whose conflict finds the row by its key; it never inserts.
_ADMIT = """
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
fresh AS MATERIALIZED (
    SELECT a.call_id, a.holds, a.amounts, a.record
    FROM quick, unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::boolean[], $6::jsonb[], $7::jsonb[])
        AS a(call_id, member_id, member_epoch, world_epoch, holds, amounts, record)
    WHERE a.member_epoch = (SELECT epoch FROM members WHERE id = a.member_id) AND a.world_epoch = (SELECT epoch FROM world)
),
locked AS MATERIALIZED (
    SELECT s.*, q.settled, q.held, q.previous, q.bucket AS bucket_then
    FROM unnest($8::uuid[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
        AS s(account_id, amount, account_limit, bucket, previous_weight, reserve)
    CROSS JOIN LATERAL (
        SELECT settled, held, previous, bucket FROM quota_accounts WHERE id = s.account_id FOR NO KEY UPDATE
    ) q
),
seen AS MATERIALIZED (
    -- What counts as used now: the present bucket, and as much of the previous one as the window still covers, rounded up.
    -- Who comes late, for a bucket that is over, finds that one whole.
    SELECT account_id, amount, account_limit, reserve,
        held + CASE WHEN bucket > bucket_then THEN 0 ELSE settled END + ceil(
            (CASE WHEN bucket = bucket_then + 1 THEN settled WHEN bucket > bucket_then THEN 0 ELSE previous END)::numeric
            * CASE WHEN bucket < bucket_then THEN 1000000 ELSE previous_weight END / 1000000)::bigint AS used
    FROM locked
),
wanted AS MATERIALIZED (
    SELECT * FROM unnest($14::uuid[], $15::uuid[], $16::bigint[], $17::bigint[]) AS w(call_id, account_id, amount, bucket)
),
-- With room for all who want it. Asked by what is left: the sum may be more than there are numbers for.
roomy AS MATERIALIZED (
    SELECT account_id, used + amount AS used FROM seen WHERE reserve <= account_limit - used
),
tight AS MATERIALIZED (
    SELECT call_id FROM wanted WHERE (account_id IN (SELECT account_id FROM roomy)) IS NOT TRUE
),
admitted AS MATERIALIZED (
    SELECT * FROM fresh WHERE holds AND (call_id IN (SELECT call_id FROM tight)) IS NOT TRUE
),
taken AS (
    INSERT INTO quota_accounts AS q (id, subject_kind, metric, window_start, window_end, held, bucket)
    SELECT account_id, 'none', 'none', '-infinity', '-infinity', sum(amount)::bigint, max(bucket)
    FROM wanted WHERE (call_id IN (SELECT call_id FROM admitted)) IS TRUE GROUP BY account_id
    ON CONFLICT (id) DO UPDATE SET
        held = q.held + excluded.held,
        previous = CASE WHEN excluded.bucket = q.bucket + 1 THEN q.settled
                        WHEN excluded.bucket > q.bucket THEN 0 ELSE q.previous END,
        settled = CASE WHEN excluded.bucket > q.bucket THEN 0 ELSE q.settled END,
        bucket = greatest(q.bucket, excluded.bucket)
),
written AS (
    INSERT INTO holds (call_id, replica_id, amounts, record)
    SELECT call_id, $18::uuid, amounts, record FROM admitted ORDER BY call_id
)
SELECT ARRAY(SELECT call_id FROM fresh) AS fresh, ARRAY(SELECT call_id FROM admitted) AS admitted,
    ARRAY(SELECT account_id FROM roomy) AS accounts, ARRAY(SELECT used FROM roomy) AS used
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

REHEARSAL: tuple[tuple[str, tuple[object, ...]], ...] = ((_ADMIT, (*([] for _ in range(17)), UUID(int=0))),)
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
    sums = summed(each for _, each in wanted)
    (found,) = await hot.fetch_unless_away(
        _ADMIT,
        [row.call_id for row in rows],
        [row.member_id for row in rows],
        [row.member_epoch for row in rows],
        [row.world_epoch for row in rows],
        [row.holds for row in rows],
        [row.amounts_json for row in rows],
        [row.record_json for row in rows],
        [each.account_id for each in sums],
        [each.amount for each in sums],
        [each.limit for each in sums],
        [each.bucket for each in sums],
        [each.previous_weight for each in sums],
        [each.reserve for each in sums],
        [call_id for call_id, _ in wanted],
        [each.account_id for _, each in wanted],
        [each.amount for _, each in wanted],
        [each.bucket.number for _, each in wanted],
        replica_id,
        patience=patience,
    )
    fresh, admitted = frozenset(found["fresh"]), frozenset(found["admitted"])
    used = dict(zip(found["accounts"], found["used"], strict=True))
    return {
        row.call_id: Answer(verdict, {each.account_id: used[each.account_id] for each in row.wanted})
        if (verdict := _verdict(row, fresh, admitted)) == "admitted"
        else Answer(verdict, {})
        for row in rows
    }


def _verdict(row: Row, fresh: frozenset[UUID], admitted: frozenset[UUID]) -> str:
    if row.call_id in admitted:
        return "admitted"
    if row.call_id not in fresh:
        return "stale"
    return "left" if row.holds else "proven"


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
