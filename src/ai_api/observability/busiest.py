"""Samples by client: at a scrape no more than the busiest have series of their own, and no count is left out."""

from __future__ import annotations

import heapq
from collections import Counter
from functools import partial

from ai_api.observability.listener import LateSamples, Sample

CLIENTS_SHOWN_MAX = 200


def by_client(counts: Counter[tuple[str, str, str]], labels: tuple[str, str, str], *, series_max: int) -> LateSamples:
    """Samples of counts by client, something, and the last label, which has few values: no count is left out.

    The counts are those of now. With 10⁵ clients adding them up takes longer than a call may wait for it, so it is done later.
    """
    return partial(_samples_by_client, dict(counts), labels, series_max=series_max)


def _samples_by_client(
    counts: dict[tuple[str, str, str], int], labels: tuple[str, str, str], *, series_max: int
) -> list[Sample]:
    totals: dict[str, int] = {}
    for (client, _, _), count in counts.items():
        totals[client] = totals.get(client, 0) + count
    shown = set(heapq.nlargest(CLIENTS_SHOWN_MAX, totals, key=totals.__getitem__))
    merged: dict[tuple[str, str, str], int] = {}
    for key, count in counts.items():
        shown_as = key if key[0] in shown else ("other", key[1], key[2])
        merged[shown_as] = merged.get(shown_as, 0) + count
    if len(merged) > series_max:
        merged = _busiest(merged, series_max)
    return [("", dict(zip(labels, key, strict=True)), float(count)) for key, count in sorted(merged.items())]


def _busiest(counts: dict[tuple[str, str, str], int], series_max: int) -> dict[tuple[str, str, str], int]:
    """The rarest together, by their status, so that no more than `series_max` are left."""
    statuses = {status for _, _, status in counts}
    kept = set(heapq.nlargest(series_max - len(statuses), counts, key=counts.__getitem__))
    busiest = {key: counts[key] for key in kept}
    for key, count in counts.items():
        if key not in kept:
            together = ("other", "other", key[2])
            busiest[together] = busiest.get(together, 0) + count
    return busiest
