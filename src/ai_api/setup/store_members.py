"""Every question of the list of members that is about more than one room: of one page, by indexes that begin with members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx

_ALLOCATIONS = text("""
SELECT member_id, count(*) AS allocations FROM allocations WHERE member_id = ANY(:ids) AND state <> 'revoked' GROUP BY member_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_SPENT = text("""
SELECT member_id, sum(calls)::bigint AS calls, sum(unpriced_calls)::bigint AS unpriced_calls,
    sum(billed_cost_nanos)::bigint AS billed_cost_nanos
FROM usage_quarters WHERE member_id = ANY(:ids) AND quarter >= :since AND quarter < :until GROUP BY member_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

# One look at the end of an index for each member's calls, however many there are; the others are a person's few.
_LAST_SEEN = text("""
SELECT m.id, greatest(
    (SELECT max(s.seen_at) FROM sessions s WHERE s.member_id = m.id),
    (SELECT max(t.last_used_at) FROM access_tokens t WHERE t.member_id = m.id),
    (SELECT r.started_at FROM call_records r WHERE r.member_id = m.id ORDER BY r.call_id DESC LIMIT 1)) AS last_seen_at
FROM unnest(:ids) AS m(id)
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True, slots=True)
class Spent:
    """What a member's calls of a period came to, refused ones too. `billed_cost_nanos` are nano-USD; `unpriced_calls` are not
    in it, for nobody knew their price.
    """

    calls: int = 0
    unpriced_calls: int = 0
    billed_cost_nanos: int = 0


async def allocations_of(tx: Tx, member_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many allocations that are not revoked each of these members has; who has none is left out."""
    rows = await tx.execute(_ALLOCATIONS, {"ids": list(member_ids)})
    return {row.member_id: row.allocations for row in rows}


async def spent_by(tx: Tx, member_ids: Sequence[UUID], since: datetime, until: datetime) -> dict[UUID, Spent]:
    """What these members' calls between two quarters of an hour came to; who made none is left out."""
    rows = await tx.execute(_SPENT, {"ids": list(member_ids), "since": since, "until": until})
    return {row.member_id: Spent(row.calls, row.unpriced_calls, row.billed_cost_nanos) for row in rows}


async def last_seen(tx: Tx, member_ids: Sequence[UUID]) -> dict[UUID, datetime | None]:
    """When each of these members was last in the portal, used an access token or made a call; None for never."""
    rows = await tx.execute(_LAST_SEEN, {"ids": list(member_ids)})
    return {row.id: row.last_seen_at for row in rows}
