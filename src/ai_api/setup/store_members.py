"""Every question of the list of members that is about more than one room: of one page, by indexes that begin with members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx
from ai_api.core.ids import first_id_of
from ai_api.identity import Ranking

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID_MADE_WITHIN = timedelta(days=1)
"""A call's id is made when it comes, by the clock of its replica: much closer than this to when it began."""

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
_LAST_SEEN_FROM = """greatest(
    (SELECT max(s.seen_at) FROM sessions s WHERE s.member_id = m.id),
    (SELECT max(t.last_used_at) FROM access_tokens t WHERE t.member_id = m.id),
    (SELECT r.started_at FROM call_records r WHERE r.member_id = m.id {} ORDER BY r.call_id DESC LIMIT 1))"""
_LAST_SEEN = _LAST_SEEN_FROM.format("")
_SEEN = text(f"""
SELECT m.id, {_LAST_SEEN} AS last_seen_at,
    m.kind = 'person' AND m.password_hash IS NULL
        AND NOT EXISTS (SELECT FROM member_identities i WHERE i.member_id = m.id)
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.member_id = m.id) AS is_awaited,
    (SELECT max(l.expires_at) FROM invitations l
     WHERE l.member_id = m.id AND l.kind = 'invitation' AND l.revoked_at IS NULL) AS link_expires_at
FROM members m WHERE m.id = ANY(:ids)
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))  # noqa: S608  -- a constant of this file

# Out of days that are summed, and of quarters where none is, or a row of theirs could not be told.
_OF_ALL = """
WITH days AS MATERIALIZED (
    SELECT r.day::timestamp AT TIME ZONE 'UTC' AS begins FROM usage_days_ready r
    WHERE r.day::timestamp AT TIME ZONE 'UTC' >= :since AND (r.day + 1)::timestamp AT TIME ZONE 'UTC' <= :until
        AND NOT EXISTS (SELECT 1 FROM usage_days_stale s WHERE s.day = r.day)
), others AS MATERIALIZED (
    SELECT greatest(d.begins, :since) AS since, least(d.begins + interval '24 hours', :until) AS until
    FROM generate_series(date_trunc('day', CAST(:since AS timestamptz), 'UTC'), CAST(:until AS timestamptz), interval '24 hours')
        AS d(begins)
    WHERE d.begins NOT IN (SELECT begins FROM days)
)
SELECT member_id, sum(nanos)::bigint AS rank FROM (
    SELECT d.member_id, d.nanos FROM days CROSS JOIN LATERAL (
        SELECT d.member_id, d.billed_cost_nanos AS nanos FROM usage_days d
        WHERE d.cut = 'callers' AND d.begins = days.begins AND d.member_id IS NOT NULL OFFSET 0) d
    UNION ALL
    SELECT q.member_id, q.nanos FROM days CROSS JOIN LATERAL (
        SELECT q.member_id, q.billed_cost_nanos AS nanos FROM usage_quarters q
        WHERE NOT q.is_told AND q.quarter >= days.begins AND q.quarter < days.begins + interval '24 hours'
            AND q.member_id IS NOT NULL OFFSET 0) q
    UNION ALL
    SELECT q.member_id, q.nanos FROM others CROSS JOIN LATERAL (
        SELECT q.member_id, q.billed_cost_nanos AS nanos FROM usage_quarters q
        WHERE q.quarter >= others.since AND q.quarter < others.until AND q.member_id IS NOT NULL OFFSET 0) q
) each GROUP BY member_id HAVING sum(nanos) > 0
"""
_OF_SOME = """
SELECT q.member_id, sum(q.billed_cost_nanos)::bigint AS rank FROM usage_quarters q
WHERE q.member_id = ANY(CAST(:ids AS uuid[])) AND q.quarter >= :since AND q.quarter < :until
GROUP BY q.member_id HAVING sum(q.billed_cost_nanos) > 0
"""
# Not joined: Postgres takes those who have spent for a few dozen, and would look through all of them for each member.
_HAS_SPENT = "members.id IN (SELECT ranks.member_id FROM ({}) ranks)"

_MICROS = "(extract(epoch FROM seen.at) * 1000000)::bigint"
_SEEN_OF = f"""
SELECT m.id AS member_id, {_MICROS} AS rank FROM members m CROSS JOIN LATERAL (SELECT {_LAST_SEEN} AS at OFFSET 0) seen
WHERE m.id = ANY(CAST(:ids AS uuid[])) AND seen.at IS NOT NULL
"""  # noqa: S608  -- constants of this file
# Whoever did something then, unless they did something later: only of these is it asked when that was, and no partition of
# earlier calls is looked into.
_LAST_SEEN_LATELY = _LAST_SEEN_FROM.format("AND r.call_id >= CAST(:from_call AS uuid)")
_SEEN_BETWEEN = f"""
SELECT m.member_id, {_MICROS} AS rank FROM (
    SELECT q.member_id, q.member_id AS id FROM usage_quarters q
    WHERE q.quarter > CAST(:since AS timestamptz) - interval '15 minutes' AND q.quarter < :until AND q.member_id IS NOT NULL
    UNION SELECT s.member_id, s.member_id FROM sessions s WHERE s.seen_at >= :since AND s.seen_at < :until
    UNION SELECT t.member_id, t.member_id FROM access_tokens t WHERE t.last_used_at >= :since AND t.last_used_at < :until
) m CROSS JOIN LATERAL (SELECT {_LAST_SEEN_LATELY} AS at OFFSET 0) seen
WHERE seen.at >= :since AND seen.at < :until
"""  # noqa: S608  -- constants of this file
# Each is looked up by its index, member by member (`OFFSET 0`): joined, the whole ledger would be read.
_WAS_SEEN = """(
    EXISTS (SELECT 1 FROM sessions s WHERE s.member_id = members.id OFFSET 0)
    OR EXISTS (SELECT 1 FROM access_tokens t WHERE t.member_id = members.id AND t.last_used_at IS NOT NULL OFFSET 0)
    OR EXISTS (SELECT 1 FROM call_records r WHERE r.member_id = members.id OFFSET 0)
)"""


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


def spending(since: datetime, until: datetime) -> Ranking:
    """Members by what their calls between two quarters of an hour cost, in nano-USD; who spent nothing has no rank."""
    return Ranking(_OF_ALL, _HAS_SPENT.format(_OF_ALL), {"since": since, "until": until})


def spending_of(member_ids: Sequence[UUID], since: datetime, until: datetime) -> Ranking:
    """The same of these members alone."""
    given = {"ids": list(member_ids), "since": since, "until": until}
    return Ranking(_OF_SOME, _HAS_SPENT.format(_OF_SOME), given)


def last_seen_of(member_ids: Sequence[UUID]) -> Ranking:
    """These members by when they were last seen, in microseconds since 1970; who never was has no rank."""
    return Ranking(_SEEN_OF, _WAS_SEEN, {"ids": list(member_ids)})


def last_seen_between(since: datetime, until: datetime) -> Ranking:
    """Members who were last seen from one moment up to another, by when, in microseconds since 1970. Of the others only who was
    never seen is told apart.
    """
    from_call = first_id_of(max(since - _ID_MADE_WITHIN, EPOCH))
    return Ranking(_SEEN_BETWEEN, _WAS_SEEN, {"since": since, "until": until, "from_call": from_call})
