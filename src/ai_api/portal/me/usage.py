"""/api/me/usage: what the caller's calls came to, by day, model and credential."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from ai_api import ledger
from ai_api.ledger import UsageQuestion
from ai_api.portal.deps import HouseDep, Signed, Transaction
from ai_api.portal.reports_asked import InZone, PeriodQuery, viewed
from ai_api.portal.shapes import Moment, Shown, UsdOut

router = APIRouter(prefix="/api/me/usage", tags=["me"])

By = Literal["model", "credential"]


class MyUsageQuery(InZone):
    """What is summed. Without `since` it begins with the month of `zone`, without `until` it ends now.

    `by` tells models or credentials apart, `each` days of the zone: the viewer's, or the organization's where it is absent.
    """

    since: Moment | None = None
    until: Moment | None = None
    by: By | None = None
    each: Literal["day"] | None = None
    credential_id: UUID | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class UsageShown(Shown):
    """A sum of calls. `unpriced_calls` are not in its cost: nobody knew their price."""

    day: date | None
    model: str | None
    credential_id: UUID | None
    calls: int
    refused_calls: int
    input_tokens: int
    cached_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    billed_cost_usd: UsdOut = Field(validation_alias="billed_cost_nanos")
    unpriced_calls: int


class MyUsageShown(BaseModel):
    """The sums of a period. `since` and `until` are as they were summed: in whole quarters of an hour, outwards."""

    since: datetime
    until: datetime
    zone: str
    items: list[UsageShown]


@router.get("")
async def get_my_usage(
    query: Annotated[MyUsageQuery, Query()], holder: Signed, tx: Transaction, house: HouseDep
) -> MyUsageShown:
    """Sums of the caller's own calls, by day and then the dearest first."""
    now = house.clock.now()
    month = PeriodQuery(zone=query.zone, range="this_month")
    seen = await viewed(tx, house, month, member_id=holder.member_id, as_told=False)
    zone = seen.zone_name
    since = ledger.quarter_before(query.since or seen.asked.period.since)
    until = ledger.quarter_after(query.until or now + timedelta(microseconds=1))
    question = UsageQuestion(
        member_id=holder.member_id,
        since=since,
        until=until,
        zone=zone,
        credential_ids=None if query.credential_id is None else [query.credential_id],
        model=query.model,
        by_day=query.each == "day",
        by_model=query.by == "model",
        by_credential=query.by == "credential",
    )
    sums = await ledger.sum_usage(tx, question)
    return MyUsageShown(since=since, until=until, zone=zone, items=[UsageShown.model_validate(each) for each in sums])
