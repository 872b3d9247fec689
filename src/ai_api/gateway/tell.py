"""Telling: one line, one set of counters, all from the docket. Plain integers on the path; names and labels at the scrape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from ai_api.core.errors import Refusal
from ai_api.gateway.docket import Docket, Ending
from ai_api.observability.histogram import OVERHEADS_S, WAITS_S, Histogram


class CallLog(Protocol):
    """Where lines go; the program's structured logger."""

    def info(self, event: str, **fields: Any) -> Any:
        """A line worth keeping."""
        ...

    def error(self, event: str, **fields: Any) -> Any:
        """A line somebody has to read."""
        ...


@dataclass(slots=True)
class Counters:
    """What the metrics are made of, since the start of this replica."""

    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By (credential's public id, model, outcome)."""
    refusals: Counter[str] = field(default_factory=Counter)
    upstream_errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By (credential's public id, provider, code)."""
    extensions: Counter[str] = field(default_factory=Counter)
    """Wishes to extend a hold, by what became of them: `extended`, `refused`, `not_asked`."""
    input_tokens: int = 0
    output_tokens: int = 0
    billed_nanos: int = 0
    usage_doubted: Counter[str] = field(default_factory=Counter)
    """By provider: calls whose input it says to be more than a fifth beside our own exact count."""
    unsettled: int = 0
    broken: int = 0
    durations_s: Histogram = field(default_factory=lambda: Histogram(WAITS_S))
    first_bytes_s: Histogram = field(default_factory=lambda: Histogram(WAITS_S))
    """Of streams."""
    overheads_s: Histogram = field(default_factory=lambda: Histogram(OVERHEADS_S))
    """Of calls whose first try was their last: what a provider took before it failed is none of ours."""


class Tell:
    """Hears of every ending."""

    def __init__(self, log: CallLog) -> None:
        self.counters = Counters()
        self._log = log

    def ended(self, docket: Docket, ending: Ending, written: Mapping[str, Any]) -> None:
        """A call that was admitted has ended."""
        counters = self.counters
        holder = docket.holder
        client = holder.public_id if holder else ""
        counters.calls[client, written["model"] or "", ending.outcome] += 1
        counters.input_tokens += written["input_tokens"]
        counters.output_tokens += written["output_tokens"]
        counters.billed_nanos += written["billed_cost_nanos"] or 0
        duration_s = (written["finished_at"] - docket.started_at).total_seconds()
        counters.durations_s.observe(duration_s)
        if docket.first_byte_at is not None:
            counters.first_bytes_s.observe((docket.first_byte_at - docket.started_at).total_seconds())
        if len(docket.attempts) == 1 and docket.sent_at:
            counters.overheads_s.observe(docket.sent_at - docket.ask.received_at)
        if "counted_input_tokens" in written["details"]:
            counters.usage_doubted[written["provider"]] += 1
        for attempt in docket.attempts:
            if attempt.code != "ok":
                counters.upstream_errors[client, attempt.key.provider, attempt.code] += 1
        self._log.info(
            "call",
            call_id=str(docket.call_id),
            request_id=docket.ask.request_id,
            credential=holder.public_id if holder else None,
            model=written["model"],
            outcome=ending.outcome,
            stream=docket.ask.envelope.stream,
            input_tokens=written["input_tokens"],
            output_tokens=written["output_tokens"],
            ms=round(duration_s * 1000),
        )

    def refused(self, docket: Docket, refusal: Refusal) -> None:
        """A call was refused before it was admitted."""
        self.counters.refusals[refusal.code] += 1
        holder = docket.holder
        if holder is None and self.counters.refusals[refusal.code] % 100 != 1:
            # Unauthenticated calls are counted, and one in a hundred is logged: a flood must not flood the log.
            return
        self._log.info(
            "refused",
            call_id=str(docket.call_id),
            request_id=docket.ask.request_id,
            credential=holder.public_id if holder else None,
            code=refusal.code,
        )

    def turned_away(self, request_id: str, refusal: Refusal) -> None:
        """A request was refused before it was a call: for its credential, its body, or for want of room."""
        self.counters.refusals[refusal.code] += 1
        if self.counters.refusals[refusal.code] % 100 == 1:
            self._log.info("refused", call_id=None, request_id=request_id, credential=None, code=refusal.code)

    def broke(self, docket: Docket, error: Exception) -> None:
        """A defect of ours ended a call."""
        self.counters.broken += 1
        self._log.error("call_broke", call_id=str(docket.call_id), request_id=docket.ask.request_id, exc_info=error)

    def door_broke(self, request_id: str, error: Exception) -> None:
        """A defect of ours met a request before it was a call."""
        self.counters.broken += 1
        self._log.error("door_broke", request_id=request_id, exc_info=error)

    def alarm(self, what: str, call_id: UUID, reason: str) -> None:
        """Something needs a person: a record that Postgres refused."""
        self.counters.unsettled += 1
        self._log.error(what, call_id=str(call_id), reason=reason)
