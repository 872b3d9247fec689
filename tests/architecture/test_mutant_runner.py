"""The runner of mutants, on a small product of its own: what counts as killed, and that it is the copy that was judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from scripts import mutant_patch, mutants, test_ids
from scripts.mutant_patch import PatchDoesNotApply, PatchInvalid

from tests.support.database_server import Session

ROOT = Path(__file__).parents[2]
PRODUCT = """import math
# What is below
# is the product.
def double(n):
    return 2 * n
# And this
# is its
# other half.
def name():
    return math.__name__
"""
TESTS = "import ai_api\n\ndef test_double():\n    assert ai_api.double(3) == 6\n\ndef test_nothing():\n    assert ai_api.name\n"
PATCH = """# breaks: {breaks}
# tests: {tests}
--- a/src/ai_api/__init__.py
+++ b/src/ai_api/__init__.py
@@ -2,7 +2,7 @@
 # What is below
 # is the product.
 def double(n):
-    {old}
+    {new}
 # And this
 # is its
 # other half.
"""


def patch(folder: Path, name: str, *, tests: str, new: str = "return 3 * n", old: str = "return 2 * n") -> Path:
    """Writes a mutant of the small product."""
    path = folder / "tests" / "mutants" / f"{name}.patch"
    path.write_text(PATCH.format(breaks="doubling", tests=tests, old=old, new=new))
    return path


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A checkout of a product of one file, with git and the environment of this one."""
    # Half of the time of so small a suite would go into plugins it does not use.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name, text in {
        "src/ai_api/__init__.py": PRODUCT,
        "tests/test_double.py": TESTS,
        "pytest.ini": "[pytest]\n",
        ".gitignore": ".venv\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "tests" / "mutants").mkdir()
    (tmp_path / ".venv").symlink_to(sys.prefix)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def run(checkout: Path, **options) -> int:
    """Runs the runner as `make mutants` does. The small product has no databases."""
    here = {"python": Path(sys.executable), "databases": Session(checkout), "only": None, "jobs": 1}
    return mutants.run(checkout, **here | options)


def bench_of(checkout: Path, scratch: Path) -> mutants.Bench:
    return mutants.Bench(root=checkout, scratch=scratch, python=Path(sys.executable), databases=Session(checkout))


def test_a_mutant_that_a_test_notices_is_killed(small, capsys):
    patch(small, "tripled", tests="tests/test_double.py::test_double")
    assert run(small) == 0
    assert "tripled  killed" in capsys.readouterr().out
    assert (small / "src" / "ai_api" / "__init__.py").read_text() == PRODUCT


@pytest.mark.parametrize(
    ("tests", "new", "verdict"),
    [
        ("tests/test_double.py::test_nothing", "return 3 * n", "survived"),
        ("tests/test_double.py::test_double", "return 3 * (n", "tests could not run"),
    ],
    ids=["nobody looks", "syntax error"],
)
def test_a_mutant_that_no_test_notices_fails_the_run(small, capsys, tests, new, verdict):
    patch(small, "tripled", tests=tests, new=new)
    patch(small, "zeroed", tests="tests/test_double.py::test_double", new="return 0 * n")
    assert run(small, jobs=2) == 1
    output = capsys.readouterr().out
    assert f"tripled  {verdict}" in output
    assert "zeroed   killed" in output
    assert "mutants: 1 killed, 1 not" in output


def test_a_mutant_that_never_ends_is_ended_and_not_killed(small, capsys):
    patch(small, "tripled", tests="tests/test_double.py::test_double", new="return [0 for _ in iter(int, 1)]")
    assert run(small, timeout_s=3) == 1
    assert "tripled  hung" in capsys.readouterr().out


def test_a_mutant_whose_line_has_changed_is_named(small, capsys):
    patch(small, "tripled", tests="tests/test_double.py", old="return n + n")
    assert run(small) == 1
    assert "tripled no longer applies" in capsys.readouterr().out


def test_tests_that_fail_before_anything_is_broken_prove_nothing(small, capsys):
    (small / "tests" / "test_double.py").write_text(TESTS.replace("== 6", "== 7"))
    patch(small, "tripled", tests="tests/test_double.py")
    assert run(small) == 1
    assert "fail before anything was broken" in capsys.readouterr().err


