"""Reading call records."""

from __future__ import annotations

from uuid import UUID

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.page import Page, encode_cursor, id_in, page_by_id
from ai_api.ledger import store
from ai_api.ledger.rules import CallRecord, Question, record_not_found


async def find(tx: Tx, call_id: UUID) -> CallRecord:
    """One call record. Raises Refusal `call_record_not_found`."""
    record = await store.get(tx, call_id)
    if record is None:
        raise record_not_found()
    return record


async def find_own(tx: Tx, member_id: UUID, call_id: UUID) -> CallRecord:
    """One record of the member's own. Raises Refusal `call_record_not_found`, in the same words for another's."""
    record = await find(tx, call_id)
    if record.member_id != member_id:
        raise record_not_found()
    return record


async def list_page(
    tx: Tx, question: Question, *, limit: int, cursor: str | None = None, sort: str = "-started_at"
) -> Page[CallRecord]:
    """One page in the order the calls started, or from the last one back, in one query.

    What no index leads to is looked for among a bounded number of records: a page then may have fewer than `limit`, even none,
    and yet a cursor from which to look on, in a second query. Raises Refusal `bad_sort` or `bad_cursor`.
    """
    if sort.removeprefix("-") != "started_at":
        raise Refusal("bad_sort", "invalid", "Call records can be sorted by started_at or -started_at.", param="sort")
    after = id_in(cursor, sort)
    newest_first = sort.startswith("-")
    found = await store.page(tx, question, newest_first=newest_first, after=after, limit=limit + 1)
    if question.is_looked_for and len(found) <= limit:
        last = await store.last_looked_at(tx, question, newest_first=newest_first, after=after)
        return Page(found, None if last is None else encode_cursor(sort, str(last)))
    return page_by_id(found, [each.call_id for each in found], limit=limit, sort=sort)
