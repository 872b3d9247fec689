"""Call records: what was called, what became of it, and what it cost. Read only; money is a decimal string of USD."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from ai_api import ledger
from ai_api.core.money import format_usd
from ai_api.ledger import CallRecord, Question
from ai_api.portal.deps import Admin, Transaction
from ai_api.portal.shapes import Listed, ListQuery, Moment, Shown, UsdOut

router = APIRouter(prefix="/api/admin/call-records", tags=["call-records"])

Word = Annotated[str, Field(min_length=1, max_length=200)]


class CallRecordsQuery(ListQuery):
    """Filters. `since` is included, `until` is not; a narrow period keeps a question about millions of records quick."""

    SORTS = ("started_at", "-started_at")

    member_id: UUID | None = None
    credential_id: UUID | None = None
    allocation_id: UUID | None = None
    model: Word | None = None
    provider: Word | None = None
    outcome: Word | None = None
    request_id: Word | None = None
    call_id: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None


class CallRecordShown(Shown):
    """One call as it was billed. A cost is null when no price was known, which is not the same as 0.

    In `attempts`, `details` and `bookings` every amount of money is a decimal string of USD under a name in `_usd`.
    """

    call_id: UUID
    started_at: datetime
    first_byte_at: datetime | None
    finished_at: datetime
    credential_id: UUID | None
    allocation_id: UUID | None
    member_id: UUID | None
    dialect: str
    operation: str
    stream: bool
    requested_model: str | None
    model: str | None
    model_id: UUID | None
    upstream_model: str | None
    provider: str | None
    provider_key_id: UUID | None
    route_id: UUID | None
    attempts: list[dict[str, Any]]
    outcome: str
    details: dict[str, Any]
    upstream_status: int | None
    finish_reason: str | None
    input_tokens: int
    cached_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    unit: str | None
    quantity: int | None
    usage_source: str
    service_tier: str | None
    price_version_id: UUID | None
    list_cost_usd: UsdOut | None = Field(validation_alias="list_cost_nanos")
    multiplier_millionths: int
    billed_cost_usd: UsdOut | None = Field(validation_alias="billed_cost_nanos")
    held_usd: UsdOut = Field(validation_alias="held_nanos")
    overrun_usd: UsdOut = Field(validation_alias="overrun_nanos")
    funded_by: str
    bookings: list[dict[str, Any]]
    swept: bool
    refused_count: int
    request_id: str
    upstream_request_id: str | None
    client: str | None
    tags: list[UUID]


@router.get("")
async def list_call_records(
    query: Annotated[CallRecordsQuery, Query()], _: Admin, tx: Transaction
) -> Listed[CallRecordShown]:
    """Call records, the newest first unless asked otherwise."""
    question = Question(
        member_id=query.member_id,
        credential_id=query.credential_id,
        allocation_id=query.allocation_id,
        model=query.model,
        provider=query.provider,
        outcome=query.outcome,
        request_id=query.request_id,
        call_id=query.call_id,
        since=query.since,
        until=query.until,
    )
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


def in_usd(value: Any) -> Any:
    """Plain JSON values with every amount named `…_nanos` written as a decimal string named `…_usd`; null stays null."""
    if isinstance(value, Mapping):
        return dict(_named(name, part) for name, part in value.items())
    if isinstance(value, list | tuple):
        return [in_usd(part) for part in value]
    return value


def _named(name: str, value: Any) -> tuple[str, Any]:
    if not name.endswith("_nanos") or isinstance(value, bool) or not isinstance(value, int | None):
        return name, in_usd(value)
    return name.removesuffix("_nanos") + "_usd", None if value is None else format_usd(value)
