"""The middle of a month: its days of UTC but the first and the last, which a month of that name has in any zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

_DAY = timedelta(days=1)


def middle_of(month: date) -> tuple[date, date]:
    """The second day of the month that begins with this one, and its last day, which is not in the middle any more."""
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return month + _DAY, following - _DAY


def days_of(first: date, after: date) -> Iterator[date]:
    """The days from the first up to the other one."""
    while first < after:
        yield first
        first += _DAY
