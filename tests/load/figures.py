"""What is made of many measurements: medians, ratios, quantiles, slopes. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TypeVar

Point = TypeVar("Point")


def median(values: Iterable[float]) -> float:
    """The middle one. Raises StatisticsError when there is none."""
    return float(statistics.median(values))


def median_ratio(values: Sequence[float], beside: Sequence[float]) -> float:
    """The median of the ratios of neighbours, which were measured one after the other. Raises ValueError when one is missing."""
    return median(one / other for one, other in zip(values, beside, strict=True))


def quantile(values: Iterable[float], share: float) -> float:
    """The value that `share` of them stay below; 0 when there is none."""
    ordered = sorted(values)
    return float(ordered[min(len(ordered) - 1, int(len(ordered) * share))]) if ordered else 0.0


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much `y` rises for each `x` of `(x, y)`: the median of the slopes of all pairs, which a few wild values do not move.

    0 when there are not two different `x`.
    """
    found = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2) if x2 != x1]
    return median(found) if found else 0.0


def after_warm_up(points: Sequence[Point], share: float) -> Sequence[Point]:
    """What is left of a series without its first `share`."""
    return points[int(len(points) * share) :]
