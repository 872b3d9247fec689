"""/api/admin/usage: what everybody's calls came to. Read only; the figures equal the ledger."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field, model_validator

from ai_api import audit, reports
from ai_api.core.exports import FileForm
from ai_api.portal.deps import Admin, HouseDep, NeedsProof, Reading, Transaction
from ai_api.portal.files import FILES, file_of
from ai_api.portal.reports_asked import FilteredQuery, LatencyQuery, ReportQuery, StatementQuery, viewed, viewed_month
from ai_api.portal.reports_shown import (
    HeatMapShown,
    LatencyShown,
    ReportShown,
    StatementShown,
    make_report,
    show_heat_map,
    show_latency,
    show_report,
    show_statement,
)
from ai_api.portal.shapes import Strict
from ai_api.reports import TOP_MAX, By

router = APIRouter(prefix="/api/admin/usage", tags=["usage"])


class _OfAnybody(Strict):
    member_id: UUID | None = None
    provider_key_id: UUID | None = None
    tag_id: UUID | None = None


class UsageQuery(ReportQuery, _OfAnybody):
    """The question of a report. `tag_id` are calls whose member had the tag when they were made."""

    by: By = "model"


class HeatMapQuery(FilteredQuery, _OfAnybody):
    """The question of a heat map."""


class LatenciesQuery(LatencyQuery, _OfAnybody):
    """The question of percentiles."""


class UsageStatementQuery(StatementQuery):
    """Whose statement: a member's, that of the members who had a tag, or without either everybody's."""

    member_id: UUID | None = None
    tag_id: UUID | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if self.member_id is not None and self.tag_id is not None:
            raise ValueError("give either member_id or tag_id")
        return self


@router.get("")
async def get_usage(query: Annotated[UsageQuery, Query()], _: Admin, tx: Reading, house: HouseDep) -> ReportShown:
    """Calls, tokens and costs by group, the largest first, and for each step of time if asked for."""
    seen = await viewed(tx, house, query, member_id=query.member_id, as_told=False)
    return await show_report(tx, query, query.by, seen)


class UsageExportQuery(UsageQuery):
    """The question of a report, and whether as CSV or as lines of JSON."""

    top: int = Field(default=TOP_MAX, ge=1, le=TOP_MAX)
    form: FileForm = "csv"


@router.get("/export", dependencies=[NeedsProof], response_class=StreamingResponse, responses=FILES)
async def export_usage(
    query: Annotated[UsageExportQuery, Query()], actor: Admin, tx: Reading, house: HouseDep, writing: Transaction
) -> StreamingResponse:
    """The same report as a file: a row for each group, of each step if asked for, and one of kind `total` for each whole."""
    seen = await viewed(tx, house, query, member_id=query.member_id, as_told=False)
    made = await make_report(tx, query, query.by, seen)
    asked = query.model_dump(mode="json", exclude_none=True)
    await audit.note(
        writing, actor, action="usage.export", target_kind="usage", target_id=None, before=None, after=asked
    )
    return file_of(reports.export(made, seen.asked.period, form=query.form), "usage", query.form)


@router.get("/heat-map")
async def get_usage_heat_map(
    query: Annotated[HeatMapQuery, Query()], _: Admin, tx: Reading, house: HouseDep
) -> HeatMapShown:
    """Calls, tokens and costs by weekday and hour."""
    seen = await viewed(tx, house, query, member_id=query.member_id, as_told=False)
    return await show_heat_map(tx, query, seen)


@router.get("/latency")
async def get_usage_latency(
    query: Annotated[LatenciesQuery, Query()], _: Admin, tx: Reading, house: HouseDep
) -> LatencyShown:
    """How long the period's newest calls took, to the first byte and in all."""
    seen = await viewed(tx, house, query, member_id=query.member_id, as_told=False)
    return await show_latency(tx, query, seen)


@router.get("/statement")
async def get_usage_statement(
    query: Annotated[UsageStatementQuery, Query()], _: Admin, tx: Reading, house: HouseDep
) -> StatementShown:
    """What a month came to for a member, for the members who had a tag, or for everybody."""
    seen = await viewed_month(tx, house, query, member_id=query.member_id, tag_id=query.tag_id, as_told=False)
    return await show_statement(tx, seen)
