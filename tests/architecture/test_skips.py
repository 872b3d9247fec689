"""No test is skipped in silence: each skip is listed in tests/skips.toml with its reason and its last day."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from scripts import test_ids

from tests.support import skip_gate
from tests.support.skip_gate import Excuse

ROOT = Path(__file__).parents[2]
SKIPS = re.compile(
    r"(pytest\.)?mark\.(skip|skipif|xfail)|pytest\.(skip|xfail|importorskip)|unittest\.(skip\w*|SkipTest|expectedFailure)|self\.skipTest"
)
IMPORTED = {"skip", "xfail", "importorskip"}


def skips(source: str, path: str) -> set[str]:
    """Lists where a test file skips, as node ids; outside a test function or class it is the file."""
    return {"::".join([path, *place]) for place in _places(ast.parse(source), ())}


def _places(node: ast.AST, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if (isinstance(node, ast.Attribute) and SKIPS.fullmatch(ast.unparse(node))) or (
        isinstance(node, ast.ImportFrom) and node.module == "pytest" and IMPORTED & {alias.name for alias in node.names}
    ):
        yield place
    named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    in_test = bool(place) and place[-1].startswith("test")
    if (named or (isinstance(node, ast.ClassDef) and node.name.startswith("Test"))) and not in_test:
        place = (*place, node.name)
    for child in ast.iter_child_nodes(node):
        yield from _places(child, place)


def problems(excuses: list[Excuse], found: set[str], root: Path, today: date) -> list[str]:
    """Says which skips have no excuse, and which excuses are overdue, unneeded, doubled or about a test that is gone."""
    said = [f"{place}: skipped without an entry" for place in sorted(found - {excuse.test for excuse in excuses})]
    for test, count in Counter(excuse.test for excuse in excuses).items():
        said += [f"{test}: has {count} entries"] * (count > 1)
    for excuse in excuses:
        if (gone := test_ids.missing(root, excuse.test)) is not None:
            said.append(gone)
        elif excuse.test not in found:
            said.append(f"{excuse.test}: has an entry and no skip")
        if excuse.until < today:
            said.append(f"{excuse.test}: was excused until {excuse.until}")
    return said


def test_every_skip_is_excused():
    found: set[str] = set()
    # What npm installed for the clients has Python of its own, and of another age.
    ours = [path for path in (ROOT / "tests").rglob("*.py") if "node_modules" not in path.parts]
    for path in sorted(ours):
        found |= skips(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    assert problems(skip_gate.load(ROOT / "tests" / "skips.toml"), found, ROOT, datetime.now(UTC).date()) == []


SAMPLE = """
import pytest
from pytest import importorskip
pytestmark = pytest.mark.skipif(True, reason="")
@pytest.fixture
def thing():
    pytest.skip("nothing there")
@pytest.mark.xfail
async def test_one(): ...
def test_two():
    def inner():
        pytest.skip("later")
    "pytest.skip("
@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.skip)])
def test_three(x): ...
class TestFour:
    @pytest.mark.skip
    def test_five(self): ...
@pytest.mark.skip
class TestSix: ...
def test_seven(): skipped = 1
"""


def test_every_way_to_skip_is_found():
    assert skips(SAMPLE, "t.py") == {
        "t.py",
        "t.py::test_one",
        "t.py::test_two",
        "t.py::test_three",
        "t.py::TestFour::test_five",
        "t.py::TestSix",
    }


def test_bad_lists_are_found(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("def test_one(): ...\ndef test_two(): ...\n")
    today, a = date(2027, 1, 31), "tests/test_a.py"
    excuse = Excuse(test=f"{a}::test_one", reason="r", until=today)
    assert problems([excuse], {excuse.test}, tmp_path, today) == []
    assert problems([], {excuse.test}, tmp_path, today) == [f"{a}::test_one: skipped without an entry"]
    assert problems([excuse], set(), tmp_path, today) == [f"{a}::test_one: has an entry and no skip"]
    assert problems([excuse], {excuse.test}, tmp_path, date(2027, 2, 1)) == [
        f"{a}::test_one: was excused until 2027-01-31"
    ]
    assert problems([excuse, excuse], {excuse.test}, tmp_path, today) == [f"{a}::test_one: has 2 entries"]
    gone = Excuse(test=f"{a}::test_gone", reason="r", until=today)
    assert problems([gone], set(), tmp_path, today) == [f"{a}::test_gone: {a} defines no test_gone"]


@pytest.mark.parametrize(
    "entry",
    [
        'test = "a"\nreason = "r"',
        'test = "a"\nreason = " "\nuntil = 2027-01-31',
        'test = "a"\nreason = "r"\nuntil = "soon"',
    ],
)
def test_an_entry_that_is_not_complete_is_refused(tmp_path, entry):
    (tmp_path / "skips.toml").write_text(f"[[skip]]\n{entry}\n")
    with pytest.raises(ValueError, match="an entry has a test, a reason and a date"):
        skip_gate.load(tmp_path / "skips.toml")


SKIPPING = """
import pytest
def test_passes(): ...
@pytest.mark.parametrize("x", [1, 2])
def test_skips(x): pytest.skip("no browser here")
"""
LISTED = '[[skip]]\ntest = "tests/test_a.py::test_skips"\nreason = "r"\nuntil = {until}\n'


def run_suite(
    folder: Path, *, ci: bool, entry: str = "", source: str = SKIPPING, options: tuple[str, ...] = ()
) -> tuple[int, str]:
    """Runs a suite of its own with the gate, as tests/conftest.py sets it up."""
    (folder / "tests").mkdir()
    (folder / "tests" / "test_a.py").write_text(source)
    (folder / "tests" / "skips.toml").write_text(entry)
    (folder / "tests" / "conftest.py").write_text('pytest_plugins = ["tests.support.skip_gate"]\n')
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", *options, "tests"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment |= {
        "CI": "true" if ci else "",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "xdist"])
def test_a_skip_without_an_excuse_fails_the_run_in_ci(tmp_path, options):
    code, output = run_suite(tmp_path, ci=True, options=options)
    assert code == 1
    assert "skipped without an entry in tests/skips.toml" in output
    assert "tests/test_a.py::test_skips[1]: Skipped: no browser here" in output


def test_a_whole_file_that_skips_itself_fails_the_run_in_ci(tmp_path):
    code, output = run_suite(
        tmp_path, ci=True, source='import pytest\npytest.skip("all of it", allow_module_level=True)\n'
    )
    assert code == 1
    assert "tests/test_a.py: Skipped: all of it" in output


def test_an_expected_failure_without_an_excuse_fails_the_run_in_ci(tmp_path):
    code, output = run_suite(
        tmp_path, ci=True, source="import pytest\n@pytest.mark.xfail(reason='one day')\ndef test_x(): assert 0\n"
    )
    assert code == 1
    assert "tests/test_a.py::test_x: one day" in output


def test_an_excused_skip_passes_in_ci(tmp_path):
    assert run_suite(tmp_path, ci=True, entry=LISTED.format(until="2999-01-01"))[0] == 0


def test_an_excuse_that_is_overdue_excuses_nothing(tmp_path):
    assert run_suite(tmp_path, ci=True, entry=LISTED.format(until="2020-01-01"))[0] == 1


def test_a_skip_at_home_is_nobodys_business(tmp_path):
    assert run_suite(tmp_path, ci=False)[0] == 0
