"""What the doors to all call records and to one's own have in common: what may be asked, and what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from ai_api.core.money import format_usd
from ai_api.ledger import Question
from ai_api.portal.shapes import ListQuery, Moment, Shown, UsdOut

Word = Annotated[str, Field(min_length=1, max_length=200)]


class CallsQuery(ListQuery):
    """Filters. `since` is included, `until` is not; a narrow period keeps a question about millions of records quick."""

    SORTS = ("started_at", "-started_at")

    credential_id: UUID | None = None
    allocation_id: UUID | None = None
    model: Word | None = None
    outcome: Word | None = None
    request_id: Word | None = None
    call_id: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None

    def question(self) -> Question:
        """What it asks of the ledger. Raises Refusal `bad_period`."""
        return Question(
            credential_id=self.credential_id,
            allocation_id=self.allocation_id,
            model=self.model,
            outcome=self.outcome,
            request_id=self.request_id,
            call_id=self.call_id,
            since=self.since,
            until=self.until,
        )


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


def in_usd(value: Any) -> Any:
    """Plain JSON values with every amount named `…_nanos` written as a decimal string named `…_usd`; null stays null."""
    if isinstance(value, Mapping):
        return dict(_named(name, part) for name, part in value.items())
    if isinstance(value, list | tuple):
        return [in_usd(part) for part in value]
    return value


def _named(name: str, value: Any) -> tuple[str, Any]:
    if not name.endswith("_nanos") or isinstance(value, bool) or not isinstance(value, int | None):
        return name, in_usd(value)
    return name.removesuffix("_nanos") + "_usd", None if value is None else format_usd(value)
