"""Functions, methods, classes, imports and constants of src that nothing in src uses, less those that say who does.

Use by a test does not count: code that lives for its tests is dead. Fields and attributes are not looked at, because reading
them is often left to a library.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from vulture.core import Vulture  # type: ignore[import-untyped]  # ships no types

CONFIDENCE_MIN = 60
KINDS = {"function", "method", "class", "property", "import", "unreachable_code"}
LIST = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Alive:
    """What the list says: decorators whose functions a framework calls, and names with the reason why they are not dead."""

    decorators: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


def read(path: Path) -> Alive:
    """Reads the list. Raises KeyError for an entry without a name or a reason."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    names = tuple((entry["name"], entry["because"]) for entry in content.get("alive", []))
    return Alive(decorators=tuple(content["decorators"]), names=names)


def problems(paths: list[Path], alive: Alive) -> list[str]:
    """Names what is dead under `paths`, and the entries of the list that nothing needs."""
    vulture = Vulture(ignore_decorators=list(alive.decorators))
    vulture.scavenge([str(path) for path in paths])
    unused = [
        item
        for item in vulture.get_unused_code(min_confidence=CONFIDENCE_MIN)
        if item.typ in KINDS or (item.typ == "variable" and item.name.isupper())
    ]
    listed = {name for name, _ in alive.names}
    dead = [
        f"{_short(item.filename)}:{item.first_lineno}: {item.message}" for item in unused if item.name not in listed
    ]
    needless = sorted(listed - {item.name for item in unused})
    return dead + [f"{LIST.name}: {name} is used, or gone; take it off the list" for name in needless]


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def main() -> int:
    """Looks through src; 0 when nothing is dead."""
    found = problems([Path("src")], read(LIST))
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
