"""Time as an argument: nobody reads the wall clock but through one of these."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


def in_utc(moment: datetime) -> datetime:
    """An aware instant in UTC. Raises ValueError for one without a zone, or that is outside of the years 1 to 9999 there."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs its zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant outside of the years 1 to 9999") from None


class Clock(Protocol):
    """What rooms and walks ask the time of. Two implementations: the system's, and a frozen one in tests."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def unix_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...


class SystemClock:
    """The machine's clock, corrected by the offset to Postgres that the watch measures."""

    def __init__(self) -> None:
        self.offset_ms = 0

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.fromtimestamp(self.unix_ms() / 1000, UTC)

    def unix_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC, corrected."""
        return time.time_ns() // 1_000_000 + self.offset_ms

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
