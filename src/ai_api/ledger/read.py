"""Reading call records."""

from __future__ import annotations

from uuid import UUID

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.page import Page, decode_cursor, encode_cursor
from ai_api.ledger import store
from ai_api.ledger.rules import CallRecord, Question, record_not_found


async def find(tx: Tx, call_id: UUID) -> CallRecord:
    """One call record. Raises Refusal `call_record_not_found`."""
    record = await store.get(tx, call_id)
    if record is None:
        raise record_not_found()
    return record


async def list_page(
    tx: Tx, question: Question, *, limit: int, cursor: str | None = None, sort: str = "-started_at"
) -> Page[CallRecord]:
    """One page in the order the calls started, or from the last one back, in one query.

    Raises Refusal `bad_sort` or `bad_cursor`.
    """
    if sort.removeprefix("-") != "started_at":
        raise Refusal("bad_sort", "invalid", "Call records can be sorted by started_at or -started_at.", param="sort")
    after = None if cursor is None else _id_in(cursor, sort)
    found = await store.page(tx, question, newest_first=sort.startswith("-"), after=after, limit=limit + 1)
    more = len(found) > limit
    return Page(found[:limit], encode_cursor(sort, str(found[limit - 1].call_id)) if more else None)


def _id_in(cursor: str, sort: str) -> UUID:
    """The id a cursor stands for. Raises Refusal `bad_cursor`, also when it belongs to another order."""
    made_for, text = decode_cursor(cursor, 2)
    refusal = Refusal("bad_cursor", "invalid", "The cursor is not one this list gave out.", param="cursor")
    if made_for != sort:
        raise refusal
    try:
        return UUID(text)
    except ValueError:
        raise refusal from None
