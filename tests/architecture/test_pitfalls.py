"""Disasters that happened to gateways like this one, and the tests of ours that keep them away: tests/pitfalls.toml."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from scripts import test_ids

ROOT = Path(__file__).parents[2]
FIELDS = {"id", "says", "due", "tests", "because"}


def problems(entries: list[dict[str, Any]], root: Path) -> list[str]:
    """Says what is wrong with a list of pitfalls whose tests live under `root`."""
    found = [problem for entry in entries for problem in _of_entry(entry, root)]
    for field in ("id", "says"):
        counted = Counter(str(entry.get(field)) for entry in entries)
        found += [f"{value!r} is the {field} of {count} entries" for value, count in counted.items() if count > 1]
    return found


def _of_entry(entry: dict[str, Any], root: Path) -> list[str]:
    name, tests = entry.get("id", "?"), entry.get("tests", [])
    found = [f"unknown field {field}" for field in sorted(entry.keys() - FIELDS)]
    if not re.fullmatch(r"[a-z]+-\d{2}", str(name)):
        found.append("an id is a section and two digits, like money-01")
    if not str(entry.get("says", "")).strip():
        found.append("says nothing")
    if not isinstance(entry.get("due"), bool):
        found.append("`due` is true or false")
    elif entry["due"] and not tests:
        found.append("is due and has no test")
    elif not entry["due"] and not str(entry.get("because", "")).strip():
        found.append("is not due and does not say why (`because`)")
    found += [f"lists {test} twice" for test, count in Counter(tests).items() if count > 1]
    found += [
        problem
        for test in tests
        if (problem := test_ids.missing(root, test) if "::" in test else f"{test} names no test function")
    ]
    return [f"{name}: {problem}" for problem in found]


def test_every_pitfall_that_is_due_has_a_test_that_exists():
    entries = tomllib.loads((ROOT / "tests" / "pitfalls.toml").read_text(encoding="utf-8"))["pitfall"]
    assert problems(entries, ROOT) == []


GOOD = {
    "id": "money-01",
    "says": "a stream was free",
    "due": True,
    "tests": ["tests/test_a.py::test_one[x]", "tests/test_a.py::TestB::test_two"],
}


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(
        "async def test_one(x): ...\nclass TestB:\n    def test_two(self): ...\n    def not_a_test(self): ...\n"
    )
    return tmp_path


def test_a_good_entry_passes(tree):
    later = {"id": "portal-01", "says": "a chart lied", "due": False, "because": "there is no chart yet"}
    assert problems([GOOD, later], tree) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tests": []}, "is due and has no test"),
        ({"tests": ["tests/test_gone.py::test_one"]}, "tests/test_gone.py::test_one: there is no tests/test_gone.py"),
        (
            {"tests": ["tests/test_a.py::test_renamed"]},
            "tests/test_a.py::test_renamed: tests/test_a.py defines no test_renamed",
        ),
        (
            {"tests": ["tests/test_a.py::TestB::not_a_test"]},
            "tests/test_a.py::TestB::not_a_test: tests/test_a.py defines no TestB::not_a_test",
        ),
        ({"tests": ["tests/test_a.py::test_two"]}, "tests/test_a.py::test_two: tests/test_a.py defines no test_two"),
        ({"tests": ["src/test_a.py::test_one"]}, "src/test_a.py::test_one: a test id starts with tests/"),
        ({"tests": ["tests/test_a.py"]}, "tests/test_a.py names no test function"),
        ({"tests": [*GOOD["tests"], GOOD["tests"][0]]}, "lists tests/test_a.py::test_one[x] twice"),
        ({"says": " "}, "says nothing"),
        ({"due": "yes"}, "`due` is true or false"),
        ({"due": False}, "is not due and does not say why (`because`)"),
        ({"section": "Money"}, "unknown field section"),
    ],
)
def test_a_bad_entry_is_found(tree, change, problem):
    assert problems([GOOD | change], tree) == [f"money-01: {problem}"]


def test_a_bad_id_is_found(tree):
    assert problems([GOOD | {"id": "Money 1"}], tree) == ["Money 1: an id is a section and two digits, like money-01"]


def test_two_entries_about_one_thing_are_found(tree):
    assert problems([GOOD, GOOD | {"id": "money-02"}], tree) == ["'a stream was free' is the says of 2 entries"]
    assert problems([GOOD, GOOD | {"says": "else"}], tree) == ["'money-01' is the id of 2 entries"]
