"""Out of which roll-ups a report is added up: days that are summed where they fit, quarters of an hour everywhere else.

Pure functions of what is asked. A summed day fits when it lies within one step, and tells all that calls are picked and
grouped by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from ai_api.ledger import middle_of
from ai_api.reports.periods import Period
from ai_api.reports.rules import Asked, By

Source = Literal["callers", "callers_month", "models", "models_month", "model_quarters", "quarters"]
"""The cuts of `usage_days`, and `usage_quarters` themselves."""

SPANS_MAX: Final = 40
"""Out of how many spans one report is added up at most; each is a part of its statement."""

COLUMN_OF: Final[dict[By, str]] = {
    "member": "member_id",
    "allocation": "allocation_id",
    "credential": "credential_id",
    "provider_key": "provider_key_id",
    "tag": "tags",
}
"""Where it is another word."""
_BOTH: Final = frozenset({"outcome", "tags"})
_TOLD: Final[dict[Source, frozenset[str]]] = {
    "models": _BOTH | {"model_id", "model", "provider", "provider_key_id"},
    "callers": _BOTH | {"member_id", "credential_id", "allocation_id"},
}
_FILTERS: Final = (
    "member_id", "allocation_id", "credential_id", "model", "provider", "provider_key_id", "outcome",
)  # fmt: skip
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a period, and what it is read from."""

    source: Source
    period: Period


def spans(
    asked: Asked, by: By | None, begins: Sequence[datetime], ready: Collection[date], months: Collection[date] = ()
) -> list[Span]:
    """The whole period, in its order and without a gap.

    `ready` are the days of UTC that are summed, `months` the firsts of those whose middle is.
    """
    cut, is_fine = _cut(asked, by)
    if cut is None or not ready:
        return [Span("quarters", asked.period)]
    splits = sorted(at for at in begins if asked.period.since < at < asked.period.until)
    found = _merged(_each_day(asked.period, splits, ready, cut, is_fine=is_fine))
    found = _merged(_by_month(found, splits, months, cut))
    if len(found) <= SPANS_MAX:
        return found
    # Many short steps that days do not fit: the same for all of them.
    plain: Source = "model_quarters" if is_fine else "quarters"
    return _merged(Span(span.source if span.source == "quarters" else plain, span.period) for span in found)


def _cut(asked: Asked, by: By | None) -> tuple[Source | None, bool]:
    """Which cut of a day tells all that this needs, if any; and whether its quarters do as well."""
    needed = {name for name in _FILTERS if getattr(asked, name) is not None}
    if asked.tag_id is not None:
        needed.add("tags")
    if by is not None:
        needed.add(COLUMN_OF.get(by, by))
    cut = next((source for source, told in _TOLD.items() if needed <= told), None)
    return cut, cut == "models" and "tags" not in needed


def _each_day(
    period: Period, splits: Sequence[datetime], ready: Collection[date], cut: Source, *, is_fine: bool
) -> Iterator[Span]:
    """The days of a period, the first and last of which may be parts of theirs."""
    split = {at.astimezone(UTC).date() for at in splits if at.astimezone(UTC).time() != time()}
    at = period.since.astimezone(UTC)
    while at < period.until:
        day = at.date()
        midnight = datetime.combine(day, time(), UTC)
        until = min(midnight + _DAY, period.until)
        is_whole = at == midnight and until == midnight + _DAY and day not in split
        source: Source = "quarters"
        if day in ready and (is_whole or is_fine):
            source = cut if is_whole else "model_quarters"
        yield Span(source, Period(at, until))
        at = until


def _by_month(
    found: Iterable[Span], splits: Sequence[datetime], months: Collection[date], cut: Source
) -> Iterator[Span]:
    """The same, with the middles of months out of the sums of these, where they lie within one step."""
    month: Source = "callers_month" if cut == "callers" else "models_month"
    for span in found:
        at, until = span.period.since, span.period.until
        for first, after in _middles(span.period, months) if span.source == cut else ():
            if any(first < split < after for split in splits):
                continue
            if at < first:
                yield Span(cut, Period(at, first))
            yield Span(month, Period(first, after))
            at = after
        if at < until:
            yield Span(span.source, Period(at, until))


def _middles(period: Period, months: Collection[date]) -> Iterator[tuple[datetime, datetime]]:
    """The middles of months that lie within a period, in their order."""
    for month in sorted(months):
        first, after = (datetime.combine(day, time(), UTC) for day in middle_of(month))
        if period.since <= first and after <= period.until:
            yield first, after


def _merged(each: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in each:
        if found and found[-1].source == span.source:
            found[-1] = Span(span.source, Period(found[-1].period.since, span.period.until))
        else:
            found.append(span)
    return found
