"""What the gateway says to Postgres to change holds that stand: more for a growing answer, less when less is needed.

One autocommit statement for any number of calls. Lock order as everywhere: the holds by call, then their accounts by id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ai_api.core.db import Hot, Patience
from ai_api.core.values import value
from ai_api.quotas.rules import Wanted

# `more` is what an account is to hold beyond what the hold row says it does: the row is the truth, never our memory. A call
# is given what it asks for where its accounts have room for it and for all that was asked of them before it. One that would
# fit if it were alone, but not after the others, is undecided: perhaps those were not given what they asked for.
_CHANGE = """
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
mine AS MATERIALIZED (
    SELECT h.call_id, h.amounts FROM quick, holds h
    WHERE h.call_id = ANY($1::uuid[]) AND NOT h.parked ORDER BY h.call_id FOR UPDATE OF h
),
present AS MATERIALIZED (
    SELECT mine.call_id, (a->>0)::uuid AS account_id, (a->>1)::bigint AS amount
    FROM mine CROSS JOIN LATERAL jsonb_array_elements(mine.amounts) a
),
asked AS MATERIALIZED (
    SELECT w.*, coalesce(p.amount, 0) AS has, w.amount - coalesce(p.amount, 0) AS more
    FROM mine JOIN unnest($3::integer[], $4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
        AS w(turn, call_id, account_id, amount, account_limit, bucket, previous_weight) USING (call_id)
    LEFT JOIN present p USING (call_id, account_id)
),
locked AS MATERIALIZED (
    SELECT id, settled, held, previous, bucket FROM quota_accounts
    WHERE id = ANY(ARRAY(SELECT account_id FROM asked)) ORDER BY id FOR NO KEY UPDATE
),
seen AS MATERIALIZED (
    SELECT a.turn, a.call_id, a.account_id, a.amount, a.has, a.more,
        sum(greatest(a.more, 0)) OVER (PARTITION BY a.account_id ORDER BY a.turn) AS more_so_far,
        a.account_limit - l.held
        - CASE WHEN a.bucket > l.bucket THEN 0 ELSE l.settled END - ceil(
            (CASE WHEN a.bucket = l.bucket + 1 THEN l.settled WHEN a.bucket > l.bucket THEN 0 ELSE l.previous END)::numeric
            * CASE WHEN a.bucket < l.bucket THEN 1000000 ELSE a.previous_weight END / 1000000)::bigint AS free
    FROM asked a LEFT JOIN locked l ON l.id = a.account_id
),
verdict AS MATERIALIZED (
    SELECT c.call_id, c.accounts, EXISTS (SELECT 1 FROM mine WHERE mine.call_id = c.call_id) AS held,
        NOT EXISTS (
            SELECT 1 FROM seen WHERE seen.call_id = c.call_id AND more > 0 AND (free IS NULL OR more_so_far > free)
        ) AS fits,
        NOT EXISTS (
            SELECT 1 FROM seen WHERE seen.call_id = c.call_id AND more > 0 AND (free IS NULL OR more > free)
        ) AS fits_alone
    FROM unnest($1::uuid[], $2::jsonb[]) AS c(call_id, accounts)
),
moved AS (
    UPDATE quota_accounts q SET held = q.held + s.more
    FROM (SELECT account_id, sum(more) AS more FROM seen JOIN verdict USING (call_id) WHERE fits GROUP BY account_id) s
    WHERE q.id = s.account_id AND s.more <> 0 AND q.id = ANY(ARRAY(SELECT account_id FROM asked))
),
noted AS (
    UPDATE holds h SET
        amounts = (
            SELECT coalesce(jsonb_agg(jsonb_build_array(account_id, amount) ORDER BY account_id), '[]') FROM (
                SELECT account_id, amount FROM seen WHERE seen.call_id = v.call_id AND amount > 0
                UNION ALL SELECT account_id, amount FROM present
                WHERE present.call_id = v.call_id
                    AND account_id NOT IN (SELECT account_id FROM asked WHERE asked.call_id = v.call_id)
            ) each
        ),
        record = CASE WHEN v.accounts IS NULL THEN h.record ELSE jsonb_set(h.record, '{accounts}', v.accounts) END
    FROM verdict v WHERE v.fits AND h.call_id = v.call_id AND h.call_id = ANY($1::uuid[]) AND NOT h.parked
)
SELECT v.call_id, v.held, v.fits, v.fits_alone, (
    SELECT jsonb_object_agg(s.account_id, s.free + s.has - coalesce((
        SELECT sum(o.more) FROM seen o JOIN verdict USING (call_id)
        WHERE fits AND o.account_id = s.account_id AND o.call_id <> v.call_id), 0))
    FROM seen s WHERE s.call_id = v.call_id
) AS room
FROM verdict v
"""

REHEARSAL: tuple[tuple[str, tuple[object, ...]], ...] = ((_CHANGE, ([], [], [], [], [], [], [], [], [])),)
"""The statement, with arguments by which it does nothing."""


@value
class Change:
    """A wish: the hold of a call is to be these amounts on these accounts; what it holds on others stays.

    `accounts_json` replaces the accounts that the stored record books on.
    """

    call_id: UUID
    wanted: Sequence[Wanted]
    accounts_json: str | None = None


@value
class Changed:
    """What became of a wish to change a hold.

    `is_held` is False where the hold is gone: settled, or swept. `fits` says whether it was changed, all of it or nothing.
    `is_decided` is False where it might have fitted without the others that were asked with it.
    `room` is what each account could hold for this call beside all that was given with it; None where the account does not
    exist yet.
    """

    is_held: bool
    fits: bool
    is_decided: bool
    room: Mapping[UUID, int | None]


async def change(hot: Hot, changes: Sequence[Change], *, patience: Patience) -> dict[UUID, Changed]:
    """Changes holds of different calls; what became of it, by call. What becomes less always fits.

    The first is always decided. Raises StoreUnavailable, StatementRefused.
    """
    turns = [(turn, each.call_id, wanted) for turn, each in enumerate(changes) for wanted in each.wanted]
    rows = await hot.fetch_unless_away(
        _CHANGE,
        [each.call_id for each in changes],
        [each.accounts_json for each in changes],
        [turn for turn, _, _ in turns],
        [call_id for _, call_id, _ in turns],
        [wanted.account_id for _, _, wanted in turns],
        [wanted.amount for _, _, wanted in turns],
        [wanted.limit for _, _, wanted in turns],
        [wanted.bucket.number for _, _, wanted in turns],
        [wanted.bucket.previous_weight for _, _, wanted in turns],
        patience=patience,
    )
    return {row["call_id"]: _changed(row) for row in rows}


def _changed(row: Any) -> Changed:
    room = {UUID(key): value for key, value in json.loads(row["room"]).items()} if row["room"] else {}
    return Changed(row["held"], row["fits"], row["fits"] or not row["fits_alone"], room)
