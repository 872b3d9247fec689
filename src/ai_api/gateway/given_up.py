"""Calls whose callers were told that the database was away, although their holds may come to be: a statement was on its way."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

KEPT_S = 600.0
"""For so long what was on its way may still arrive, and what it held be swept, before nobody remembers that it was refused."""
KEPT_MAX = 20_000


class GivenUp:
    """Remembers them with what would have been stored with their holds, the oldest forgotten first."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: dict[UUID, tuple[float, str]] = {}

    def note(self, call_id: UUID, record_json: str) -> None:
        """This call was refused; `record_json` is what was asked to be stored with its hold."""
        self._kept[call_id] = (self._monotonic(), record_json)
        while len(self._kept) > KEPT_MAX:
            del self._kept[next(iter(self._kept))]

    def kept(self) -> dict[UUID, str]:
        """All that are remembered, with their records."""
        oldest = self._monotonic() - KEPT_S
        self._kept = {call_id: kept for call_id, kept in self._kept.items() if kept[0] >= oldest}
        return {call_id: record_json for call_id, (_, record_json) in self._kept.items()}

    def forget(self, call_id: UUID) -> None:
        """Nothing can come of this one any more."""
        self._kept.pop(call_id, None)
