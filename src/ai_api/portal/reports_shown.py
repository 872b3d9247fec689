"""What reports look like, for administrators and for members of their own calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from ai_api import reports
from ai_api.core.db import Tx
from ai_api.portal.reports_asked import LatencyQuery, PeriodQuery, ReportQuery, Viewed
from ai_api.portal.shapes import Shown, UsdOut
from ai_api.reports import OVERLAP, By, LatencyBy, Measure, Named, Report, Row, RowKind, Step, StepSums, Sums


class SumsShown(Shown):
    """Sums of calls. `unpriced_calls` are in no cost: nobody knew their price. Input counts what was read from a cache.

    `estimated_cost_usd` is the part of the billed cost whose usage no provider told, so that the gateway counted it.

    `failed_calls` are those with another outcome than `ok`; `failed_share` is what part of all calls they are, to
    six decimals; null of none.
    """

    calls: int
    failed_calls: int
    input_tokens: int
    cached_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    list_cost_usd: UsdOut = Field(validation_alias="list_cost_nanos")
    billed_cost_usd: UsdOut = Field(validation_alias="billed_cost_nanos")
    unpriced_calls: int
    estimated_cost_usd: UsdOut = Field(validation_alias="estimated_cost_nanos")
    failed_share: float | None


class RowShown(SumsShown):
    """One group: its `key` is an id, slug, provider or outcome, `name` what it is called now, or was when it was `deleted`.

    `kind` is `none` for calls that have none of what is grouped by (untagged ones, for tags), `other` for all groups beyond
    the first ones; these have no key.
    """

    kind: RowKind
    key: str | None
    name: str | None
    detail: str | None
    deleted: bool


class StepRowShown(SumsShown):
    """One group in one step."""

    kind: RowKind
    key: str | None


class StepShown(BaseModel):
    """One step of time; the first and the last may be parts of theirs. Groups without a call in it are left out."""

    since: datetime
    until: datetime
    total: SumsShown
    items: list[StepRowShown]


class SpanShown(BaseModel):
    """The period as it was counted: in whole quarters of an hour, `since` included, `until` not. `range` is its name, if it has
    one, and `zone` says whose clocks it goes by.
    """

    since: datetime
    until: datetime
    range: Named | None
    zone: str


class ReportShown(SpanShown):
    """Sums of a period, that equal the ledger. `note` says where rows overlap; elsewhere they add up to `total`.

    `groups` counts all groups, those in the row `other` too. `steps` are null unless they were asked for.
    """

    by: By
    measure: Measure
    each: Step | None
    note: str | None
    groups: int
    total: SumsShown
    items: list[RowShown]
    steps: list[StepShown] | None


class CellShown(SumsShown):
    """One hour of the week: weekday 1 is Monday."""

    weekday: int
    hour: int


class HeatMapShown(SpanShown):
    """All 168 hours of the week, on the clocks of the zone."""

    cells: list[CellShown]


class PercentilesShown(Shown):
    """Milliseconds in which half, 95 % and 99 % of calls were done; null where there were none. Each is one that was measured."""

    p50_ms: int | None = Field(validation_alias="p50")
    p95_ms: int | None = Field(validation_alias="p95")
    p99_ms: int | None = Field(validation_alias="p99")


class LatencyOfShown(Shown):
    """How long calls took that ended well. `first_byte` is of the `first_byte_calls` that were streamed."""

    calls: int
    first_byte_calls: int
    first_byte: PercentilesShown
    whole: PercentilesShown


class LatencyRowShown(LatencyOfShown):
    """Those of one model or provider."""

    key: str | None


class LatencyShown(SpanShown):
    """Percentiles of the period's newest calls.

    `looked_at` is how many records were read, and `looked_at_since` where the oldest of them began; where that is not the whole
    period, `is_whole` is false.
    """

    by: LatencyBy
    looked_at: int
    looked_at_since: datetime | None
    is_whole: bool
    total: LatencyOfShown
    items: list[LatencyRowShown]


class StatementShown(SpanShown):
    """What a month came to: by model, by member (of a tag, or of everybody) and by day; each adds up to `total`."""

    name: str | None
    detail: str | None
    deleted: bool
    total: SumsShown
    models: list[RowShown]
    members: list[RowShown]
    days: list[StepShown]


async def make_report(tx: Tx, query: ReportQuery, by: By, seen: Viewed) -> Report:
    """The report a query asks for, as it is made. Raises Refusal `too_many_steps`, `too_many_sums`."""
    steps = [] if query.each is None else reports.cut(seen.asked.period, query.each, seen.zone)
    return await reports.make(tx, seen.asked, by, measure=query.measure, top=query.top, steps=steps)


async def show_report(tx: Tx, query: ReportQuery, by: By, seen: Viewed) -> ReportShown:
    """The report a query asks for. Raises Refusal `too_many_steps`, `too_many_sums`."""
    made = await make_report(tx, query, by, seen)
    return ReportShown(
        **_span(seen, _range_of(query)),
        by=by,
        measure=query.measure,
        each=query.each,
        note=OVERLAP if by == "tag" else None,
        groups=made.groups,
        total=_sums(made.total),
        items=[_row(row) for row in made.rows],
        steps=None if query.each is None else [_step(step) for step in made.steps],
    )


async def show_heat_map(tx: Tx, query: PeriodQuery, seen: Viewed) -> HeatMapShown:
    """The heat map a query asks for."""
    cells = await reports.heat_map(tx, seen.asked, seen.zone)
    shown = [
        CellShown.model_validate(_sums_of(each.sums) | {"weekday": each.weekday, "hour": each.hour}) for each in cells
    ]
    return HeatMapShown(**_span(seen, _range_of(query)), cells=shown)


async def show_latency(tx: Tx, query: LatencyQuery, seen: Viewed) -> LatencyShown:
    """The percentiles a query asks for."""
    looked_at, (total, *rows) = await reports.latency(tx, seen.asked, query.by, limit=query.top)
    return LatencyShown(
        **_span(seen, _range_of(query)),
        by=query.by,
        looked_at=looked_at.records,
        looked_at_since=looked_at.since,
        is_whole=looked_at.is_all,
        total=LatencyOfShown.model_validate(total),
        items=[LatencyRowShown.model_validate(row) for row in rows],
    )


async def show_statement(tx: Tx, seen: Viewed) -> StatementShown:
    """The statement of a month. Raises Refusal `member_not_found`, `tag_not_found`."""
    made = await reports.statement(tx, seen.asked, seen.zone)
    return StatementShown(
        **_span(seen, None),
        name=None if made.of is None else made.of.text,
        detail=None if made.of is None else made.of.detail,
        deleted=made.of is not None and made.of.deleted,
        total=_sums(made.total),
        models=[_row(row) for row in made.models],
        members=[_row(row) for row in made.members],
        days=[_step(step) for step in made.days],
    )


def _span(seen: Viewed, name: Named | None) -> dict[str, Any]:
    period = seen.asked.period
    return {"since": period.since, "until": period.until, "range": name, "zone": seen.zone_name}


def _range_of(query: PeriodQuery) -> Named | None:
    return None if query.since is not None else query.range or "this_month"


def _sums(sums: Sums) -> SumsShown:
    return SumsShown.model_validate(_sums_of(sums))


def _sums_of(sums: Sums) -> dict[str, Any]:
    return {**sums.by_name(), "failed_share": sums.failed_share}


def _row(row: Row) -> RowShown:
    name = {"name": row.name.text, "detail": row.name.detail, "deleted": row.name.deleted}
    return RowShown.model_validate(_sums_of(row.sums) | name | {"kind": row.kind, "key": row.key})


def _step(step: StepSums) -> StepShown:
    items = [StepRowShown.model_validate(_sums_of(row.sums) | {"kind": row.kind, "key": row.key}) for row in step.rows]
    return StepShown(since=step.period.since, until=step.period.until, total=_sums(step.total), items=items)
