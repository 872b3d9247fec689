"""What became of the runs of each job in this process, counted: what `/metrics` shows of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, Literal

from ai_api.observability.listener import Family
from ai_api.observability.metrics import jobs_metrics

Result = Literal["done", "waits", "failed"]
RESULTS: Final[tuple[Result, ...]] = ("done", "waits", "failed")
"""`waits`: the database was away, and the run is made again at its next time. `failed`: a defect."""


class JobFigures:
    """Counts runs. All jobs are shown from the start, so that the first failure of one is a rise and not a beginning."""

    def __init__(self, names: Iterable[str], unix_s: Callable[[], float]) -> None:
        self._unix_s = unix_s
        self._done_at_s = dict.fromkeys(names, 0.0)
        self._runs: Counter[tuple[str, str]] = Counter(
            {(name, each): 0 for name in self._done_at_s for each in RESULTS}
        )

    def note(self, name: str, result: Result) -> None:
        """A run of this job has ended so."""
        self._runs[name, result] += 1
        if result == "done":
            self._done_at_s[name] = self._unix_s()

    def families(self) -> list[Family]:
        """The metrics of all jobs."""
        return jobs_metrics(self._runs, self._done_at_s)
