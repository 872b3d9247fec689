"""Reading allocations."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ai_api import access
from ai_api.allocations import store
from ai_api.allocations.rules import Allocation, allocation_not_found
from ai_api.allocations.store import Filters
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.page import Page, id_in, page_by_id


async def find(tx: Tx, allocation_id: UUID) -> Allocation:
    """One allocation. Raises Refusal `allocation_not_found`."""
    allocation = await store.get(tx, allocation_id)
    if allocation is None:
        raise allocation_not_found()
    return allocation


async def find_own(tx: Tx, member_id: UUID, allocation_id: UUID) -> Allocation:
    """One of the member's own allocations, of a model they see.

    Raises Refusal `allocation_not_found`, in the same words for one that is not there, another's, or of a hidden model.
    """
    allocation = await find(tx, allocation_id)
    if allocation.member_id != member_id:
        raise allocation_not_found()
    try:
        await access.visible_model(tx, member_id, allocation.model_id)
    except Refusal:
        raise allocation_not_found() from None
    return allocation


async def find_of_member(tx: Tx, member_id: UUID, allocation_ids: Sequence[UUID]) -> dict[UUID, Allocation]:
    """Those of the given allocations that belong to the member, by id. A foreign or unknown id is simply not in it."""
    return {allocation.id: allocation for allocation in await store.of_member(tx, member_id, allocation_ids)}


async def list_page(
    tx: Tx, filters: Filters, *, limit: int, cursor: str | None = None, sort: str = "-created_at"
) -> Page[Allocation]:
    """One page in the order allocations were granted, or from the last one back.

    Raises Refusal `bad_sort` or `bad_cursor`.
    """
    if sort.removeprefix("-") != "created_at":
        raise Refusal("bad_sort", "invalid", "Allocations can be sorted by created_at or -created_at.", param="sort")
    after = id_in(cursor, sort)
    found = await store.page(tx, filters, newest_first=sort.startswith("-"), after=after, limit=limit + 1)
    return page_by_id(found, [each.id for each in found], limit=limit, sort=sort)
