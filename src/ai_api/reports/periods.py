"""Periods that people name, and the steps a period is cut into: pure functions of a moment and a zone.

Every boundary is an instant at which a quarter of an hour begins, because sums are kept by those. Zones have been a whole
number of quarters apart since 1972, so days, weeks and months begin where they do on the clocks of the zone; a day may have
23 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ai_api.core.errors import Refusal

Named = Literal[
    "today",
    "yesterday",
    "this_week",
    "last_week",
    "this_month",
    "last_month",
    "this_quarter",
    "last_quarter",
    "this_year",
    "last_24_hours",
    "last_7_days",
    "last_30_days",
]
"""What a period can be called. Words of the calendar are spans of it, from its first instant to its last; `last_7_days` is
that many times 24 hours, up to the end of the present quarter of an hour."""

Step = Literal["quarter_hour", "hour", "day", "week", "month"]

PERIOD_MAX: Final = timedelta(days=400)
STEPS_MAX: Final = 3_000
"""How many steps one report is cut into at most: a month of quarters of an hour has 2,976."""

QUARTER: Final = timedelta(minutes=15)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_ROLLING: Final = {
    "last_24_hours": timedelta(hours=24),
    "last_7_days": timedelta(days=7),
    "last_30_days": timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of instants in UTC: `since` is in it, `until` is not. Both begin quarters of an hour."""

    since: datetime
    until: datetime


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises Refusal `bad_time_zone`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{name[:64]!r} is not an IANA time zone such as Europe/Berlin."
        raise Refusal("bad_time_zone", "invalid", message, param="zone") from None


def named_period(name: Named, zone: ZoneInfo, now: datetime) -> Period:
    """The period a name means at `now`, by the calendar of `zone`. Weeks begin on Mondays."""
    if name in _ROLLING:
        until = now + (_EPOCH - now) % QUARTER
        return Period(until - _ROLLING[name], until)
    today = now.astimezone(zone).date()
    first, following = _days_of(name, today)
    return Period(_midnight(first, zone), _midnight(following, zone))


def period_of(since: datetime, until: datetime) -> Period:
    """The whole quarters of an hour that a period touches.

    Raises Refusal `bad_period` for one that is empty, longer than `PERIOD_MAX`, or of another millennium.
    """
    if not (_EARLIEST <= since < until <= _LATEST and until - since <= PERIOD_MAX):
        message = f"The period must begin after 1999, end after it begins, and be at most {PERIOD_MAX.days} days long."
        raise Refusal("bad_period", "invalid", message, param="until")
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    return Period(since - (since - _EPOCH) % QUARTER, until + (_EPOCH - until) % QUARTER)


def cut(period: Period, step: Step, zone: ZoneInfo) -> list[Period]:
    """The steps of a period, without a gap: the first and last may be parts of theirs.

    Where clocks are put back, the hour that comes twice is two steps. Raises Refusal `too_many_steps`.
    """
    begins = [period.since]
    for boundary in _boundaries(period, step, zone):
        begins.append(boundary)
        if len(begins) > STEPS_MAX:
            message = f"These are more than {STEPS_MAX} steps. Ask for a shorter period, or for longer steps."
            raise Refusal("too_many_steps", "invalid", message, param="each")
    return [Period(since, until) for since, until in zip(begins, [*begins[1:], period.until], strict=True)]


def hours_of(period: Period, zone: ZoneInfo) -> list[Period]:
    """The hours of a period on the clocks of `zone`, however many they are."""
    begins = [period.since, *_hours(period, zone)]
    return [Period(since, until) for since, until in zip(begins, [*begins[1:], period.until], strict=True)]


def month_period(month: str, zone: ZoneInfo) -> Period:
    """The calendar month `YYYY-MM`. Raises Refusal `bad_period`."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        first = date.min
    if len(month) != len("2026-11") or not _EARLIEST.year <= first.year < _LATEST.year:
        raise Refusal("bad_period", "invalid", "Name the month as in 2026-11.", param="month")
    return Period(_midnight(first, zone), _midnight(_months_on(first, 1), zone))


def _days_of(name: Named, today: date) -> tuple[date, date]:
    """The first day of a period of the calendar, and the day after its last."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    quarter = first.replace(month=(today.month - 1) // 3 * 3 + 1)
    day, week = timedelta(days=1), timedelta(days=7)
    spans = {
        "today": (today, today + day),
        "yesterday": (today - day, today),
        "this_week": (monday, monday + week),
        "last_week": (monday - week, monday),
        "this_month": (first, _months_on(first, 1)),
        "last_month": (_months_on(first, -1), first),
        "this_quarter": (quarter, _months_on(quarter, 3)),
        "last_quarter": (_months_on(quarter, -3), quarter),
        "this_year": (first.replace(month=1), first.replace(year=today.year + 1, month=1)),
    }
    return spans[name]


def _months_on(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day: the first of two midnights, or the instant at which clocks jump over it."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _boundaries(period: Period, step: Step, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants within a period, its beginning left out, at which steps begin."""
    if step == "quarter_hour":
        return _quarters(period)
    if step == "hour":
        return _hours(period, zone)
    return _spans(period, step, zone)


def _quarters(period: Period) -> Iterator[datetime]:
    at = period.since + QUARTER
    while at < period.until:
        yield at
        at += QUARTER


def _hours(period: Period, zone: ZoneInfo) -> Iterator[datetime]:
    offset = period.since.astimezone(zone).utcoffset()
    for at in _quarters(period):
        here = at.astimezone(zone)
        if here.minute == 0 or here.utcoffset() != offset:
            yield at
        offset = here.utcoffset()


def _spans(period: Period, step: Step, zone: ZoneInfo) -> Iterator[datetime]:
    day = period.since.astimezone(zone).date()
    while (at := _midnight(day, zone)) < period.until:
        if at > period.since:
            yield at
        day = _day_after(day, step)


def _day_after(day: date, step: Step) -> date:
    if step == "month":
        return _months_on(day.replace(day=1), 1)
    return day + timedelta(days=7 - day.weekday() if step == "week" else 1)
