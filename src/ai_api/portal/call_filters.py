"""By what call records are filtered, listed and exported alike."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from ai_api.ledger import Question
from ai_api.portal.shapes import Moment, Strict, Usd

Word = Annotated[str, Field(min_length=1, max_length=200)]
Milliseconds = Annotated[int, Field(ge=0, le=10**12)]


class CallFilters(Strict):
    """Filters. `since` is included, `until` is not; a narrow period keeps a question about millions of records quick.

    `outcome` is a code, `ok`, or `failed` for all but `ok`. Bounds of what a call cost and of how long it took are included; a
    call without a price is in no span of costs. `client` is a program as its record names it, with its version or without.
    """

    credential_id: UUID | None = None
    allocation_id: UUID | None = None
    model: Word | None = None
    provider: Word | None = None
    outcome: Word | None = None
    request_id: Word | None = None
    call_id: UUID | None = None
    client: Word | None = None
    cost_usd_min: Usd | None = None
    cost_usd_max: Usd | None = None
    latency_ms_min: Milliseconds | None = None
    latency_ms_max: Milliseconds | None = None
    since: Moment | None = None
    until: Moment | None = None

    def question(self, *, member_id: UUID | None, tag: UUID | None = None, as_told: bool = False) -> Question:
        """The same, as the ledger is asked. Raises Refusal `bad_period`, `bad_span`."""
        return Question(
            member_id=member_id,
            credential_id=self.credential_id,
            allocation_id=self.allocation_id,
            model=self.model,
            provider=self.provider,
            outcome=self.outcome,
            request_id=self.request_id,
            call_id=self.call_id,
            tag=tag,
            client=self.client,
            cost_nanos_min=self.cost_usd_min,
            cost_nanos_max=self.cost_usd_max,
            latency_ms_min=self.latency_ms_min,
            latency_ms_max=self.latency_ms_max,
            since=self.since,
            until=self.until,
            as_told=as_told,
        )
