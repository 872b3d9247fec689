"""A promise names the tests that hold it, and those exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts import test_ids
from scripts.tree import repository_files

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"\btests/[\w./-]+\.py(?:::[\w:]+)?")
NO_PROMISE = {"README.md"}


def named_tests(text: str) -> list[str]:
    """The tests a page names, in order."""
    return NAMED.findall(text)


def problems(page: Path, text: str, root: Path) -> list[str]:
    """Tests named by a page that do not exist; and a page of promises that names none."""
    ids = named_tests(text)
    found = [f"{page}: {problem}" for each in ids if (problem := test_ids.missing(root, each))]
    if page.parts[0] == "specs" and page.name not in NO_PROMISE and not any("::" in each for each in ids):
        found.append(f"{page}: names no test that holds it")
    return found


def pages(*folders: str) -> list[Path]:
    """The pages in these folders of the repository."""
    return [file for file in repository_files(ROOT) if file.suffix == ".md" and file.parts[0] in folders]


def test_every_test_that_a_page_names_exists_and_every_promise_has_one():
    found = [
        problem
        for page in pages("specs", "docs")
        for problem in problems(page, (ROOT / page).read_text(encoding="utf-8"), ROOT)
    ]
    assert found == []


def test_every_promise_is_in_the_index():
    index = (ROOT / "specs" / "README.md").read_text(encoding="utf-8")
    promises = [page.name for page in pages("specs") if page.name not in NO_PROMISE]
    assert promises
    assert [name for name in promises if f"({name})" not in index] == []


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("def test_one(): ...\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("`tests/test_a.py::test_two`", "tests/test_a.py::test_two: tests/test_a.py defines no test_two"),
        ("(tests/test_b.py::test_one).", "tests/test_b.py::test_one: there is no tests/test_b.py"),
        ("a promise, and nothing else", "names no test that holds it"),
        ("a whole file: `tests/test_a.py`", "names no test that holds it"),
    ],
)
def test_a_promise_that_nothing_holds_is_found(tree, text, problem):
    assert problems(Path("specs/money.md"), text, tree) == [f"specs/money.md: {problem}"]


def test_a_promise_that_is_held_passes_and_another_page_needs_no_test(tree):
    assert problems(Path("specs/money.md"), "`tests/test_a.py::test_one`", tree) == []
    assert problems(Path("docs/money.md"), "words", tree) == []
