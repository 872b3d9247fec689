"""What the gateway says to Postgres to change a hold that stands: more for a growing answer, less when less is needed.

One autocommit statement. Lock order as everywhere: the hold, then its accounts by id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ai_api.core.db import Hot
from ai_api.quotas.rules import Wanted

# `more` is what an account is to hold beyond what the hold row says it does: the row is the truth, never our memory.
_CHANGE = """
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
mine AS MATERIALIZED (
    SELECT h.call_id, h.amounts FROM quick, holds h WHERE h.call_id = $1::uuid AND NOT h.parked FOR UPDATE OF h
),
present AS MATERIALIZED (
    SELECT (a->>0)::uuid AS account_id, (a->>1)::bigint AS amount
    FROM mine CROSS JOIN LATERAL jsonb_array_elements(mine.amounts) a
),
asked AS MATERIALIZED (
    SELECT w.*, w.amount - coalesce(p.amount, 0) AS more
    FROM mine CROSS JOIN unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
        AS w(account_id, amount, account_limit, bucket, previous_weight)
    LEFT JOIN present p USING (account_id)
),
locked AS MATERIALIZED (
    SELECT id, settled, held, previous, bucket FROM quota_accounts
    WHERE id IN (SELECT account_id FROM asked) ORDER BY id FOR NO KEY UPDATE
),
seen AS MATERIALIZED (
    SELECT a.account_id, a.amount, a.more, a.account_limit - l.held + (a.amount - a.more)
        - CASE WHEN a.bucket > l.bucket THEN 0 ELSE l.settled END - ceil(
            (CASE WHEN a.bucket = l.bucket + 1 THEN l.settled WHEN a.bucket > l.bucket THEN 0 ELSE l.previous END)::numeric
            * CASE WHEN a.bucket < l.bucket THEN 1000000 ELSE a.previous_weight END / 1000000)::bigint AS room
    FROM asked a LEFT JOIN locked l ON l.id = a.account_id
),
verdict AS MATERIALIZED (
    SELECT EXISTS (SELECT 1 FROM mine) AS held,
        NOT EXISTS (SELECT 1 FROM seen WHERE more > 0 AND (room IS NULL OR amount > room)) AS fits
),
moved AS (
    UPDATE quota_accounts q SET held = q.held + s.more FROM seen s, verdict v
    WHERE v.fits AND q.id = s.account_id AND s.more <> 0
),
noted AS (
    UPDATE holds h SET
        amounts = (
            SELECT coalesce(jsonb_agg(jsonb_build_array(account_id, amount) ORDER BY account_id), '[]') FROM (
                SELECT account_id, amount FROM seen WHERE amount > 0
                UNION ALL SELECT account_id, amount FROM present WHERE account_id NOT IN (SELECT account_id FROM asked)
            ) each
        ),
        record = CASE WHEN $7::jsonb IS NULL THEN h.record ELSE jsonb_set(h.record, '{accounts}', $7::jsonb) END
    FROM verdict v WHERE v.fits AND h.call_id = $1::uuid
)
SELECT v.held, v.fits, (SELECT jsonb_object_agg(account_id, room) FROM seen) AS room FROM verdict v
"""

REHEARSAL: tuple[tuple[str, tuple[object, ...]], ...] = ((_CHANGE, (UUID(int=0), [], [], [], [], [], None)),)
"""The statement, with arguments by which it does nothing."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a wish to change a hold.

    `is_held` is False where the hold is gone: settled, or swept. `fits` says whether it was changed, all of it or nothing.
    `room` is what each account could have held for this call; None where the account does not exist yet.
    """

    is_held: bool
    fits: bool
    room: Mapping[UUID, int | None]


async def change(
    hot: Hot, call_id: UUID, wanted: Sequence[Wanted], *, accounts_json: str | None = None, timeout_s: float
) -> Changed:
    """Makes the hold of a call be these amounts on these accounts; what it holds on others stays.

    What becomes less always fits. `accounts_json` replaces the accounts that the stored record books on. Raises
    StoreUnavailable.
    """
    rows = await hot.fetch(
        _CHANGE,
        call_id,
        [each.account_id for each in wanted],
        [each.amount for each in wanted],
        [each.limit for each in wanted],
        [each.bucket.number for each in wanted],
        [each.bucket.previous_weight for each in wanted],
        accounts_json,
        timeout_s=timeout_s,
    )
    found: Any = rows[0]
    room = {UUID(key): value for key, value in json.loads(found["room"]).items()} if found["room"] else {}
    return Changed(found["held"], found["fits"], room)
