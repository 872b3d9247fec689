"""Reading the audit trail, the newest first."""

from __future__ import annotations

from ai_api.audit import store
from ai_api.audit.rules import Event, Filters
from ai_api.core.db import Tx
from ai_api.core.page import NEWEST_FIRST, Page, id_in, page_by_id


async def read(tx: Tx, *, filters: Filters, limit: int, cursor: str | None = None) -> Page[Event]:
    """One page of the events that fit `filters`. Raises Refusal `bad_cursor`."""
    events = await store.list_events(tx, filters=filters, before_id=id_in(cursor, NEWEST_FIRST), limit=limit + 1)
    return page_by_id(events, [event.id for event in events], limit=limit, sort=NEWEST_FIRST)
