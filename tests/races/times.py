"""What many waits come to."""

from __future__ import annotations

import math


def percentile(values: list[float], share: float) -> float:
    """The smallest of `values` that at least this share of them does not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]
