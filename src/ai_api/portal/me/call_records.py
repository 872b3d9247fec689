"""/api/me/call-records: the caller's own calls, refusals as they were told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from ai_api import ledger
from ai_api.ledger import CallRecord, Question
from ai_api.portal.admin.call_records import Word, in_usd
from ai_api.portal.deps import Signed, Transaction
from ai_api.portal.shapes import Listed, ListQuery, Moment, Shown, UsdOut

router = APIRouter(prefix="/api/me/call-records", tags=["me"])

_OF_THE_HOUSE: Final = frozenset({"provider_key_id", "route_id"})
"""What of a try is the administrators' alone."""


class MyCallRecordsQuery(ListQuery):
    """Filters. `since` is included, `until` is not."""

    SORTS = ("started_at", "-started_at")

    credential_id: UUID | None = None
    allocation_id: UUID | None = None
    model: Word | None = None
    outcome: Word | None = None
    request_id: Word | None = None
    call_id: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None


class MyCallRecordShown(Shown):
    """One of the caller's calls as it was billed. A cost is null when no price was known, which is not the same as 0.

    `details` are the facts of a refusal as they were then. In them and in `attempts` every amount of money is a decimal string
    of USD under a name in `_usd`.
    """

    call_id: UUID
    started_at: datetime
    first_byte_at: datetime | None
    finished_at: datetime
    credential_id: UUID | None
    allocation_id: UUID | None
    dialect: str
    operation: str
    stream: bool
    requested_model: str | None
    model: str | None
    model_id: UUID | None
    provider: str | None
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
    funded_by: str
    refused_count: int
    request_id: str
    client: str | None


@router.get("")
async def list_my_call_records(
    query: Annotated[MyCallRecordsQuery, Query()], holder: Signed, tx: Transaction
) -> Listed[MyCallRecordShown]:
    """The caller's calls, refused ones too, the newest first unless asked otherwise."""
    question = Question(
        member_id=holder.member_id,
        credential_id=query.credential_id,
        allocation_id=query.allocation_id,
        model=query.model,
        outcome=query.outcome,
        request_id=query.request_id,
        call_id=query.call_id,
        since=query.since,
        until=query.until,
        as_told=True,
    )
    sort = query.sort or "-started_at"
    page = await ledger.list_page(tx, question, limit=query.limit, cursor=query.cursor, sort=sort)
    return Listed(items=[_shown(record) for record in page.items], next=page.next)


@router.get("/{call_id}")
async def get_my_call_record(call_id: UUID, holder: Signed, tx: Transaction) -> MyCallRecordShown:
    """One of the caller's calls."""
    return _shown(await ledger.find_own(tx, holder.member_id, call_id))


def _shown(record: CallRecord) -> MyCallRecordShown:
    told = ledger.as_told(record)
    attempts = [
        {name: in_usd(value) for name, value in attempt.items() if name not in _OF_THE_HOUSE}
        for attempt in in_usd(told.attempts)
    ]
    shown = MyCallRecordShown.model_validate(told)
    return shown.model_copy(update={"attempts": attempts, "details": in_usd(told.details)})
