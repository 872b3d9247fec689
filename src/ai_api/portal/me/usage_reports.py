"""/api/me/usage/…: reports of the caller's own calls, as they were told of them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from ai_api import reports
from ai_api.core.exports import FileForm
from ai_api.portal.deps import HouseDep, NeedsProof, Reading, Signed
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
from ai_api.reports import TOP_MAX

router = APIRouter(prefix="/api/me/usage", tags=["me"])


class MyReportQuery(ReportQuery):
    """The question of a report."""

    by: Literal["model", "allocation", "credential", "provider", "outcome"] = "model"


@router.get("/report")
async def get_my_usage_report(
    query: Annotated[MyReportQuery, Query()], holder: Signed, tx: Reading, house: HouseDep
) -> ReportShown:
    """The caller's own calls by group, the largest first, and for each step of time if asked for."""
    seen = await viewed(tx, house, query, member_id=holder.member_id, as_told=True)
    return await show_report(tx, query, query.by, seen)


class MyExportQuery(MyReportQuery):
    """The question of a report, and whether as CSV or as lines of JSON."""

    top: int = Field(default=TOP_MAX, ge=1, le=TOP_MAX)
    form: FileForm = "csv"


@router.get("/export", dependencies=[NeedsProof], response_class=StreamingResponse, responses=FILES)
async def export_my_usage(
    query: Annotated[MyExportQuery, Query()], holder: Signed, tx: Reading, house: HouseDep
) -> StreamingResponse:
    """The same report as a file: a row for each group, of each step if asked for, and one of kind `total` for each whole."""
    seen = await viewed(tx, house, query, member_id=holder.member_id, as_told=True)
    made = await make_report(tx, query, query.by, seen)
    return file_of(reports.export(made, seen.asked.period, form=query.form), "my-usage", query.form)


@router.get("/heat-map")
async def get_my_usage_heat_map(
    query: Annotated[FilteredQuery, Query()], holder: Signed, tx: Reading, house: HouseDep
) -> HeatMapShown:
    """The caller's own calls by weekday and hour."""
    seen = await viewed(tx, house, query, member_id=holder.member_id, as_told=True)
    return await show_heat_map(tx, query, seen)


@router.get("/latency")
async def get_my_usage_latency(
    query: Annotated[LatencyQuery, Query()], holder: Signed, tx: Reading, house: HouseDep
) -> LatencyShown:
    """How long the caller's own newest calls took, to the first byte and in all."""
    seen = await viewed(tx, house, query, member_id=holder.member_id, as_told=True)
    return await show_latency(tx, query, seen)


@router.get("/statement")
async def get_my_usage_statement(
    query: Annotated[StatementQuery, Query()], holder: Signed, tx: Reading, house: HouseDep
) -> StatementShown:
    """What a month came to for the caller."""
    seen = await viewed_month(tx, house, query, member_id=holder.member_id, tag_id=None, as_told=True)
    return await show_statement(tx, seen)
