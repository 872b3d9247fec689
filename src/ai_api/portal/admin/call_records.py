"""Call records: what was called, what became of it, and what it cost. Read only; money is a decimal string of USD."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field, model_validator

from ai_api import audit, ledger, reports
from ai_api.core.exports import FileForm
from ai_api.ledger import CallRecord, Question
from ai_api.portal.call_filters import CallFilters
from ai_api.portal.calls_shown import CallShown
from ai_api.portal.deps import Admin, HouseDep, NeedsProof, Reading, Transaction
from ai_api.portal.files import FILES, file_of
from ai_api.portal.refusals_told import Told, told_of
from ai_api.portal.shapes import Listed, ListQuery, UsdOut

router = APIRouter(prefix="/api/admin/call-records", tags=["call-records"])

# The index of what a limit refused leads to nothing else.
_OF_A_LIMIT: Final = frozenset({"limit_id", "since", "until", "limit", "cursor", "sort"})


class CallRecordFilters(CallFilters):
    """Filters of everybody's calls; `tag_id` is a tag that the member had when they called."""

    member_id: UUID | None = None
    tag_id: UUID | None = None

    def asked(self) -> Question:
        """The same, as the ledger is asked. Raises Refusal `bad_period`, `bad_span`."""
        return self.question(member_id=self.member_id, tag=self.tag_id)


class CallRecordsQuery(CallRecordFilters, ListQuery):
    """What of the ledger is listed.

    What no index leads to is looked for among some thousands of records at a time: a page may then have fewer items than
    `limit`, even none, and yet a `next`. `limit_id` finds the calls that a limit refused, or cut the answers of, in a period;
    no other filter goes with it.
    """

    SORTS = ("started_at", "-started_at")

    limit_id: UUID | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.limit_id is not None and self.model_fields_set - _OF_A_LIMIT:
            raise ValueError("with limit_id give since and until, and no other filter")
        return self


class CallRecordsExportQuery(CallRecordFilters):
    """What of the ledger is exported, and whether as CSV or as lines of JSON. Without `until` it ends now."""

    form: FileForm = "jsonl"


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


class CallRecordFound(CallRecordShown):
    """One call as it was billed, and what its client was told; `told` is null of a call that was not refused, or of which nobody
    can know.
    """

    told: Told | None = None


@router.get("")
async def list_call_records(
    query: Annotated[CallRecordsQuery, Query()], _: Admin, tx: Reading
) -> Listed[CallRecordShown]:
    """Call records, the newest first unless asked otherwise."""
    sort = query.sort or "-started_at"
    if query.limit_id is None:
        page = await ledger.list_page(tx, query.asked(), limit=query.limit, cursor=query.cursor, sort=sort)
    else:
        page = await reports.list_refused(
            tx, query.limit_id, since=query.since, until=query.until, limit=query.limit, cursor=query.cursor, sort=sort
        )
    return Listed(items=[_shape(record) for record in page.items], next=page.next)


@router.get("/export", dependencies=[NeedsProof], response_class=StreamingResponse, responses=FILES)
async def export_call_records(
    query: Annotated[CallRecordsExportQuery, Query()], actor: Admin, house: HouseDep, tx: Transaction
) -> StreamingResponse:
    """Call records as a file, the oldest first, every column of the list's. Who exported what is in the audit trail.

    A file that is cut off was not finished: its connection broke.
    """
    question = query.asked().ending(house.clock.now())
    asked = query.model_dump(mode="json", exclude_none=True)
    await audit.note(
        tx, actor, action="call_records.export", target_kind="call_records", target_id=None, before=None, after=asked
    )
    names = tuple(CallRecordShown.model_fields)
    return file_of(ledger.export(house.reports, question, form=query.form, names=names), "calls", query.form)


@router.get("/{call_id}")
async def get_call_record(call_id: UUID, _: Admin, tx: Reading) -> CallRecordFound:
    """One call record, with what the client of a refused call was told."""
    record = await ledger.find(tx, call_id)
    return CallRecordFound.model_validate(record).model_copy(update={**_in_usd(record), "told": told_of(record)})


def _shape(record: CallRecord) -> CallRecordShown:
    return CallRecordShown.model_validate(record).model_copy(update=_in_usd(record))


def _in_usd(record: CallRecord) -> dict[str, Any]:
    return {name: ledger.in_usd(getattr(record, name)) for name in ("attempts", "details", "bookings")}
