"""How late the event loop is: what a replica with more to do than it can shows first."""

from __future__ import annotations

import asyncio
import time

EVERY_S = 0.05
# One long step says little of the load; several in a row do. What was slow a moment ago is not trusted at once.
_RISE, _FALL = 0.3, 0.1


class LoopLag:
    """Measures the running loop by a timer of its own, between `start()` and `stop()`."""

    def __init__(self) -> None:
        self.lag_s = 0.0
        """How much later than it should the loop comes to what is due, in seconds, smoothed."""
        self._due_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begins to measure."""
        self._arm()

    def stop(self) -> None:
        """Measures no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def note(self, late_s: float) -> None:
        """Something was done so late."""
        self.lag_s += (_RISE if late_s > self.lag_s else _FALL) * (late_s - self.lag_s)

    def _arm(self) -> None:
        self._due_s = time.monotonic() + EVERY_S
        self._timer = asyncio.get_running_loop().call_later(EVERY_S, self._tick)

    def _tick(self) -> None:
        self.note(max(0.0, time.monotonic() - self._due_s))
        self._arm()
