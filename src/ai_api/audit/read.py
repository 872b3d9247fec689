"""Reading the audit trail, the newest first."""

from __future__ import annotations

from uuid import UUID

from ai_api.audit import store
from ai_api.audit.rules import Event, Filters
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.page import Page, decode_cursor, encode_cursor


async def read(tx: Tx, *, filters: Filters, limit: int, cursor: str | None = None) -> Page[Event]:
    """One page of the events that fit `filters`. Raises Refusal `bad_cursor`."""
    events = await store.list_events(
        tx, filters=filters, before_id=None if cursor is None else _id_in(cursor), limit=limit + 1
    )
    shown = events[:limit]
    return Page(shown, encode_cursor(str(shown[-1].id)) if len(events) > limit else None)


def _id_in(cursor: str) -> UUID:
    (text,) = decode_cursor(cursor, 1)
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("bad_cursor", "invalid", "The cursor is not one this list gave out.", param="cursor") from None
