"""Long work in short steps, so that the jobs beside it are not kept waiting and no transaction grows old."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

BUDGET_S = 1.0
_OVER = object()


class Laps:
    """Walks a lap again and again, at most `BUDGET_S` at a time, the next one `every_s` after the last began.

    A lap is an async generator that yields after each short transaction. One that fails is given up; the next begins anew.
    """

    def __init__(
        self, lap: Callable[[], AsyncIterator[None]], monotonic: Callable[[], float], *, every_s: float
    ) -> None:
        self._make = lap
        self._monotonic = monotonic
        self._every_s = every_s
        self._due = monotonic()
        self._lap: AsyncIterator[None] | None = None

    async def run(self) -> None:
        """Goes on with the lap, or begins the next one if it is due. Raises what a step raises."""
        until = self._monotonic() + BUDGET_S
        while self._monotonic() < until:
            if self._lap is None:
                if self._monotonic() < self._due:
                    return
                self._due = self._monotonic() + self._every_s
                self._lap = self._make()
            lap, self._lap = self._lap, None
            if await anext(lap, _OVER) is not _OVER:
                self._lap = lap
