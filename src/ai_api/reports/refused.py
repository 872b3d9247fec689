"""The calls that a limit refused, or cut the answers of: how many, and which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import first_id_of
from ai_api.core.page import Page, id_in, page_by_id
from ai_api.ledger import CallRecord
from ai_api.reports import store_refused
from ai_api.reports.periods import Period
from ai_api.reports.store_refused import RefusedCalls

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 31, tzinfo=UTC)
_LAST_ID: Final = UUID(int=2**128 - 1)


async def count_refused(tx: Tx, limit_ids: Collection[UUID], period: Period) -> Mapping[UUID, RefusedCalls] | None:
    """How many calls of a period each of these limits refused, one that is repeated as often as it was.

    None while the index that leads to them is not built: it would take too long.
    """
    if not await store_refused.has_index(tx):
        return None
    return await store_refused.count(tx, limit_ids, first_id_of(period.since), first_id_of(period.until))


async def list_refused(
    tx: Tx, limit_id: UUID, *, since: datetime | None, until: datetime | None, limit: int, cursor: str | None, sort: str
) -> Page[CallRecord]:
    """One page of the records of the calls that a limit refused, in the order they started, or from the last one back.

    `since` is included, `until` is not. Raises Refusal `bad_period`, `bad_cursor`.
    """
    if since is not None and until is not None and until <= since:
        raise Refusal("bad_period", "invalid", "The period must end after it begins.", param="until")
    after, newest_first = id_in(cursor, sort), sort.startswith("-")
    lower, upper = (first_id_of(min(max(each, _FIRST), _LAST)) for each in (since or _FIRST, until or _LAST))
    if after is not None and newest_first:
        upper = min(upper, after)
    elif after is not None:
        lower = max(lower, UUID(int=min(after.int, _LAST_ID.int - 1) + 1))
    found = await store_refused.page(tx, limit_id, lower, upper, newest_first=newest_first, limit=limit + 1)
    return page_by_id(found, [each.call_id for each in found], limit=limit, sort=sort)
