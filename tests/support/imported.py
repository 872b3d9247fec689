"""What a process runs: the modules of this repository that it has imported, and what else."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
FILE = "AI_API_TALLY"
"""The variable that names the file in which a process tells a campaign what it has done."""
MODULES, OTHERS = "modules", "others"
OURS = ("ai_api", "tests")


def imported(modules: Iterable[ModuleType] | None = None) -> dict[str, object]:
    """`modules`: those of ai_api and of the tests that this process has so far, by name, and their files below the checkout;
    `others`: the names at the top of all else.

    The one that was begun with `python -m` is told by its name. One of another checkout is not told.
    """
    given = list(sys.modules.values()) if modules is None else list(modules)
    named = {_name(module): module for module in given}
    found = {
        name: file.relative_to(ROOT).as_posix()
        for name, module in named.items()
        if name.partition(".")[0] in OURS and (file := _file(module)) is not None and file.is_relative_to(ROOT)
    }
    others = {name.partition(".")[0] for name in named} - set(OURS)
    return {MODULES: dict(sorted(found.items())), OTHERS: sorted(others)}


def telling(holds: Callable[[bytes], None], file: Path) -> Callable[[bytes], None]:
    """The same, with what is imported in a file: at once, and after each time that has imported more.

    For what ends a process without its last words, as libFuzzer does.
    """

    def tell() -> int:
        file.write_text(json.dumps(imported()), encoding="utf-8")
        return len(sys.modules)

    told = tell()

    def and_tell(data: bytes) -> None:
        nonlocal told
        holds(data)
        if len(sys.modules) != told:
            told = tell()

    return and_tell


def _name(module: ModuleType) -> str:
    spec = getattr(module, "__spec__", None)
    return module.__name__ if spec is None else str(spec.name)


def _file(module: ModuleType) -> Path | None:
    file = getattr(module, "__file__", None)
    return None if file is None else Path(file).resolve()
