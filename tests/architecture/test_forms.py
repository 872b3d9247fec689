"""Every way a conversation takes has its row, and every row a whole test, a streamed one and one whose client hangs up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from ai_api.providers.lanes import lane_for
from ai_api.providers.wiring import VENDORS, derive
from ai_api.wire.envelope import Operation
from ai_api.wire.operations import WHOLE_OPERATIONS
from tests.support.ways import WAYS, name_of

TESTS = Path(__file__).parents[1]
FORMS = {"whole", "stream", "hang-up"}
EVERY_WAY = "every_way"
_OFFERS = (frozenset({"chat"}), frozenset({"chat", "responses"}))
_COMPATIBLE = "a server of one's own"


def test_a_lane_was_added_that_nobody_streams_over_or_hangs_up_on():
    """Whoever adds one gives it a row in tests/support/ways.py; the tests of all forms run over the rows."""
    assert set(WAYS) == reachable()


def test_a_form_is_tested_on_no_way_or_not_on_all():
    files = [path for path in sorted(TESTS.rglob("test_*.py")) if "mark.form" in path.read_text(encoding="utf-8")]
    found = [each for path in files if path != Path(__file__) for each in marked(path.read_text(encoding="utf-8"))]
    assert [each for each in found if each[2] is not True] == []
    assert {kind for _, kind, _ in found} == FORMS


def reachable() -> set[str]:
    """The ways on which the product can serve a conversation, by what it knows of providers."""
    wirings = [derive(name, "https://a.example/v1", None) for name in (*VENDORS, _COMPATIBLE)]
    streamed = [operation for operation in get_args(Operation) if operation not in WHOLE_OPERATIONS]
    return {
        name_of(operation, lane)
        for wiring in wirings
        for operation in streamed
        for offered in _OFFERS
        if (lane := lane_for(wiring, operation, offered)) is not None
    }


def marked(source: str) -> list[tuple[str, str, bool]]:
    """Tests that say which form they are of: their name, the form, and whether they run over every way."""
    return list(_marked(ast.parse(source)))


def _marked(tree: ast.Module) -> Iterator[tuple[str, str, bool]]:
    for test in (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)):
        names = {ast.unparse(each) for each in test.decorator_list}
        for mark in test.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) in {"form", "pytest.mark.form"}:
                (kind,) = [argument.value for argument in mark.args if isinstance(argument, ast.Constant)]
                yield test.name, kind, EVERY_WAY in names


@pytest.mark.parametrize(
    ("decorators", "found"),
    [
        ('@pytest.mark.form("whole")\n@every_way', [("test_it", "whole", True)]),
        ('@form("stream")', [("test_it", "stream", False)]),
        ('@form("hang-up")\n@form("whole")\n@every_way', [("test_it", "hang-up", True), ("test_it", "whole", True)]),
        ("@every_way", []),
    ],
)
def test_a_form_is_read_wrongly(decorators, found):
    assert marked(f"{decorators}\nasync def test_it(way): ...\n") == found
