"""Who stands over a limit now: what a preview of one tells before it is set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from ai_api import credentials, identity, quotas
from ai_api.core.db import Tx
from ai_api.credentials import Filters
from ai_api.quotas import Left, Reach, Subject
from ai_api.quotas.limit import Limit
from ai_api.setup.limit_subject import name_of_subject

LOOKED_AT_MAX: Final = 20_000
"""Of how many members or credentials a preview looks at the accounts: a portal request must not last for minutes."""
NAMED_MAX: Final = 20

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Over:
    """How many accounts stand over a limit, of `looked_at`, and the first by name; `complete` when those were all."""

    count: int
    first: tuple[tuple[UUID | None, str], ...]
    looked_at: int
    complete: bool


async def over_limit(tx: Tx, limit: Limit, subject: Subject, *, zone: str, at: datetime) -> Over:
    """The accounts of `limit` on which more is used and held at `at` than it allows. `zone` is the organization's."""
    if limit.partition == "subject":
        (whole,) = await quotas.left_under(tx, [limit], Reach(), zone=zone, at=at)
        named = ((subject.id, await name_of_subject(tx, subject)),) if _is_over(whole) else ()
        return Over(len(named), named, looked_at=1, complete=True)
    count, looked_at = 0, 0
    first: list[tuple[UUID | None, str]] = []
    async for names in _sharers(tx, limit, subject, at):
        reach = Reach(member_ids=tuple(names)) if limit.partition == "member" else Reach(credential_ids=tuple(names))
        found = await quotas.left_under(tx, [limit], reach, zone=zone, at=at) if names else []
        over = [each.partition_id for each in found if each.partition_id is not None and _is_over(each)]
        count, looked_at = count + len(over), looked_at + len(names)
        first += [(each, names[each]) for each in over[: NAMED_MAX - len(first)]]
        if looked_at >= LOOKED_AT_MAX:
            return Over(count, tuple(first), looked_at, complete=False)
    return Over(count, tuple(first), looked_at, complete=True)


async def over_months(tx: Tx, allocation_id: UUID, *, zone: str, at: datetime) -> Over:
    """Whether an allocation stands over one of its monthly limits at `at`."""
    months = (await quotas.left_of_allocations(tx, [allocation_id], zone=zone, at=at))[allocation_id]
    subject = Subject("allocation", allocation_id)
    named = ((allocation_id, await name_of_subject(tx, subject)),) if any(map(_is_over, months)) else ()
    return Over(len(named), named, looked_at=1, complete=True)


def _is_over(left: Left) -> bool:
    return left.limit is not None and left.used + left.held > left.limit


def _sharers(tx: Tx, limit: Limit, subject: Subject, at: datetime) -> AsyncIterator[Mapping[UUID, str]]:
    """Those that each have the whole amount for themselves, with their names, some at a time."""
    return _members(tx, subject) if limit.partition == "member" else _credentials(tx, subject, at)


async def _members(tx: Tx, subject: Subject) -> AsyncIterator[Mapping[UUID, str]]:
    is_of_all = subject.kind == "global" or subject.id in await identity.load_everyone_tags(tx)
    after_id = None
    while members := await identity.tagged_members(tx, after_id=after_id, limit=_AT_ONCE):
        after_id = members[-1].id
        yield {each.id: each.identifier for each in members if is_of_all or subject.id in each.tags}


async def _credentials(tx: Tx, subject: Subject, at: datetime) -> AsyncIterator[Mapping[UUID, str]]:
    members = None
    if subject.kind == "tag":
        members = {each async for names in _members(tx, subject) for each in names}
    filters, cursor = Filters(member_id=subject.member_id), None
    while True:
        page = await credentials.list_page(tx, filters, at=at, limit=_AT_ONCE, cursor=cursor)
        yield {each.id: each.name for each in page.items if members is None or each.member_id in members}
        cursor = page.next
        if cursor is None:
            return
