"""What is said of the edge: refusals and cuts that no call stands behind, counted, and one in a hundred logged."""

from __future__ import annotations

from collections import Counter
from typing import Any, Protocol

LOGGED_ONE_OF = 100


class EdgeLog(Protocol):
    """Where lines go; the program's structured logger."""

    def info(self, event: str, **fields: Any) -> Any:
        """A line worth keeping."""
        ...


class EdgeTold:
    """Hears of every client that ran into a bound before it was known who asks. A flood of them must not flood the log."""

    def __init__(self, log: EdgeLog) -> None:
        self.counts: Counter[str] = Counter()
        """By code, since the start of this replica."""
        self._log = log

    def note(self, code: str) -> None:
        """Somebody ran into the bound that `code` names."""
        self.counts[code] += 1
        if self.counts[code] % LOGGED_ONE_OF == 1:
            self._log.info("refused_at_the_edge", code=code, count=self.counts[code])
