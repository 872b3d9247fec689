"""Reading limits, a page at a time."""

from __future__ import annotations

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.page import Page, id_in, page_by_id
from ai_api.quotas import store
from ai_api.quotas.store import LimitFilters, StoredLimit


async def list_limits(
    tx: Tx, filters: LimitFilters, *, limit: int, cursor: str | None = None, sort: str = "-created_at"
) -> Page[StoredLimit]:
    """One page in the order limits were set, or from the last one back. Raises Refusal `bad_sort` or `bad_cursor`."""
    if sort.removeprefix("-") != "created_at":
        raise Refusal("bad_sort", "invalid", "Limits can be sorted by created_at or -created_at.", param="sort")
    after = id_in(cursor, sort)
    found = await store.page_limits(tx, filters, newest_first=sort.startswith("-"), after=after, limit=limit + 1)
    return page_by_id(found, [each.limit.id for each in found], limit=limit, sort=sort)
