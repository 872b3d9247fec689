"""Notes of which jobs were done and when, so that one that stands still is seen from outside of the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import StoreUnavailable
from ai_api.jobs import store_runs

NOTE_EVERY_S: Final = 30.0
"""A job that runs more often is noted no more often than this: who looks after it thinks in minutes."""


class RunNotes:
    """Writes down how the jobs fare. A note that cannot be written is left out: then the job looks late, which is noticed."""

    def __init__(self, hot: Hot, monotonic: Callable[[], float]) -> None:
        self._hot = hot
        self._monotonic = monotonic
        self._noted_s: dict[str, float] = {}

    async def begin(self, every_s: Mapping[str, float]) -> None:
        """Notes which jobs there are. Raises StoreUnavailable."""
        self._noted_s.clear()
        await store_runs.know(self._hot, every_s)

    async def done(self, name: str) -> None:
        """A job was done."""
        now_s = self._monotonic()
        if now_s - self._noted_s.get(name, -NOTE_EVERY_S) < NOTE_EVERY_S:
            return
        try:
            await store_runs.done(self._hot, name)
        except (StoreUnavailable, StatementRefused):
            return
        self._noted_s[name] = now_s

    async def failed(self, name: str, error: Exception) -> None:
        """A job failed; the next time it is done is noted at once."""
        self._noted_s.pop(name, None)
        try:
            await store_runs.failed(self._hot, name, type(error).__name__)
        except (StoreUnavailable, StatementRefused):
            return
