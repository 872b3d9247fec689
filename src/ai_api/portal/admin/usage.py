"""/api/admin/usage: what everybody's calls came to. Read only; the figures equal the ledger."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import model_validator

from ai_api.portal.deps import Admin, HouseDep, Reading
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
from ai_api.portal.shapes import Strict
from ai_api.reports import By

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
