"""How reports are asked for: periods by name or by their ends, in the viewer's zone, and what filters them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from ai_api import reports, setup
from ai_api.core.db import Tx
from ai_api.portal.house import House
from ai_api.portal.shapes import Moment, Strict
from ai_api.reports import TOP_MAX, Asked, LatencyBy, Measure, Named, Period, Step

Word = Annotated[str, Field(min_length=1, max_length=200)]
ZoneName = Annotated[str, Field(min_length=1, max_length=64)]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$")]


class InZone(Strict):
    """`zone` is the viewer's IANA zone; without it, the organization's."""

    zone: ZoneName | None = None


class PeriodQuery(InZone):
    """A period by name (`range`), or from `since` (included) to `until` (not, and the present moment unless given).

    Without either it is `this_month`. What begins or ends within a quarter of an hour has all of it.
    """

    range: Named | None = None
    since: Moment | None = None
    until: Moment | None = None

    @model_validator(mode="after")
    def _one_period(self) -> Self:
        if self.range is not None and (self.since is not None or self.until is not None):
            raise ValueError("give either range, or since and until")
        if self.until is not None and self.since is None:
            raise ValueError("until needs since")
        return self


class FilteredQuery(PeriodQuery):
    """Which calls of the period are counted."""

    credential_id: UUID | None = None
    allocation_id: UUID | None = None
    model: Word | None = None
    provider: Word | None = None


class ReportQuery(FilteredQuery):
    """What the calls are told apart by (`top` of them, the largest by `measure`), and steps of time (`each`)."""

    outcome: Word | None = None
    measure: Measure = "billed_cost"
    top: int = Field(default=10, ge=1, le=TOP_MAX)
    each: Step | None = None


class LatencyQuery(FilteredQuery):
    """By what calls are told apart: the `top` with the most calls."""

    by: LatencyBy = "model"
    top: int = Field(default=10, ge=1, le=TOP_MAX)


class StatementQuery(InZone):
    """The month of the statement, as in `2026-10`; without it, the last one that is over."""

    month: Month | None = None


@dataclass(frozen=True, slots=True)
class Viewed:
    """A question with the zone it is viewed in. `zone_name` is as it was given."""

    asked: Asked
    zone: ZoneInfo
    zone_name: str


async def viewed(tx: Tx, house: House, query: PeriodQuery, *, member_id: UUID | None, as_told: bool) -> Viewed:
    """The question a query means now, about everybody's calls or those of `member_id`. Raises Refusal `bad_time_zone`,
    `bad_period`.
    """
    name, zone = await _zone(tx, house, query)
    filters = query.model_dump(include=_FILTERS) | {"member_id": member_id, "as_told": as_told}
    return Viewed(Asked(period=_period(query, zone, house.clock.now()), **filters), zone, name)


async def viewed_month(
    tx: Tx, house: House, query: StatementQuery, *, member_id: UUID | None, tag_id: UUID | None, as_told: bool
) -> Viewed:
    """The question that a statement answers. Raises as `viewed` does."""
    name, zone = await _zone(tx, house, query)
    if query.month is None:
        period = reports.named_period("last_month", zone, house.clock.now())
    else:
        period = reports.month_period(query.month, zone)
    return Viewed(Asked(period=period, member_id=member_id, tag_id=tag_id, as_told=as_told), zone, name)


async def viewed_period(tx: Tx, house: House, query: InZone, name: Named) -> Period:
    """What a period's name means now in the zone of a query. Raises Refusal `bad_time_zone`."""
    _, zone = await _zone(tx, house, query)
    return reports.named_period(name, zone, house.clock.now())


_FILTERS = {"credential_id", "allocation_id", "model", "provider", "outcome", "provider_key_id", "tag_id"}


async def _zone(tx: Tx, house: House, query: InZone) -> tuple[str, ZoneInfo]:
    name = query.zone or await setup.organization_zone(tx, configured=house.settings.organization_zone)
    return name, reports.zone_of(name)


def _period(query: PeriodQuery, zone: ZoneInfo, now: datetime) -> Period:
    if query.since is None:
        return reports.named_period(query.range or "this_month", zone, now)
    return reports.period_of(query.since, query.until or max(now, query.since))
