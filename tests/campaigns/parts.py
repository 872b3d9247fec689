"""What campaigns have done: the parts that ended, in a file beside the page that shows them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).parents[2] / "docs" / "explanation" / "campaigns.json"
_SEAL = "sha256"


class SeedTaken(ValueError):
    """The same was tried before."""


class PartAltered(ValueError):
    """A part of the file is not what a campaign has written."""


@dataclass(frozen=True, slots=True)
class Part:
    """One sitting of a campaign that came to its end and found no fault.

    `size` is how much was asked for, in the campaign's own measure; `count` how much was done, as it was counted while it was done.
    `code` is the number of what ran; parts that were written before there was one have none, and count by their commit.
    """

    kind: str
    seed: int
    size: int
    count: int
    seconds: int
    day: str
    commit: str
    machine: str
    versions: Mapping[str, str]
    found: Mapping[str, int]
    code: str = ""

    @property
    def of(self) -> str:
        """What it has tried: parts of the same may be added up."""
        return self.code or self.commit


def load(path: Path = FILE) -> list[Part]:
    """All parts, in the order of their ends; none where there is no file. Raises PartAltered."""
    if not path.exists():
        return []
    found = []
    for number, written in enumerate(json.loads(path.read_text(encoding="utf-8"))):
        values = {name: value for name, value in written.items() if name != _SEAL}
        if written.get(_SEAL) != _sealed(values):
            raise PartAltered(f"{path.name}: part {number} was edited by hand")
        found.append(Part(**values))
    return found


def save(parts: Iterable[Part], path: Path = FILE) -> None:
    """Writes them, each with the checksum of what it says."""
    written = [values | {_SEAL: _sealed(values)} for values in map(_values, parts)]
    path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def add(part: Part, path: Path = FILE) -> None:
    """Puts a part behind the others. Raises SeedTaken, PartAltered."""
    before = load(path)
    if is_tried(before, part.kind, part.seed):
        raise SeedTaken(f"{part.kind} has tried seed {part.seed} already: it would be counted twice.")
    save([*before, part], path)


@contextmanager
def alone(path: Path = FILE) -> Iterator[None]:
    """One campaign at a time: several may run beside one another, and end at once."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def is_tried(parts: Iterable[Part], kind: str, seed: int) -> bool:
    """Whether there is such a part. What ran is known only at its end: so no seed is tried again, whatever was changed."""
    return any((each.kind, each.seed) == (kind, seed) for each in parts)


def free_seed(parts: Iterable[Part], kind: str) -> int:
    """The least seed, from 1, by which this campaign has tried nothing."""
    taken = {each.seed for each in parts if each.kind == kind}
    return next(seed for seed in range(1, len(taken) + 2) if seed not in taken)


def _values(part: Part) -> dict[str, object]:
    return {name: value for name, value in asdict(part).items() if (name, value) != ("code", "")}


def _sealed(values: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
