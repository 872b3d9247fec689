"""The format of tests/mutants/*.patch: one line of src broken on purpose, the law it breaks, the tests that must notice.

# breaks: a hold is given back when the upstream refuses
# tests: tests/unit/gateway/test_settle.py::test_refusal_gives_back tests/integration/test_hold_races.py
--- a/src/ai_api/gateway/settle.py
+++ b/src/ai_api/gateway/settle.py
@@ -40,7 +40,7 @@
...
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

HEADER = re.compile(r"^# (breaks|tests): *(.*)$")


class PatchInvalid(ValueError):
    """The patch file is not a mutant: a header is missing, or it changes more than one line of src."""


class PatchDoesNotApply(ValueError):
    """The line the mutant breaks has changed; the mutant has to be written anew."""


@dataclass(frozen=True)
class Mutant:
    """One way to break the product. `tests` are pytest node ids or paths; at least one of them has to fail."""

    name: str
    path: Path
    breaks: str
    tests: tuple[str, ...]


def read(path: Path) -> Mutant:
    """Reads a mutant from its file. Raises PatchInvalid, saying what is wrong with it."""
    headers: dict[str, list[str]] = {"breaks": [], "tests": []}
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith(("--- ", "diff "))), len(lines))
    for line in lines[:start]:
        if match := HEADER.match(line):
            headers[match[1]].append(match[2].strip())
    breaks, tests = " ".join(headers["breaks"]), tuple(shlex.split(" ".join(headers["tests"])))
    if not breaks or not tests:
        raise PatchInvalid(f"{path.name}: needs `# breaks: <law>` and `# tests: <node ids>` above the diff")
    _judge_diff(path.name, lines[start:])
    return Mutant(name=path.stem, path=path, breaks=breaks, tests=tests)


def _judge_diff(name: str, lines: list[str]) -> None:
    targets = [line.split("\t")[0] for line in lines if line.startswith("+++ ")]
    if len(targets) != 1 or not re.fullmatch(r"\+\+\+ b/src/.+\.py", targets[0]):
        raise PatchInvalid(f"{name}: must change exactly one file, named `+++ b/src/....py`")
    body = [line for line in lines if not line.startswith(("--- ", "+++ "))]
    removed, added = (sum(line.startswith(sign) for line in body) for sign in "-+")
    if removed > 1 or added > 1 or removed + added == 0:
        raise PatchInvalid(f"{name}: changes one line; this removes {removed} and adds {added}")


def apply(mutant: Mutant, tree: Path, *, only_check: bool = False) -> None:
    """Applies the mutant to the source tree at `tree`, or only checks that it would. Raises PatchDoesNotApply.

    Lines may have moved, but the context has to be what it was: a mutant applied to another place proves nothing.
    """
    command = ["git", "apply", "-p1", *(["--check"] if only_check else []), str(mutant.path.resolve())]
    # Inside somebody else's repository git would skip the files in silence; the copy is a plain folder and stays one.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment["GIT_CEILING_DIRECTORIES"] = str(tree.resolve().parent)
    result = subprocess.run(  # noqa: S603 -- git, our patches
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise PatchDoesNotApply(f"{mutant.name} no longer applies: {result.stderr.strip()}")
