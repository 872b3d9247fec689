"""Figures at the paths and in the shapes that older gateways gave them in, for dashboards made for those.

`GET /analytics/gateway/{id}` is that of spline2hg/ai-gateway, `/user/stats/…` and `/admin/stats/…` those of
GarrickLin/any_gateway, as their READMEs and sources say. Their *gateway* and their *token* are credentials here. Amounts are
numbers there, and days are those of UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from pydantic import Field

from ai_api import credentials, identity, ledger, reports
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.money import NANOS_PER_USD
from ai_api.credentials import Credential
from ai_api.identity import Caller
from ai_api.ledger import CallRecord, Durations, Question
from ai_api.portal.deps import AdminHolder, HouseDep, Reading, Signed
from ai_api.portal.older_shapes import (
    DateRange,
    GatewayAnalytics,
    Log,
    OfDay,
    OfModel,
    OfModelToday,
    OfToken,
    Overview,
    Summary,
)
from ai_api.portal.shapes import Strict
from ai_api.reports import Asked, By, Measure, Period, Report, Row, Sums

PREFIXES: Final = ("/analytics/gateway/", "/user/stats/", "/admin/stats/")
TOP: Final = 10
LOGS_MAX: Final = 1_000
_UTC: Final = ZoneInfo("UTC")
_OK_STATUS: Final = 200
_MODELS_MAX: Final = 1_000
# By operation, as the first of those gateways names what was called.
_ENDPOINTS: Final = {
    "chat": "/chat/completions",
    "responses": "/responses",
    "embeddings": "/embeddings",
    "messages": "/messages",
}

router = APIRouter(tags=["older gateways"])


class AnalyticsQuery(Strict):
    """How many days back, and whether calls are listed."""

    days: int = Field(default=7, ge=1, le=365)
    include_logs: bool = False


@router.get("/analytics/gateway/{gateway_id}")
async def get_gateway_analytics(
    gateway_id: Annotated[str, Path(max_length=200)],
    query: Annotated[AnalyticsQuery, Query()],
    holder: Signed,
    tx: Reading,
    house: HouseDep,
) -> GatewayAnalytics:
    """What one of the caller's credentials, or for administrators anybody's, was used for, by model and by day.

    `gateway_id` is its public id, or its id. The newest day comes first. Latencies are those of its newest 20,000 calls, `logs`
    the newest 1,000.
    """
    now = house.clock.now()
    credential = await _credential(tx, holder, gateway_id)
    period = reports.period_of(now - timedelta(days=query.days), now)
    asked = Asked(period=period, credential_id=credential.id, as_told=holder.role == "member")
    by_model = await reports.make(tx, asked, "model", top=_MODELS_MAX)
    by_day = await reports.make(tx, asked, "outcome", top=1, steps=reports.cut(period, "day", _UTC))
    took = await ledger.durations(tx, credential.id, since=period.since, until=period.until)
    return GatewayAnalytics(
        gateway_id=gateway_id,
        date_range=DateRange(start_date=period.since.date(), end_date=now.date(), days=query.days),
        summary=_summary(by_model.total, took),
        model_breakdown=_breakdown(by_model.rows, took),
        daily_stats=[_day(step.period, step.total) for step in reversed(by_day.steps) if step.total.calls],
        logs=await _logs(tx, credential, gateway_id, asked) if query.include_logs else None,
    )


@router.get("/user/stats/overview")
async def get_my_overview(holder: Signed, tx: Reading, house: HouseDep) -> Overview:
    """What the caller's calls of today came to."""
    return _overview(await _today(tx, house, "outcome", member_id=holder.member_id), house.clock.now())


@router.get("/user/stats/tokens")
async def list_my_tokens(holder: Signed, tx: Reading, house: HouseDep) -> list[OfToken]:
    """The caller's ten credentials that cost most today."""
    found = await _today(tx, house, "credential", member_id=holder.member_id)
    return [_token(row, holder.identifier) for row in found.rows if row.kind != "other"]


@router.get("/user/stats/models")
async def list_my_models(holder: Signed, tx: Reading, house: HouseDep) -> list[OfModelToday]:
    """The ten models that the caller called most often today."""
    return _models(await _today(tx, house, "model", "calls", member_id=holder.member_id))


@router.get("/admin/stats/overview")
async def get_overview(_: AdminHolder, tx: Reading, house: HouseDep) -> Overview:
    """What everybody's calls of today came to."""
    return _overview(await _today(tx, house, "outcome"), house.clock.now())


@router.get("/admin/stats/tokens")
async def list_tokens(_: AdminHolder, tx: Reading, house: HouseDep) -> list[OfToken]:
    """The ten credentials that cost most today."""
    found = await _today(tx, house, "credential")
    return [_token(row, await _username(tx, row.key)) for row in found.rows if row.kind != "other"]


@router.get("/admin/stats/models")
async def list_models(_: AdminHolder, tx: Reading, house: HouseDep) -> list[OfModelToday]:
    """The ten models that were called most often today."""
    return _models(await _today(tx, house, "model", "calls"))


