"""A caller's dialect loses something on its way to a provider that speaks another, or on the way back."""

from __future__ import annotations

import pytest

from tests.conformance.bench import DRIVERS, FAMILIES, Bench, Cell
from tests.conformance.features import FEATURES
from tests.conformance.impossible import IMPOSSIBLE
from tests.conformance.sheet import Sheet

CELLS = [
    Cell(dialect, family, way, feature)
    for feature in FEATURES
    for dialect in DRIVERS
    for family in FAMILIES
    for way in ("whole", "streamed")
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
async def test_something_is_lost_between_two_dialects(bench: Bench, sheet: Sheet, cell: Cell) -> None:
    impossible = IMPOSSIBLE.get((cell.dialect, cell.family, cell.feature.name))
    if impossible is None:
        raised = await cell.hold_true(bench)
    else:
        refused = await cell.refusal(bench)
        assert (refused.kind, refused.status) == ("invalid", 400)
        assert impossible.field in refused.words
        raised = {}
    sheet.held(cell, raised)
