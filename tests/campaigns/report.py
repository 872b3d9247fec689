"""What campaigns have found, as a block of the page for each: the parts of the newest code together, and what was tried before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from scripts import generated_block

from tests.campaigns.kinds import KINDS, Kind, told
from tests.campaigns.parts import FILE, Part, load

_SHOWN = 12
PAGE = FILE.with_name("reliability.md")


def block_name(kind: Kind) -> str:
    """What the block of a campaign is called."""
    return f"make campaigns, {kind.name}"


def table(kind: Kind, parts: Sequence[Part]) -> str:
    """The whole text of the block, from all parts there are; empty where none is of this kind."""
    own = [each for each in parts if each.kind == kind.name]
    # By what was tried of each last.
    groups = [[each for each in own if each.of == code] for code in {each.of: None for each in reversed(own)}]
    if not groups:
        return ""
    newest, *before = groups
    return "\n".join([*_circumstances(kind, newest), *told(kind, newest), *_before(kind, before)])


def write(page: Path = PAGE, file: Path = FILE) -> None:
    """Writes the block of each campaign that has parts. Raises PartAltered, BlockMissing."""
    parts = load(file)
    for kind in KINDS.values():
        text = table(kind, parts)
        if text:
            generated_block.write(page, block_name(kind), text)


def _circumstances(kind: Kind, parts: Sequence[Part]) -> list[str]:
    seeds = _ranges(sorted(each.seed for each in parts))
    machines = dict.fromkeys(each.machine for each in parts)
    versions = dict.fromkeys(
        ", ".join(f"{name} {version}" for name, version in each.versions.items()) for each in parts
    )
    return [
        f"- {_days(parts)}, {_commits(parts)}, {_sittings(parts)} by seed {seeds}{_code(parts)}",
        *(f"- {machine}." for machine in machines),
        *(f"- {each}" for each in versions),
        f"- **{_sum(parts):,} {kind.unit}** in {_time(parts)}; no fault was found",
    ]


def _before(kind: Kind, groups: Sequence[Sequence[Part]]) -> list[str]:
    if not groups:
        return []
    told = [f"{_days(parts)}, {_commits(parts)}: {_sum(parts):,} {kind.unit} in {_time(parts)}" for parts in groups]
    return ["", "Before:", "", *(f"- {each}" for each in told)]


def _sum(parts: Sequence[Part]) -> int:
    return sum(each.count for each in parts)


def _sittings(parts: Sequence[Part]) -> str:
    return "one part" if len(parts) == 1 else f"{len(parts)} parts"


def _commits(parts: Sequence[Part]) -> str:
    commits = list(dict.fromkeys(each.commit for each in parts))
    return f"commit{'s' if len(commits) > 1 else ''} {', '.join(commits)}"


def _code(parts: Sequence[Part]) -> str:
    code = parts[0].code
    return f"; what ran is {code[:_SHOWN]}" + (" in each" if len(parts) > 1 else "") if code else ""


def _days(parts: Sequence[Part]) -> str:
    first, last = min(each.day for each in parts), max(each.day for each in parts)
    return first if first == last else f"{first} to {last}"


def _time(parts: Sequence[Part]) -> str:
    seconds = sum(each.seconds for each in parts)
    return (
        f"{seconds / 3600:.1f} h"
        if seconds >= 3_600
        else f"{seconds / 60:.0f} min"
        if seconds >= 120
        else f"{seconds} s"
    )


def _ranges(numbers: Sequence[int]) -> str:
    """`1 to 4, 7` for 1, 2, 3, 4 and 7."""
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), key=lambda placed: placed[1] - placed[0])
    ]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
