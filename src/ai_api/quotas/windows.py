"""Windows: a pure function of a moment, a zone and a length; and the account that counts one of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of time in UTC: `start` belongs to it, `end` to the next one."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies in the window."""
        return self.start <= at < self.end


def month_window(zone: str, at: datetime) -> Window:
    """The calendar month of the IANA zone `zone` that `at` lies in. Raises ZoneInfoNotFoundError."""
    here = ZoneInfo(zone)
    local = at.astimezone(here)
    start = datetime(local.year, local.month, 1, tzinfo=here)
    end = datetime(local.year + local.month // 12, local.month % 12 + 1, 1, tzinfo=here)
    return Window(start.astimezone(UTC), end.astimezone(UTC))


def account_id(subject_kind: str, subject_id: UUID, metric: str, window_start: datetime) -> UUID:
    """The id of the account that counts `metric` of a subject in the window that starts then: equal on every replica."""
    key = f"{subject_kind}\0{subject_id}\0{metric}\0{int(window_start.timestamp())}"
    return UUID(bytes=hashlib.blake2b(key.encode(), digest_size=16).digest())
