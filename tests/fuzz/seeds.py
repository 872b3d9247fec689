"""Where fuzzing begins: inputs of each shape there is, and whatever has found a defect. A line of `seeds/KIND.txt` is a name and the
bytes as Python writes them; a failure that a run has written to a file is added as one more.
"""

from __future__ import annotations

import ast
from pathlib import Path

FOLDER = Path(__file__).parent / "seeds"


def load(kind: str) -> dict[str, bytes]:
    """The seeds of a kind by name."""
    lines = (FOLDER / f"{kind}.txt").read_text(encoding="ascii").splitlines()
    found = {}
    for line in lines:
        name, _, written = line.partition(" ")
        value = ast.literal_eval(written)
        assert isinstance(value, bytes)
        found[name] = value
    assert len(found) == len(lines) > 0
    return found


def write(kind: str, folder: Path) -> None:
    """The seeds of a kind as files, as libFuzzer takes them."""
    for name, data in load(kind).items():
        (folder / name).write_bytes(data)
