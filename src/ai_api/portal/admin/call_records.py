"""Call records: what was called, what became of it, and what it cost. Read only; money is a decimal string of USD."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from ai_api import ledger
from ai_api.ledger import CallRecord
from ai_api.portal.calls_shown import CallShown, CallsQuery, Word, in_usd
from ai_api.portal.deps import Admin, Transaction
from ai_api.portal.shapes import Listed, UsdOut

router = APIRouter(prefix="/api/admin/call-records", tags=["call-records"])


class CallRecordsQuery(CallsQuery):
    """Filters. `since` is included, `until` is not; a narrow period keeps a question about millions of records quick."""

    member_id: UUID | None = None
    provider: Word | None = None


class CallRecordShown(CallShown):
    """One call as it was billed. A cost is null when no price was known, which is not the same as 0.

    In `attempts`, `details` and `bookings` every amount of money is a decimal string of USD under a name in `_usd`.
    """

    member_id: UUID | None
    upstream_model: str | None
    provider_key_id: UUID | None
    route_id: UUID | None
    held_usd: UsdOut = Field(validation_alias="held_nanos")
    overrun_usd: UsdOut = Field(validation_alias="overrun_nanos")
    bookings: list[dict[str, Any]]
    swept: bool
    upstream_request_id: str | None
    tags: list[UUID]


@router.get("")
async def list_call_records(
    query: Annotated[CallRecordsQuery, Query()], _: Admin, tx: Transaction
) -> Listed[CallRecordShown]:
    """Call records, the newest first unless asked otherwise."""
    question = replace(query.question(), member_id=query.member_id, provider=query.provider)
    sort = query.sort or "-started_at"
    page = await ledger.list_page(tx, question, limit=query.limit, cursor=query.cursor, sort=sort)
    return Listed(items=[_shape(record) for record in page.items], next=page.next)


@router.get("/{call_id}")
async def get_call_record(call_id: UUID, _: Admin, tx: Transaction) -> CallRecordShown:
    """One call record."""
    return _shape(await ledger.find(tx, call_id))


def _shape(record: CallRecord) -> CallRecordShown:
    shown = CallRecordShown.model_validate(record)
    return shown.model_copy(
        update={
            "attempts": [in_usd(attempt) for attempt in record.attempts],
            "details": in_usd(record.details),
            "bookings": [in_usd(booking) for booking in record.bookings],
        }
    )
