"""Windows: a pure function of a moment, a zone and a length; and the account that counts one of them.

A calendar day, month or a lifetime is one span with one account. A sliding window of n seconds is two buckets of n seconds on
one account: what the previous bucket counted weighs as much as the part of it that the window still covers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from ai_api.core.values import value

WindowKind = Literal["request", "sliding", "day", "month", "lifetime"]

WHOLE = 1_000_000
"""A weight of one, in millionths."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
ACCOUNTS_REMEMBERED = 50_000
"""Whose ids are kept in memory, the oldest forgotten first: some 20 MB."""


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of time in UTC: `start` belongs to it, `end` to the next one."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies in the window."""
        return self.start <= at < self.end


@value
class Bucket:
    """Where a moment lies in a sliding window: its bucket's number, and what the one before still weighs, in millionths."""

    number: int
    previous_weight: int


_ALL_OF_TIME = Window(_EPOCH, _FOREVER)

STILL = Bucket(0, 0)
"""The one bucket of a window that does not slide."""


def calendar_window(kind: WindowKind, zone: str, at: datetime) -> Window:
    """The span a calendar or lifetime limit counts in. For a sliding one all of time: its account lives on.

    Raises ZoneInfoNotFoundError.
    """
    if kind in {"sliding", "lifetime"}:
        return _ALL_OF_TIME
    # Zones are a whole number of minutes apart since 1972, so no window ends within one.
    return _window_of_minute(kind, zone, at.replace(second=0, microsecond=0))


@lru_cache(maxsize=4096)
def _window_of_minute(kind: WindowKind, zone: str, minute: datetime) -> Window:
    here = ZoneInfo(zone)
    local = minute.astimezone(here)
    if kind == "day":
        start = datetime(local.year, local.month, local.day, tzinfo=here)
        following = start.date() + timedelta(days=1)
        end = datetime(following.year, following.month, following.day, tzinfo=here)
    else:
        start = datetime(local.year, local.month, 1, tzinfo=here)
        end = datetime(local.year + local.month // 12, local.month % 12 + 1, 1, tzinfo=here)
    return Window(start.astimezone(UTC), end.astimezone(UTC))


def month_window(zone: str, at: datetime) -> Window:
    """The calendar month of the IANA zone `zone` that `at` lies in. Raises ZoneInfoNotFoundError."""
    return calendar_window("month", zone, at)


def bucket_at(window_s: int | None, unix_ms: int) -> Bucket:
    """The bucket of a moment in a sliding window of `window_s` seconds, its weight rounded up; `STILL` for None."""
    if window_s is None:
        return STILL
    length_ms = window_s * 1000
    number, into_ms = divmod(unix_ms, length_ms)
    return Bucket(number, -(-(length_ms - into_ms) * WHOLE // length_ms))


@lru_cache(maxsize=ACCOUNTS_REMEMBERED)
def account_id(subject_kind: str, subject_id: UUID, metric: str, window_start: datetime) -> UUID:
    """The id of the account that counts `metric` of a subject in the calendar month that starts then."""
    return _digest(f"{subject_kind}\0{subject_id}\0{metric}\0{int(window_start.timestamp())}")


def limit_account_id(
    *,
    subject_kind: str,
    subject_id: UUID | None,
    metric: str,
    kind: WindowKind,
    window_s: int | None,
    window_start: datetime,
    partition_id: UUID | None,
) -> UUID:
    """The id of the account of a limit, equal on every replica.

    It is named by what it counts, not by the limit's row: a limit that is taken away and set again goes on counting. A
    monthly limit of a whole subject shares the account that counts the subject's month anyway.
    """
    if kind == "month" and partition_id is None and subject_id is not None:
        return account_id(subject_kind, subject_id, metric, window_start)
    parts = (subject_kind, subject_id, metric, kind, window_s, int(window_start.timestamp()), partition_id)
    return _digest("\0".join(str(part) for part in parts))


def _digest(key: str) -> UUID:
    return UUID(bytes=hashlib.blake2b(key.encode(), digest_size=16).digest())
