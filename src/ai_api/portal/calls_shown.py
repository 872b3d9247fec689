"""What the doors to all call records and to one's own have in common: what is shown of a call."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from ai_api.portal.shapes import Shown, UsdOut


class CallShown(Shown):
    """One call as it was billed. A cost is null when no price was known, which is not the same as 0."""

    call_id: UUID
    started_at: datetime
    first_byte_at: datetime | None
    finished_at: datetime
    credential_id: UUID | None
    allocation_id: UUID | None
    dialect: str
    operation: str
    stream: bool
    requested_model: str | None
    model: str | None
    model_id: UUID | None
    provider: str | None
    attempts: list[dict[str, Any]]
    outcome: str
    details: dict[str, Any]
    upstream_status: int | None
    finish_reason: str | None
    input_tokens: int
    cached_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    unit: str | None
    quantity: int | None
    usage_source: str
    service_tier: str | None
    price_version_id: UUID | None
    list_cost_usd: UsdOut | None = Field(validation_alias="list_cost_nanos")
    multiplier_millionths: int
    billed_cost_usd: UsdOut | None = Field(validation_alias="billed_cost_nanos")
    funded_by: str
    refused_count: int
    request_id: str
    client: str | None
