"""/api/me/usage/…: reports of the caller's own calls, as they were told of them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from ai_api.portal.deps import HouseDep, Reading, Signed
from ai_api.portal.reports_asked import FilteredQuery, LatencyQuery, ReportQuery, StatementQuery, viewed, viewed_month
from ai_api.portal.reports_shown import (
    HeatMapShown,
    LatencyShown,
    ReportShown,
    StatementShown,
    show_heat_map,
    show_latency,
    show_report,
    show_statement,
)

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
