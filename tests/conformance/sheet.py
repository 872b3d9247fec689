"""The table of `docs/reference/conformance.md`: written by a whole, green run, and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from scripts import generated_block

from tests.conformance.bench import DRIVERS, FAMILIES, Cell
from tests.conformance.features import FEATURES
from tests.conformance.impossible import IMPOSSIBLE
from tests.e2e.sightings import commit

PAGE = Path(__file__).parents[2] / "docs/reference/conformance.md"
BLOCK, ERRORS = "make conformance", "make conformance (errors)"


class Sheet:
    """What cells came to."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str], set[str]] = {}
        self._raised: dict[tuple[str, str, str], set[str]] = {}

    def held(self, cell: Cell, raised: Mapping[str, str]) -> None:
        """The cell held true, or was refused as it has to be; `raised` is what its user has to catch, by its cause."""
        self._held.setdefault((cell.dialect, cell.family, cell.feature.name), set()).add(cell.way)
        for cause, error in raised.items():
            self._raised.setdefault((cell.dialect, cause, cell.way), set()).add(error)

    def write(self) -> None:
        """Fills the tables."""
        generated_block.write(PAGE, ERRORS, self._errors())
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

    def _errors(self) -> str:
        causes = list(dict.fromkeys(step.cause for feature in FEATURES for step in feature.steps if step.cause))
        rows = [
            f"| {dialect} | {cause} | "
            + " | ".join(
                " or ".join(f"`{error}`" for error in sorted(self._raised[dialect, cause, way]))
                for way in ("whole", "streamed")
            )
            + " |"
            for dialect in DRIVERS
            for cause in causes
        ]
        return "\n".join(["| dialect | cause | whole | streamed |", "| --- | --- | --- | --- |", *rows])

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
