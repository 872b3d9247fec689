"""What a report is asked for and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import add, attrgetter, sub
from typing import Final, Literal
from uuid import UUID

from ai_api.reports.periods import Period

By = Literal["member", "allocation", "credential", "model", "provider", "provider_key", "tag", "outcome"]
Measure = Literal["billed_cost", "list_cost", "calls", "failed_calls", "tokens"]
RowKind = Literal["group", "none", "other"]
"""`group` is one of what is grouped by; `none` are the calls that have none (untagged, refused before a provider was chosen);
`other` are all groups that are not among the first."""

TOP_MAX: Final = 1_000
OVERLAP: Final = "A member may have several tags: rows overlap, and do not add up to the total."


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of calls. `_nanos` are nano-USD; `unpriced_calls` are not in the costs, for nobody knew their price.

    `estimated_cost_nanos` are those of the billed cost whose usage no provider told, so that the gateway counted it.
    `failed_calls` are those of all `calls` whose outcome is another than `ok`, refused ones too.
    """

    calls: int
    failed_calls: int
    input_tokens: int
    cached_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    list_cost_nanos: int
    billed_cost_nanos: int
    unpriced_calls: int
    estimated_cost_nanos: int

    @property
    def failed_share(self) -> float | None:
        """The part of all calls that failed, to six decimals; None of no calls."""
        return round(self.failed_calls / self.calls, 6) if self.calls else None

    def by_name(self) -> dict[str, int]:
        """The sums, each by its name."""
        return dict(zip(SUMMED, _VALUES(self), strict=True))

    def __add__(self, other: Sums) -> Sums:
        return Sums(*map(add, _VALUES(self), _VALUES(other)))

    def __sub__(self, other: Sums) -> Sums:
        return Sums(*map(sub, _VALUES(self), _VALUES(other)))


SUMMED: Final = tuple(field.name for field in fields(Sums))
_VALUES: Final = attrgetter(*SUMMED)
NOTHING: Final = Sums(*(0 for _ in SUMMED))


def added(parts: Sequence[Sums]) -> Sums:
    """The sum of sums."""
    return Sums(*map(sum, zip(*map(_VALUES, parts), strict=True))) if parts else NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which calls are counted, in a period; None does not filter.

    `as_told` counts them as their own caller was told of them: of those who were told that there is no such model it does not
    say which model that was.
    """

    period: Period
    member_id: UUID | None = None
    allocation_id: UUID | None = None
    credential_id: UUID | None = None
    model: str | None = None
    provider: str | None = None
    provider_key_id: UUID | None = None
    tag_id: UUID | None = None
    outcome: str | None = None
    as_told: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """What a group is called now, or was when it was deleted; `text` is None where nobody knows any more.

    `detail` tells those of one name apart: a member's identifier, how a credential is displayed.
    """

    text: str | None
    detail: str | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The sums of one group. `key` is its id, slug, provider or outcome; None where `kind` is another than `group`."""

    kind: RowKind
    key: str | None
    name: Name
    sums: Sums


@dataclass(frozen=True, slots=True)
class StepRow:
    """The sums of one group in one step: those of `Report.rows`, by their kind and key."""

    kind: RowKind
    key: str | None
    sums: Sums


@dataclass(frozen=True, slots=True)
class StepSums:
    """What happened in one step. Groups without a call in it have no row."""

    period: Period
    total: Sums
    rows: Sequence[StepRow]


@dataclass(frozen=True, slots=True)
class Report:
    """Sums of a period. `groups` is how many groups there are, those in the row `other` too."""

    total: Sums
    groups: int
    rows: Sequence[Row]
    steps: Sequence[StepSums]
