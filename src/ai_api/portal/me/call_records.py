"""/api/me/call-records: the caller's own calls, refusals as they were told."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query

from ai_api import ledger
from ai_api.ledger import CallRecord
from ai_api.portal.calls_shown import CallShown, CallsQuery, in_usd
from ai_api.portal.deps import Signed, Transaction
from ai_api.portal.shapes import Listed

router = APIRouter(prefix="/api/me/call-records", tags=["me"])

_OF_THE_HOUSE: Final = frozenset({"provider_key_id", "route_id"})
"""What of a try is the administrators' alone."""


class MyCallRecordShown(CallShown):
    """One of the caller's calls as it was billed. A cost is null when no price was known, which is not the same as 0.

    `details` are the facts of a refusal as they were then. In them and in `attempts` every amount of money is a decimal string
    of USD under a name in `_usd`.
    """


@router.get("")
async def list_my_call_records(
    query: Annotated[CallsQuery, Query()], holder: Signed, tx: Transaction
) -> Listed[MyCallRecordShown]:
    """The caller's calls, refused ones too, the newest first unless asked otherwise."""
    question = replace(query.question(), member_id=holder.member_id, as_told=True)
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
