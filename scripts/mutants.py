"""Breaks the product on purpose, one line at a time, and expects the tests named for that law to fail.

A mutant is killed when pytest exits with 1, "tests ran and some failed". Anything else is not: 0 means nobody noticed, 2 to 5
mean that the tests could not even run, and a run that hangs has told nobody anything.
"""

# ruff: noqa: T201 -- speaks to the terminal

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.support import database_server
from tests.support.database_server import Session

from scripts import mutant_patch
from scripts.mutant_patch import Mutant, PatchDoesNotApply, PatchInvalid
from scripts.tree import repository_files

TIMEOUT_S = 300
KILLED = "killed"
VERDICTS = {
    0: "survived",
    1: KILLED,
    2: "tests could not run",
    3: "pytest broke",
    4: "tests could not run",
    5: "no test ran",
}
OUTPUT_LINES_SHOWN = 25


class WrongCode(RuntimeError):
    """The tests would import the product from somewhere else than the copy that was broken."""


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant: a verdict in words, how long it took, and what pytest printed."""

    mutant: Mutant
    verdict: str
    took_s: float
    output: str


@dataclass(frozen=True)
class Bench:
    """Where mutants are tried: the checkout they come from, a folder for copies, the Python that runs the tests, and their
    databases, which are made ready once for all of them.
    """

    root: Path
    scratch: Path
    python: Path
    databases: Session

    def copy(self, name: str) -> Path:
        """Copies the repository's files, without the environment, into a folder of their own and gives its path."""
        tree = self.scratch / name
        for file in repository_files(self.root):
            (tree / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.root / file, tree / file)
        # Tests that start the program by its path find it; it imports from PYTHONPATH like everything else.
        (tree / ".venv").symlink_to(self.root / ".venv")
        return tree

    def environment(self, tree: Path) -> dict[str, str]:
        """Gives the variables under which the copy at `tree` is what `import ai_api` finds, also in child processes."""
        kept = {key: value for key, value in os.environ.items() if key not in {"CI", "PYTEST_ADDOPTS", "VIRTUAL_ENV"}}
        # PYTHONPATH comes before the .pth file by which the checkout itself is installed. No .pyc: two versions of one
        # file of equal size within a second would share it.
        return kept | {
            "PYTHONPATH": str(tree / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            database_server.LENT: str(self.databases.folder),
        }

    def verify_import(self, tree: Path) -> None:
        """Asks the interpreter where the product comes from. Raises WrongCode when it is not the copy."""
        # Asks without importing: a mutant that cannot be imported is for pytest to judge.
        command = [str(self.python), "-c", "from importlib.util import find_spec; print(find_spec('ai_api').origin)"]
        result = subprocess.run(  # noqa: S603 -- our own interpreter
            command, cwd=tree, env=self.environment(tree), capture_output=True, text=True, check=False
        )
        found = Path(result.stdout.strip() or "nothing")
        if not found.resolve().is_relative_to(tree.resolve()):
            raise WrongCode(f"the tests would import {found}, not the copy in {tree}: {result.stderr.strip()}")

    def run_tests(self, tree: Path, tests: Sequence[str], *, timeout_s: float = TIMEOUT_S) -> tuple[int | None, str]:
        """Runs the named tests in the copy and gives pytest's exit code, None when it had to be killed, and its output."""
        command = [str(self.python), "-m", "pytest", "-q", "-x", "-p", "no:randomly", *tests]
        # A session of its own, so that a run that hangs goes with everything it started.
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter
            command,
            cwd=tree,
            env=self.environment(tree),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, process.communicate()[0]
        return process.returncode, output

    def try_mutant(self, mutant: Mutant, *, timeout_s: float = TIMEOUT_S) -> Outcome:
        """Breaks a fresh copy by the mutant and lets its tests judge. A patch that no longer applies is a verdict too."""
        began = time.monotonic()
        tree = self.copy(mutant.name)
        try:
            mutant_patch.apply(mutant, tree)
            self.verify_import(tree)
            code, output = self.run_tests(tree, mutant.tests, timeout_s=timeout_s)
            verdict = "hung" if code is None else VERDICTS.get(code, f"pytest exited with {code}")
        except PatchDoesNotApply as error:
            verdict, output = "no longer applies", str(error)
        finally:
            shutil.rmtree(tree)
        return Outcome(mutant=mutant, verdict=verdict, took_s=time.monotonic() - began, output=output)

    def baseline(self, mutants: Sequence[Mutant]) -> str | None:
        """Runs the union of the mutants' tests on an unbroken copy: None when all is green, else what pytest printed."""
        tree = self.copy("unbroken")
        try:
            self.verify_import(tree)
            tests = list(dict.fromkeys(test for mutant in mutants for test in mutant.tests))
            code, output = self.run_tests(tree, tests, timeout_s=4 * TIMEOUT_S)
        finally:
            shutil.rmtree(tree)
        return None if code == 0 else output


def read_all(folder: Path, *, only: str | None = None) -> list[Mutant]:
    """Reads the mutants of a folder, or the one called `only`. Raises PatchInvalid, also when there is none."""
    paths = sorted(folder.glob("*.patch")) if only is None else [folder / f"{only.removesuffix('.patch')}.patch"]
    if not paths or not paths[0].is_file():
        raise PatchInvalid(f"no such mutant: {only}" if only else f"no such suite: {folder} holds no patch")
    return [mutant_patch.read(path) for path in paths]


def told(outcome: Outcome) -> Outcome:
    """Says what became of a mutant, as soon as it is known."""
    print(f"{outcome.mutant.name}: {outcome.verdict}, {outcome.took_s:.1f} s", flush=True)
    return outcome


def tail(output: str) -> str:
    """Gives the last lines of what pytest printed, indented."""
    return "\n".join(f"    {line}" for line in output.rstrip().splitlines()[-OUTPUT_LINES_SHOWN:])


def report(outcomes: Sequence[Outcome]) -> str:
    """Lays out what became of the mutants, and under the table what pytest said about each that was not killed."""
    width = max(len(outcome.mutant.name) for outcome in outcomes)
    rows = [f"{o.mutant.name:<{width}}  {o.verdict:<19}  {o.took_s:5.1f} s  {o.mutant.breaks}" for o in outcomes]
    left = [outcome for outcome in outcomes if outcome.verdict != KILLED]
    details = [f"\n{o.mutant.name}: {o.verdict}\n{tail(o.output)}" for o in left]
    return "\n".join([*rows, *details, f"\nmutants: {len(outcomes) - len(left)} killed, {len(left)} not"])


def run(
    root: Path, *, python: Path, databases: Session, only: str | None, jobs: int, timeout_s: float = TIMEOUT_S
) -> int:
    """Tries the mutants of the checkout at `root`, prints the table and gives the exit code: 0 when all were killed.

    The databases are started and filled by the unbroken copy, which runs first: no mutant touches a migration.
    """
    try:
        mutants = read_all(root / "tests" / "mutants", only=only)
    except PatchInvalid as error:
        print(error, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="ai-api-mutants-") as scratch:
        bench = Bench(root=root, scratch=Path(scratch), python=python, databases=databases)
        if (output := bench.baseline(mutants)) is not None:
            print(f"the tests fail before anything was broken:\n{tail(output)}", file=sys.stderr)
            return 1
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            outcomes = list(pool.map(lambda mutant: told(bench.try_mutant(mutant, timeout_s=timeout_s)), mutants))
    print(report(outcomes))
    return 0 if all(outcome.verdict == KILLED for outcome in outcomes) else 1


def main() -> int:
    """Reads the command line and runs in the current folder."""
    parser = argparse.ArgumentParser(prog="mutants", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="NAME", help="one mutant, by the name of its file")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="how many at once (default 1)")
    arguments = parser.parse_args()
    with closing(database_server.begin()) as databases:
        python = Path(sys.executable)
        return run(Path.cwd(), python=python, databases=databases, only=arguments.only, jobs=arguments.jobs)


if __name__ == "__main__":
    sys.exit(main())
