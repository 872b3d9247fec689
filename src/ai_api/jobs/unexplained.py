"""What the books cannot explain: found in two looks in a row, told once, shown until it is mended."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ai_api.jobs.runner import JobLog
from ai_api.observability.listener import Family
from ai_api.observability.metrics import books_metrics

Law = Literal["held", "settled", "quarters"]
LAWS: Final[tuple[Law, ...]] = ("held", "settled", "quarters")
LINES_MAX = 100
"""Lines about differences in one look; a last one counts the rest."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not what it should be, by `amount`, never 0. `facts` says the rest in words for the log."""

    subject: Hashable
    amount: int
    facts: Mapping[str, Any]


class Unexplained:
    """Judges looks. A difference that is new or has changed may be one that is still being written; the same one twice is not."""

    def __init__(self, log: JobLog, unix_s: Callable[[], float]) -> None:
        self._log = log
        self._unix_s = unix_s
        self._last: dict[Law, dict[Hashable, int]] = {law: {} for law in LAWS}
        self._told: dict[Law, dict[Hashable, int]] = {law: {} for law in LAWS}
        self._proved_at_s: dict[Law, float] = dict.fromkeys(LAWS, 0.0)
        self._looks: dict[Law, int] = dict.fromkeys(LAWS, 0)

    def is_new(self, law: Law, difference: Difference) -> bool:
        """Whether the last look did not see this difference, of this amount."""
        return self._last[law].get(difference.subject) != difference.amount

    def looked(self, law: Law, found: Iterable[Difference]) -> None:
        """Ends a look at all there is under a law. What the look before had found as well is unexplained from now on."""
        differences = list(found)
        same = [each for each in differences if not self.is_new(law, each)]
        news = [each for each in same if self._told[law].get(each.subject) != each.amount]
        for each in news[:LINES_MAX]:
            self._log.error("books_unexplained", law=law, amount=each.amount, **each.facts)
        if len(news) > LINES_MAX:
            self._log.error("books_unexplained", law=law, more=len(news) - LINES_MAX)
        self._told[law] = {each.subject: each.amount for each in same}
        self._last[law] = {each.subject: each.amount for each in differences}
        self._proved_at_s[law] = self._unix_s()
        self._looks[law] += 1

    def amount(self, law: Law) -> int:
        """The sum of what is unexplained, whatever its sign."""
        return sum(abs(amount) for amount in self._told[law].values())

    def proved(self) -> Mapping[str, int]:
        """What is unexplained by each law that was looked through twice: one look alone has proved nothing yet."""
        return {law: self.amount(law) for law in LAWS if self._looks[law] > 1}

    def families(self) -> list[Family]:
        """The metrics of all laws."""
        return books_metrics({law: self.amount(law) for law in LAWS}, {law: self._proved_at_s[law] for law in LAWS})
