"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]
"""Tells whoever is watching how far it is."""

BLOCKS = {
    "make load": ("plain", "stream", "paced", "half", "length", "rates", "open"),
    "make load, peers": ("peers",),
    "make load, dialects": ("dialects",),
    "make load, size": ("start", "size", "memory"),
    "make load, overload": ("overload",),
    "make load, sign-ins": ("sign-ins",),
    "make bench-data": ("browsing",),
    "make bench-migrations": ("migrations",),
    "make bench-portal": ("portal",),
}
"""The tables of the page, and the parts each is made of. A table is written when all of its parts were measured."""
PARTS = tuple(part for parts in BLOCKS.values() for part in parts)
NEEDS = {"half": "plain"}
"""Half of the load can be given only where the whole was measured."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how often, how many and what. `members`, `credentials` and `records` are those of the large database, `holders`
    how many credentials are used in one worker, `streams` how many are open at once."""

    seconds: float
    repeats: int
    parts: frozenset[str] = frozenset(PARTS)
    members: int = 100_000
    records: int = 1_000_000
    holders: int = 20_000
    streams: int = 1_000
    overload_s: float = 10.0

    @property
    def credentials(self) -> int:
        """Two for each member."""
        return 2 * self.members

    @property
    def full(self) -> bool:
        """All parts of the run are wanted."""
        return self.parts >= frozenset(PARTS)


def chosen(text: str) -> frozenset[str]:
    """The parts that a list like `plain,peers` means, with what they need. Raises ValueError that names an unknown one."""
    parts = {part.strip() for part in text.split(",") if part.strip()}
    if unknown := sorted(parts - set(PARTS)):
        raise ValueError(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return frozenset(parts | {NEEDS[part] for part in parts if part in NEEDS})


def written_blocks(parts: frozenset[str]) -> list[str]:
    """The tables that a run of these parts may write: those of which nothing is missing."""
    return [name for name, needed in BLOCKS.items() if parts.issuperset(needed)]


def wanted_blocks(parts: frozenset[str]) -> list[str]:
    """The tables in which one of these parts stands."""
    return [name for name, needed in BLOCKS.items() if not parts.isdisjoint(needed)]