def test_one_mutant_can_be_tried_alone(small, capsys):
    patch(small, "tripled", tests="tests/test_double.py::test_nothing")
    patch(small, "zeroed", tests="tests/test_double.py::test_double", new="return 0 * n")
    assert run(small, only="zeroed") == 0
    assert run(small, only="gone") == 1
    assert "no such mutant: gone" in capsys.readouterr().err


def test_a_folder_without_mutants_has_not_passed(small, capsys):
    assert run(small) == 1
    assert "no such suite" in capsys.readouterr().err


def test_the_copy_is_what_is_imported_and_anything_else_is_noticed(small, tmp_path_factory):
    bench = bench_of(small, tmp_path_factory.mktemp("scratch"))
    tree = bench.copy("one")
    bench.verify_import(tree)
    (tree / "src" / "ai_api" / "__init__.py").unlink()
    (tree / "src" / "ai_api").rmdir()
    # Now the interpreter falls back to the product that is installed in this environment.
    with pytest.raises(mutants.WrongCode, match="not the copy"):
        bench.verify_import(tree)


def test_a_skip_gate_cannot_kill_a_mutant(small, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("CI", "true")
    bench = bench_of(small, tmp_path_factory.mktemp("scratch"))
    assert "CI" not in bench.environment(small)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda text: text.replace("# breaks: doubling\n", ""), "needs `# breaks"),
        (lambda text: text.replace("# tests: tests/a.py\n", ""), "needs `# breaks"),
        (lambda text: text.replace("# tests: tests/a.py", "# tests:"), "needs `# breaks"),
        (lambda text: text.replace("/src/ai_api/", "/tests/"), "must change exactly one file"),
        (lambda text: text + text[text.index("---") :], "must change exactly one file"),
        (lambda text: text + "+    more\n", "this removes 1 and adds 2"),
        (
            lambda text: "\n".join(line for line in text.splitlines() if line[:5] not in {"-    ", "+    "}),
            "this removes 0 and adds 0",
        ),
    ],
    ids=["no law", "no tests line", "no tests", "not the product", "two files", "two lines", "no line"],
)
def test_a_bad_patch_is_refused(tmp_path, change, problem):
    path = tmp_path / "bad.patch"
    path.write_text(change(PATCH.format(breaks="doubling", tests="tests/a.py", old="a", new="b")))
    with pytest.raises(PatchInvalid, match=problem):
        mutant_patch.read(path)


def test_a_patch_is_applied_where_its_line_has_moved_to_and_nowhere_else(small):
    mutant = mutant_patch.read(patch(small, "tripled", tests="tests/test_double.py"))
    product = small / "src" / "ai_api" / "__init__.py"
    product.write_text('"""New first lines."""\n\n' + PRODUCT)
    mutant_patch.apply(mutant, small, only_check=True)
    assert "3 * n" not in product.read_text()
    mutant_patch.apply(mutant, small)
    assert "return 3 * n" in product.read_text()
    with pytest.raises(PatchDoesNotApply, match="tripled no longer applies"):
        mutant_patch.apply(mutant, small)


def disorder(path: Path, root: Path) -> list[str]:
    """Says why a patch is no mutant of the checkout at `root`, or not any more."""
    try:
        mutant = mutant_patch.read(path)
        mutant_patch.apply(mutant, root, only_check=True)
    except (PatchInvalid, PatchDoesNotApply) as error:
        return [str(error)]
    return [f"{path.name}: {problem}" for test in mutant.tests if (problem := test_ids.missing(root, test))]


def test_every_mutant_of_ours_is_in_order():
    assert [
        problem for path in sorted((ROOT / "tests" / "mutants").glob("*.patch")) for problem in disorder(path, ROOT)
    ] == []


def test_a_mutant_in_disorder_is_found(small):
    assert disorder(patch(small, "fine", tests="tests/test_double.py::test_double"), small) == []
    assert (
        "old no longer applies"
        in disorder(patch(small, "old", tests="tests/test_double.py", old="return n + n"), small)[0]
    )
    assert disorder(patch(small, "blind", tests="tests/test_double.py::test_gone"), small) == [
        "blind.patch: tests/test_double.py::test_gone: tests/test_double.py defines no test_gone"
    ]
