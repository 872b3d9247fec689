"""The shapes of the figures that older gateways gave: names and kinds of fields are theirs, amounts are numbers of USD."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel


class DateRange(BaseModel):
    """The days counted."""

    start_date: date
    end_date: date
    days: int


class Summary(BaseModel):
    """Sums of the period; latencies are seconds, rates are percent."""

    total_requests: int
    tokens_in: int
    tokens_out: int
    total_tokens: int
    total_cost: float
    avg_latency: float
    min_latency: float
    max_latency: float
    error_count: int
    error_rate: float
    success_rate: float


class OfModel(BaseModel):
    """Sums of one model."""

    requests: int
    tokens_in: int
    tokens_out: int
    total_tokens: int
    cost: float
    avg_latency: float


class OfDay(BaseModel):
    """Sums of one day."""

    date: date
    requests: int
    tokens_in: int
    tokens_out: int
    cost: float
    errors: int
    success_rate: float


class Log(BaseModel):
    """One call."""

    id: UUID
    response_id: str | None
    timestamp: str
    gateway_id: str
    model: str | None
    provider: str | None
    tokens_prompt: int
    tokens_completion: int
    request_type: str
    status: bool
    cost: float
    latency: float
    error_message: str | None
    http_status_code: int | None
    endpoint: str


class GatewayAnalytics(BaseModel):
    """What a credential was used for. `logs` are null unless they were asked for."""

    gateway_id: str
    date_range: DateRange
    summary: Summary
    model_breakdown: dict[str, OfModel]
    daily_stats: list[OfDay]
    logs: list[Log] | None


class Overview(BaseModel):
    """Sums of today."""

    total_cost_usd: float
    request_count: int
    date: str


class OfToken(BaseModel):
    """Sums of one credential today."""

    token_id: str | None
    username: str | None
    token_name: str | None
    total_cost_usd: float
    request_count: int


class OfModelToday(BaseModel):
    """How often one model was called today."""

    model: str | None
    request_count: int
