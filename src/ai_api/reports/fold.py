"""From sums by step and group to those of the whole: what one look at the ledger has told is not asked for again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ai_api.reports.rules import NOTHING, Measure, Sums
from ai_api.reports.store import OTHER, WHOLE, Cell, Totals


@dataclass(frozen=True, slots=True)
class Folded:
    """The sums by group, as `store.totals` has them, what those beyond the first come to, and the sums by step and place."""

    totals: Totals
    others: Sums
    steps: Mapping[tuple[int, int], Sums]


def fold(cells: Sequence[Cell], *, measure: Measure, top: int) -> Folded:
    """The first `top` groups by `measure`, and everything else as one.

    Where there are cells that are whole, groups overlap, and they alone tell the total.
    """
    overlap = any(cell.is_whole for cell in cells)
    by_key: dict[str | None, Sums] = {}
    for cell in cells:
        if not cell.is_whole:
            by_key[cell.key] = by_key.get(cell.key, NOTHING) + cell.sums
    ordered = sorted(
        by_key.items(), key=lambda each: (-_size(each[1], measure), -each[1].calls, each[0] is None, each[0])
    )
    places = {key: place for place, (key, _) in enumerate(ordered[:top], 1)}
    steps: dict[tuple[int, int], Sums] = {}
    total = others = NOTHING
    for cell in cells:
        place = WHOLE if cell.is_whole else places.get(cell.key, OTHER)
        steps[cell.step, place] = steps.get((cell.step, place), NOTHING) + cell.sums
        total += cell.sums if cell.is_whole == overlap else NOTHING
        others += cell.sums if place == OTHER else NOTHING
    return Folded(Totals(total, len(ordered), ordered[:top]), others, steps)


def _size(sums: Sums, measure: Measure) -> int:
    if measure == "tokens":
        return sums.input_tokens + sums.output_tokens
    sizes = {
        "billed_cost": sums.billed_cost_nanos,
        "list_cost": sums.list_cost_nanos,
        "calls": sums.calls,
        "failed_calls": sums.failed_calls,
    }
    return sizes[measure]
