"""A report: sums of the ledger by group and over time, that add up to the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.reports import store, store_names
from ai_api.reports.fold import Folded, fold
from ai_api.reports.periods import Period
from ai_api.reports.rules import NOTHING, Asked, By, Measure, Name, Report, Row, RowKind, StepRow, StepSums, Sums, added

CELLS_MAX = 60_000
"""How many sums by step and group one report holds at most."""
CELLS_FOLDED_MAX = 20_000
"""How many are fetched to be added up here. Where there are more, Postgres is asked twice."""

_MANY: Final = frozenset({"member", "allocation", "credential"})
"""There may be a hundred thousand of these."""


async def make(
    tx: Tx, asked: Asked, by: By, *, measure: Measure = "billed_cost", top: int = 10, steps: Sequence[Period] = ()
) -> Report:
    """Sums by `by`, the `top` largest by `measure` and one row for all others; and the same for each of `steps`.

    `tx` has to be a repeatable read: the parts are told by statements of their own, and have to add up. Tags overlap, so their
    rows do not. Raises Refusal `too_many_sums`.
    """
    if (top + 1) * len(steps) > CELLS_MAX:
        message = (
            f"These are more than {CELLS_MAX} sums. Ask for fewer groups (`top`), longer steps or a shorter period."
        )
        raise Refusal("too_many_sums", "invalid", message, param="top")
    begins = [period.since for period in steps]
    folded = await _folded(tx, asked, by, begins, measure=measure, top=top)
    found = folded.totals if folded else await store.totals(tx, asked, by, measure=measure, top=top)
    keys = [key for key, _ in found.first]
    names = await _names(tx, asked, by, [key for key in keys if key is not None])
    rows = [Row(_kind(key), key, _name(key, names), sums) for key, sums in found.first]
    if found.groups > len(rows):
        others = folded.others if folded else await _others(tx, asked, by, found)
        rows.append(Row("other", None, Name(None), others))
    if folded or not steps:
        cells = folded.steps if folded else {}
    else:
        cells = await store.steps(tx, asked, by, begins, keys)
    return Report(found.total, found.groups, rows, _steps(cells, keys, steps))


async def _folded(
    tx: Tx, asked: Asked, by: By, begins: Sequence[datetime], *, measure: Measure, top: int
) -> Folded | None:
    """All of a report with steps from one look at the ledger, where there are few groups."""
    if not begins or by in _MANY:
        return None
    cells = await store.cells(tx, asked, by, begins, most=CELLS_FOLDED_MAX)
    return None if cells is None else fold(cells, measure=measure, top=top)


async def _names(tx: Tx, asked: Asked, by: By, keys: Sequence[str]) -> Mapping[str, Name]:
    if asked.as_told and by == "model":
        # What has become of a model, whoever called it once may not be told.
        return {slug: Name(slug, slug) for slug in keys}
    return await store_names.find(tx, by, keys)


async def _others(tx: Tx, asked: Asked, by: By, found: store.Totals) -> Sums:
    if by != "tag":
        return found.total - added([sums for _, sums in found.first])
    every = await store.steps(tx, asked, by, [asked.period.since], [key for key, _ in found.first])
    return every.get((1, store.OTHER), NOTHING)


def _steps(
    cells: Mapping[tuple[int, int], Sums], keys: Sequence[str | None], periods: Sequence[Period]
) -> list[StepSums]:
    by_step: dict[int, dict[int, Sums]] = {}
    for (step, place), sums in cells.items():
        by_step.setdefault(step, {})[place] = sums
    return [_step(period, by_step.get(number, {}), keys) for number, period in enumerate(periods, 1)]


def _step(period: Period, cells: Mapping[int, Sums], keys: Sequence[str | None]) -> StepSums:
    places = sorted(place for place in cells if place > store.OTHER)
    # The others come last, as in the rows.
    places += [store.OTHER] if store.OTHER in cells else []
    total = cells[store.WHOLE] if store.WHOLE in cells else added([cells[place] for place in places])
    return StepSums(period, total, [_step_row(place, cells[place], keys) for place in places])


def _step_row(place: int, sums: Sums, keys: Sequence[str | None]) -> StepRow:
    if place == store.OTHER:
        return StepRow("other", None, sums)
    key = keys[place - 1]
    return StepRow(_kind(key), key, sums)


def _kind(key: str | None) -> RowKind:
    return "none" if key is None else "group"


def _name(key: str | None, names: Mapping[str, Name]) -> Name:
    return Name(None) if key is None else names.get(key, Name(None, deleted=True))
