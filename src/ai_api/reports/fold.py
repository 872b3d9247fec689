"""From sums by step and group to those of the whole: what one look at the ledger has told is not asked for again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ai_api.reports.rules import Measure, Sums, added
from ai_api.reports.store import OTHER, WHOLE, Cell, Totals

_Key = TypeVar("_Key")


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
    whole = [cell for cell in cells if cell.is_whole]
    parts = [cell for cell in cells if not cell.is_whole]
    by_key = _added_by((cell.key, cell.sums) for cell in parts)
    ordered = sorted(
        by_key.items(), key=lambda each: (-_size(each[1], measure), -each[1].calls, each[0] is None, each[0])
    )
    places = {key: place for place, (key, _) in enumerate(ordered[:top], 1)}
    steps = _added_by(
        ((cell.step, WHOLE if cell.is_whole else places.get(cell.key, OTHER)), cell.sums) for cell in cells
    )
    total = added([cell.sums for cell in whole or parts])
    return Folded(Totals(total, len(ordered), ordered[:top]), added([sums for _, sums in ordered[top:]]), steps)


def _added_by(each: Iterable[tuple[_Key, Sums]]) -> dict[_Key, Sums]:
    """Once for each key, and not two at a time: whoever else calls waits for it."""
    found: dict[_Key, list[Sums]] = {}
    for key, sums in each:
        found.setdefault(key, []).append(sums)
    return {key: parts[0] if len(parts) == 1 else added(parts) for key, parts in found.items()}


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
