"""Every question of the list of members that is about more than one room: of one page, by indexes that begin with members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx

FirstSignIn = Literal["awaited", "link_expired"]
"""Somebody who has never signed in: they can still, or the link that invited them is too old."""

_ALLOCATIONS = text("""
SELECT member_id, count(*) AS allocations FROM allocations WHERE member_id = ANY(:ids) AND state <> 'revoked' GROUP BY member_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_SPENT = text("""
SELECT member_id, sum(calls)::bigint AS calls, sum(unpriced_calls)::bigint AS unpriced_calls,
    sum(billed_cost_nanos)::bigint AS billed_cost_nanos
FROM usage_quarters WHERE member_id = ANY(:ids) AND quarter >= :since AND quarter < :until GROUP BY member_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

# One look at the end of an index for each member's calls, however many there are; the others are a person's few.
_SEEN = text("""
SELECT m.id, greatest(
    (SELECT max(s.seen_at) FROM sessions s WHERE s.member_id = m.id),
    (SELECT max(t.last_used_at) FROM access_tokens t WHERE t.member_id = m.id),
    (SELECT r.started_at FROM call_records r WHERE r.member_id = m.id ORDER BY r.call_id DESC LIMIT 1)) AS last_seen_at,
    m.kind = 'person' AND m.password_hash IS NULL
        AND NOT EXISTS (SELECT FROM member_identities i WHERE i.member_id = m.id)
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.member_id = m.id) AS is_awaited,
    (SELECT max(l.expires_at) FROM invitations l
     WHERE l.member_id = m.id AND l.kind = 'invitation' AND l.revoked_at IS NULL) AS link_expires_at
FROM members m WHERE m.id = ANY(:ids)
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True, slots=True)
class Spent:
    """What a member's calls of a period came to, refused ones too. `billed_cost_nanos` are nano-USD; `unpriced_calls` are not
    in it, for nobody knew their price.
    """

    calls: int = 0
    unpriced_calls: int = 0
    billed_cost_nanos: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether a member is about. `last_at` is when they were last in the portal, used an access token or made a call; None for
    never. `is_awaited` is of a person who has never signed in, and `link_expires_at` is until when their invitation lets them;
    None where none is known.
    """

    last_at: datetime | None
    is_awaited: bool
    link_expires_at: datetime | None

    def first_sign_in(self, at: datetime) -> FirstSignIn | None:
        """What there is to say of a sign-in that is still to come; None where there is nothing to wait for."""
        if not self.is_awaited:
            return None
        is_over = self.link_expires_at is not None and self.link_expires_at <= at
        return "link_expired" if is_over else "awaited"


async def allocations_of(tx: Tx, member_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many allocations that are not revoked each of these members has; who has none is left out."""
    rows = await tx.execute(_ALLOCATIONS, {"ids": list(member_ids)})
    return {row.member_id: row.allocations for row in rows}


async def spent_by(tx: Tx, member_ids: Sequence[UUID], since: datetime, until: datetime) -> dict[UUID, Spent]:
    """What these members' calls between two quarters of an hour came to; who made none is left out."""
    rows = await tx.execute(_SPENT, {"ids": list(member_ids), "since": since, "until": until})
    return {row.member_id: Spent(row.calls, row.unpriced_calls, row.billed_cost_nanos) for row in rows}


async def seen(tx: Tx, member_ids: Sequence[UUID]) -> dict[UUID, Seen]:
    """Whether each of these members is about. Who is gone is left out."""
    rows = await tx.execute(_SEEN, {"ids": list(member_ids)})
    return {row.id: Seen(row.last_seen_at, row.is_awaited, row.link_expires_at) for row in rows}