async def _credential(tx: Tx, holder: Caller, gateway_id: str) -> Credential:
    try:
        found = await credentials.find(tx, UUID(gateway_id))
    except ValueError:
        found = await credentials.find_public(tx, gateway_id)
    if holder.role == "member" and found.member_id != holder.member_id:
        return await credentials.find_own(tx, holder.member_id, found.id)
    return found


async def _today(
    tx: Tx, house: HouseDep, by: By, measure: Measure = "billed_cost", *, member_id: UUID | None = None
) -> Report:
    period = reports.named_period("today", _UTC, house.clock.now())
    asked = Asked(period=period, member_id=member_id, as_told=member_id is not None)
    return await reports.make(tx, asked, by, measure=measure, top=TOP)


async def _username(tx: Tx, credential_id: str | None) -> str | None:
    if credential_id is None:
        return None
    try:
        credential = await credentials.find(tx, UUID(credential_id))
        return (await identity.get_member(tx, credential.member_id)).identifier
    except Refusal as refusal:
        if refusal.kind != "not_found":
            raise
        # It is gone, or its member is.
        return None


async def _logs(tx: Tx, credential: Credential, gateway_id: str, asked: Asked) -> list[Log]:
    question = Question(
        credential_id=credential.id, since=asked.period.since, until=asked.period.until, as_told=asked.as_told
    )
    page = await ledger.list_page(tx, question, limit=LOGS_MAX)
    records = [ledger.as_told(each) if asked.as_told else each for each in page.items]
    return [_log(record, gateway_id) for record in records]


def _summary(total: Sums, took: Sequence[Durations]) -> Summary:
    return Summary(
        total_requests=total.calls,
        tokens_in=total.input_tokens,
        tokens_out=total.output_tokens,
        total_tokens=total.input_tokens + total.output_tokens,
        total_cost=_usd(total.billed_cost_nanos),
        avg_latency=_average_s(took),
        min_latency=_seconds(min((each.min_ms for each in took), default=0.0)),
        max_latency=_seconds(max((each.max_ms for each in took), default=0.0)),
        error_count=total.failed_calls,
        error_rate=round(100 - _success_rate(total), 2),
        success_rate=_success_rate(total),
    )


def _breakdown(rows: Sequence[Row], took: Sequence[Durations]) -> dict[str, OfModel]:
    return {
        row.key: OfModel(
            requests=row.sums.calls,
            tokens_in=row.sums.input_tokens,
            tokens_out=row.sums.output_tokens,
            total_tokens=row.sums.input_tokens + row.sums.output_tokens,
            cost=_usd(row.sums.billed_cost_nanos),
            avg_latency=_average_s([each for each in took if each.model == row.key]),
        )
        for row in rows
        if row.key is not None
    }


def _day(period: Period, sums: Sums) -> OfDay:
    return OfDay(
        date=period.since.date(),
        requests=sums.calls,
        tokens_in=sums.input_tokens,
        tokens_out=sums.output_tokens,
        cost=_usd(sums.billed_cost_nanos),
        errors=sums.failed_calls,
        success_rate=_success_rate(sums),
    )


def _log(record: CallRecord, gateway_id: str) -> Log:
    is_ok = record.outcome == "ok"
    return Log(
        id=record.call_id,
        response_id=record.upstream_request_id,
        timestamp=record.started_at.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat(),
        gateway_id=gateway_id,
        model=record.model,
        provider=record.provider,
        tokens_prompt=record.input_tokens,
        tokens_completion=record.output_tokens,
        request_type="streaming" if record.stream else "non-streaming",
        status=is_ok,
        cost=_usd(record.billed_cost_nanos or 0),
        latency=_seconds((record.finished_at - record.started_at) / timedelta(milliseconds=1)),
        error_message=None if is_ok else record.outcome,
        http_status_code=_OK_STATUS if is_ok else record.upstream_status,
        endpoint=_ENDPOINTS.get(record.operation, f"/{record.operation}"),
    )


def _overview(report: Report, now: datetime) -> Overview:
    total = report.total
    return Overview(
        total_cost_usd=_usd(total.billed_cost_nanos), request_count=total.calls, date=now.date().isoformat()
    )


def _token(row: Row, username: str | None) -> OfToken:
    return OfToken(
        token_id=row.key,
        username=username,
        token_name=row.name.text,
        total_cost_usd=_usd(row.sums.billed_cost_nanos),
        request_count=row.sums.calls,
    )


def _models(report: Report) -> list[OfModelToday]:
    return [OfModelToday(model=row.key, request_count=row.sums.calls) for row in report.rows if row.kind != "other"]


def _usd(nanos: int) -> float:
    # The older shapes have numbers. What is under nine million dollars keeps all nine decimals in one.
    return nanos / NANOS_PER_USD


def _seconds(milliseconds: float) -> float:
    return round(milliseconds / 1000, 3)


def _average_s(took: Sequence[Durations]) -> float:
    calls = sum(each.calls for each in took)
    return _seconds(sum(each.sum_ms for each in took) / calls) if calls else 0.0


def _success_rate(sums: Sums) -> float:
    return round(100 * (sums.calls - sums.failed_calls) / sums.calls, 2) if sums.calls else 100.0
