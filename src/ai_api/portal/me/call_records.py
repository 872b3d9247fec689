"""/api/me/call-records: the caller's own calls, refusals as they were told."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from ai_api import ledger
from ai_api.core.exports import FileForm
from ai_api.ledger import CallRecord
from ai_api.portal.call_filters import CallFilters
from ai_api.portal.calls_shown import CallShown
from ai_api.portal.deps import HouseDep, NeedsProof, Reading, Signed
from ai_api.portal.files import FILES, file_of
from ai_api.portal.refusals_told import Told, told_of
from ai_api.portal.shapes import Listed, ListQuery

router = APIRouter(prefix="/api/me/call-records", tags=["me"])


class MyCallRecordsQuery(CallFilters, ListQuery):
    """What of one's calls is listed.

    What no index leads to is looked for among some thousands of records at a time: a page may then have fewer items than
    `limit`, even none, and yet a `next`.
    """

    SORTS = ("started_at", "-started_at")


class MyCallRecordsExportQuery(CallFilters):
    """What of one's calls is exported, and whether as CSV or as lines of JSON. Without `until` it ends now."""

    form: FileForm = "jsonl"


class MyCallRecordShown(CallShown):
    """One of the caller's calls as it was billed. A cost is null when no price was known, which is not the same as 0.

    `details` are the facts of a refusal as they were then. In them and in `attempts` every amount of money is a decimal string
    of USD under a name in `_usd`.
    """


class MyCallRecordFound(MyCallRecordShown):
    """One of the caller's calls as it was billed, and what its client was told; `told` is null of a call that was not refused, or
    of which nobody can know.
    """

    told: Told | None = None


@router.get("")
async def list_my_call_records(
    query: Annotated[MyCallRecordsQuery, Query()], holder: Signed, tx: Reading
) -> Listed[MyCallRecordShown]:
    """The caller's calls, refused ones too, the newest first unless asked otherwise."""
    question = query.question(member_id=holder.member_id, as_told=True)
    sort = query.sort or "-started_at"
    page = await ledger.list_page(tx, question, limit=query.limit, cursor=query.cursor, sort=sort)
    return Listed(items=[_shown(record) for record in page.items], next=page.next)


@router.get("/export", dependencies=[NeedsProof], response_class=StreamingResponse, responses=FILES)
async def export_my_call_records(
    query: Annotated[MyCallRecordsExportQuery, Query()], holder: Signed, house: HouseDep
) -> StreamingResponse:
    """The caller's calls as a file, the oldest first, every column of the list's.

    A file that is cut off was not finished: its connection broke.
    """
    question = query.question(member_id=holder.member_id, as_told=True).ending(house.clock.now())
    names = tuple(MyCallRecordShown.model_fields)
    return file_of(ledger.export(house.reports, question, form=query.form, names=names), "my-calls", query.form)


@router.get("/{call_id}")
async def get_my_call_record(call_id: UUID, holder: Signed, tx: Reading) -> MyCallRecordFound:
    """One of the caller's calls, with what the client of a refused one was told."""
    record = await ledger.find_own(tx, holder.member_id, call_id)
    seen = ledger.as_told(record)
    # It was told to whom it belongs, so it is made of all that the record has.
    return MyCallRecordFound.model_validate(seen).model_copy(update={**_in_usd(seen), "told": told_of(record)})


def _shown(record: CallRecord) -> MyCallRecordShown:
    told = ledger.as_told(record)
    return MyCallRecordShown.model_validate(told).model_copy(update=_in_usd(told))


def _in_usd(record: CallRecord) -> dict[str, Any]:
    return {name: ledger.in_usd(getattr(record, name)) for name in ("attempts", "details")}
