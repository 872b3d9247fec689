"""The table of `docs/reference/conformance.md`: written by a whole, green run, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from scripts import generated_block

from tests.conformance.bench import DRIVERS, FAMILIES, Cell
from tests.conformance.features import FEATURES
from tests.conformance.impossible import IMPOSSIBLE
from tests.e2e.sightings import commit

PAGE = Path(__file__).parents[2] / "docs/reference/conformance.md"
BLOCK = "make conformance"


class Sheet:
    """What cells came to."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str], set[str]] = {}

    def held(self, cell: Cell) -> None:
        """The cell held true, or was refused as it has to be."""
        self._held.setdefault((cell.dialect, cell.family, cell.feature.name), set()).add(cell.way)

    def write(self) -> None:
        """Fills the table."""
        generated_block.write(PAGE, BLOCK, f"{self._about()}\n\n{self._table()}\n\n{_reasons()}")

    def _about(self) -> str:
        packages = sorted({driver.package for driver in DRIVERS.values()})
        versions = ", ".join(f"{package} {version(package)}" for package in packages)
        cells = sum(map(len, self._held.values()))
        return f"{cells} cells, seen on {datetime.now(UTC):%Y-%m-%d} with {commit()}: {versions}."

    def _table(self) -> str:
        names = [feature.name for feature in FEATURES]
        rows = [
            f"| {dialect} | {family} | " + " | ".join(self._shown(dialect, family, name) for name in names) + " |"
            for dialect in DRIVERS
            for family in FAMILIES
        ]
        head = "| dialect | provider | " + " | ".join(names) + " |"
        return "\n".join([head, "| --- " * (len(names) + 2) + "|", *rows])

    def _shown(self, dialect: str, family: str, name: str) -> str:
        assert self._held.get((dialect, family, name)) == {"whole", "streamed"}, (dialect, family, name)
        impossible = IMPOSSIBLE.get((dialect, family, name))
        return "both" if impossible is None else f"refused ({_NUMBERS[impossible]})"


_NUMBERS = {reason: number for number, reason in enumerate(dict.fromkeys(IMPOSSIBLE.values()), 1)}


def _reasons() -> str:
    return "\n".join(
        f"{number}. {reason.reason}, which says <{reason.document}>; `{reason.field}` is refused"
        for reason, number in _NUMBERS.items()
    )
