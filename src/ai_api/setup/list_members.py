"""Members as somebody who looks after them sees them: what they have, what they spend, and whether they are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api import identity
from ai_api.core.db import Tx
from ai_api.core.page import Page
from ai_api.identity import Filters, Member
from ai_api.setup import store_members
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
    tx: Tx, filters: Filters, *, sort: str, limit: int, cursor: str | None, since: datetime, until: datetime
) -> Page[MemberAtWork]:
    """One page of members; what they spent from `since` up to `until`, each the beginning of a quarter of an hour.

    Four statements, however many members there are. Raises Refusal `bad_sort`, `bad_cursor`.
    """
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
    seen = (await store_members.seen(tx, [member_id])).get(member_id)
    return None if seen is None else seen.first_sign_in(at)
