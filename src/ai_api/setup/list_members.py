"""Members as somebody who looks after them sees them: what they have, what they spend, and whether they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api import identity
from ai_api.core.db import Tx
from ai_api.core.page import Page
from ai_api.identity import Filters, Member
from ai_api.setup import sort_members, store_members
from ai_api.setup.store_members import FirstSignIn, Seen, Spent

_NOTHING = Spent()


@dataclass(frozen=True, slots=True)
class MemberAtWork:
    """A member, how many allocations they have that are not revoked, what they spent, and whether they are about."""

    member: Member
    allocations: int
    spent: Spent
    seen: Seen


async def list_members(
    tx: Tx,
    filters: Filters,
    *,
    sort: str,
    limit: int,
    cursor: str | None,
    since: datetime,
    until: datetime,
    now: datetime,
) -> Page[MemberAtWork]:
    """One page of members; what they spent from `since` up to `until`, each the beginning of a quarter of an hour.

    Besides the orders of `identity.list_members`, `-this_month` has those first who spent the most then, and `-last_seen_at`
    those who were seen last; whoever has neither follows by identifier. A few statements, however many members there are.
    Raises Refusal `bad_sort`, `bad_cursor`.
    """
    if sort == sort_members.BY_SPENDING:
        page = await sort_members.by_spending(tx, filters, limit=limit, cursor=cursor, since=since, until=until)
    elif sort == sort_members.BY_LAST_SEEN:
        page = await sort_members.by_last_seen(tx, filters, limit=limit, cursor=cursor, now=now)
    else:
        page = await identity.list_members(tx, filters=filters, sort=sort, limit=limit, cursor=cursor)
    ids = [member.id for member in page.items]
    allocations = await store_members.allocations_of(tx, ids)
    spent = await store_members.spent_by(tx, ids, since, until)
    seen = await store_members.seen(tx, ids)
    return Page(
        [
            MemberAtWork(each, allocations.get(each.id, 0), spent.get(each.id, _NOTHING), seen[each.id])
            for each in page.items
        ],
        page.next,
    )


async def first_sign_in(tx: Tx, member_id: UUID, *, at: datetime) -> FirstSignIn | None:
    """What there is to say of a member's first sign-in, where it is still to come; None of anybody else, and of nobody."""
    return (await first_sign_ins(tx, [member_id], at=at)).get(member_id)


async def first_sign_ins(tx: Tx, member_ids: Sequence[UUID], *, at: datetime) -> dict[UUID, FirstSignIn | None]:
    """The same of many members, in one statement. Who is gone is left out."""
    found = await store_members.seen(tx, member_ids)
    return {member_id: seen.first_sign_in(at) for member_id, seen in found.items()}
