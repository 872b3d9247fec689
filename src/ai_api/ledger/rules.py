"""What a call record says, and which records a question is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from ai_api.core.errors import Refusal
from ai_api.core.ids import first_id_of
from ai_api.core.money import format_usd

HIDDEN: Final = "model_not_found"
"""The outcome of a call whose caller was told nothing of the model it meant."""

OK: Final = "ok"
FAILED: Final = "failed"
"""Asks for every outcome that is not `ok`; no call has it as its own."""

_OF_THE_HOUSE: Final = frozenset({"provider_key_id", "route_id"})
_LOOKED_FOR: Final = (
    "allocation_id", "model", "provider", "outcome", "request_id", "tag", "client", "cost_nanos_min", "cost_nanos_max",
    "latency_ms_min", "latency_ms_max",
)  # fmt: skip
_MILLISECOND = timedelta(milliseconds=1)
_FIRST = datetime(1970, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as it was billed: point in time, never changed by what happens to models, prices or members later.

    `_nanos` are nano-USD; a cost is None when no price was known, which is not the same as 0. `outcome` is `ok` or the
    code of the error. `refused_count` is more than 0 where one row stands for that many refusals. `tags` are the ids of the
    tags the member had.
    """

    call_id: UUID
    started_at: datetime
    first_byte_at: datetime | None
    finished_at: datetime
    credential_id: UUID | None
    allocation_id: UUID | None
    member_id: UUID | None
    dialect: str
    operation: str
    stream: bool
    requested_model: str | None
    model: str | None
    model_id: UUID | None
    upstream_model: str | None
    provider: str | None
    provider_key_id: UUID | None
    route_id: UUID | None
    attempts: Sequence[Mapping[str, Any]]
    outcome: str
    details: Mapping[str, Any]
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
    list_cost_nanos: int | None
    multiplier_millionths: int
    billed_cost_nanos: int | None
    held_nanos: int
    overrun_nanos: int
    funded_by: str
    bookings: Sequence[Mapping[str, Any]]
    swept: bool
    refused_count: int
    request_id: str
    upstream_request_id: str | None
    client: str | None
    tags: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which records are asked for; None does not filter. `since` is included, `until` is not.

    `outcome` is a code, `ok`, or `FAILED`. The bounds of cost (nano-USD, as billed) and of latency (milliseconds from the call's
    start to its end) are both included; a call without a price is in no span of costs. `tag` is the id of one the member had
    when they called, `client` the name of a program without its version too.
    `as_told` asks as a caller may, who was told of some calls that there is no such model: see `as_told`.
    """

    member_id: UUID | None = None
    credential_id: UUID | None = None
    allocation_id: UUID | None = None
    model: str | None = None
    provider: str | None = None
    outcome: str | None = None
    request_id: str | None = None
    call_id: UUID | None = None
    tag: UUID | None = None
    client: str | None = None
    cost_nanos_min: int | None = None
    cost_nanos_max: int | None = None
    latency_ms_min: int | None = None
    latency_ms_max: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    as_told: bool = False

    def __post_init__(self) -> None:
        """Refuses a period that ends before it begins, `bad_period`, and spans that hold nothing, `bad_span`."""
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise Refusal("bad_period", "invalid", "The period must end after it begins.", param="until")
        spans = {
            "cost_usd_max": (self.cost_nanos_min, self.cost_nanos_max),
            "latency_ms_max": (self.latency_ms_min, self.latency_ms_max),
        }
        for param, (least, most) in spans.items():
            if least is not None and most is not None and most < least:
                raise Refusal("bad_span", "invalid", "The most must not be less than the least.", param=param)

    def ending(self, now: datetime) -> Question:
        """The same question, ending now where it has no end. Raises Refusal `bad_period` for one that begins later."""
        return self if self.until is not None else replace(self, until=now)

    @property
    def is_looked_for(self) -> bool:
        """Whether records have to be looked at to tell: no index leads to them, and they may be rare among very many."""
        return any(getattr(self, name) is not None for name in _LOOKED_FOR)


def as_told(record: CallRecord) -> CallRecord:
    """A record as its own caller may read it: a refusal as it was told, without the true reason behind it.

    Whoever was told that there is no such model does not learn from the record which one it was, and nobody by which key and
    route of the house a call was tried.
    """
    details = {name: value for name, value in record.details.items() if name != "because"}
    attempts = [
        {name: value for name, value in attempt.items() if name not in _OF_THE_HOUSE} for attempt in record.attempts
    ]
    told = replace(record, details=details, attempts=attempts)
    return told if record.outcome != HIDDEN else replace(told, model=None, model_id=None, allocation_id=None)


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


def id_bounds(question: Question) -> tuple[UUID | None, UUID | None]:
    """Ids between which every record of the question's period lies: from the first, up to but without the second.

    They are a few milliseconds wider than the period. They only let Postgres leave out the partitions of other months;
    `started_at` decides. None where the period reaches beyond the times that ids can tell.
    """
    since, until = question.since, question.until
    lower = None if since is None or not _FIRST < since < _LAST else first_id_of(since - _MILLISECOND)
    upper = None if until is None or not _FIRST < until < _LAST else first_id_of(until + 2 * _MILLISECOND)
    return lower, upper


def record_not_found() -> Refusal:
    """The answer for an id that names no call record."""
    return Refusal("call_record_not_found", "not_found", "There is no such call record.")
