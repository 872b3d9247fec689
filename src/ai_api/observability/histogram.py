"""A histogram of plain numbers: what is observed on the path of a call costs a look-up and an addition."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

WAITS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Bounds for what providers take, in seconds."""
OVERHEADS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Bounds for what the gateway itself takes, in seconds."""
BATCH_ITEMS = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0)
"""Bounds for how many items share a batch."""


class Histogram:
    """Counts values by upper bound. `total` is their sum."""

    __slots__ = ("_bounds", "_counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        """`bounds` ascend; whatever is above the last one is counted beyond it."""
        self.total = 0.0
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)

    def observe(self, value: float) -> None:
        """Counts one value. What clocks make negative is nothing."""
        value = max(0.0, value)
        self._counts[bisect_left(self._bounds, value)] += 1
        self.total += value

    def samples(self, **labels: str) -> list[tuple[str, dict[str, str], float]]:
        """As Prometheus has it: how many were at most each bound, how many in all, and their sum; each with `labels`."""
        reached = list(accumulate(self._counts))
        bounds = [f"{bound:g}" for bound in self._bounds] + ["+Inf"]
        buckets = [
            ("_bucket", {**labels, "le": bound}, float(count)) for bound, count in zip(bounds, reached, strict=True)
        ]
        return [*buckets, ("_sum", {**labels}, self.total), ("_count", {**labels}, float(reached[-1]))]


class BatchFigures:
    """What is counted of the batches of one kind."""

    __slots__ = ("items", "took_s", "waits_s")

    def __init__(self) -> None:
        self.items = Histogram(BATCH_ITEMS)
        self.waits_s = Histogram(OVERHEADS_S)
        """Of each batch's item that waited longest."""
        self.took_s = Histogram(OVERHEADS_S)

    def note(self, items: int, waited_s: float, took_s: float) -> None:
        """A batch is over: so many items, of which one had waited so long when it went, and so long was it on its way."""
        self.items.observe(items)
        self.waits_s.observe(waited_s)
        self.took_s.observe(took_s)
