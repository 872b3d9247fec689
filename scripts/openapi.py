"""Keeps docs/reference/openapi.json equal to what the program itself says about its API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SNAPSHOT = Path("docs/reference/openapi.json")


def described() -> bytes:
    """Asks the program for its API description. Raises CalledProcessError when it cannot give one."""
    program = Path(sys.executable).with_name("ai-api")
    return subprocess.run([program, "openapi"], check=True, stdout=subprocess.PIPE).stdout  # noqa: S603 -- our own program


def stale(snapshot: Path, current: bytes) -> bool:
    """Tells whether the stored description differs from the current one, or is missing."""
    return not snapshot.is_file() or snapshot.read_bytes() != current


def main() -> int:
    """Writes the snapshot, or with `--check` only compares: 0 when it is current, 1 when it is stale."""
    current = described()
    if "--check" in sys.argv[1:]:
        if stale(SNAPSHOT, current):
            sys.stderr.write(f"{SNAPSHOT} is stale: run `make openapi` and commit the result\n")
            return 1
        return 0
    SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
    SNAPSHOT.write_bytes(current)
    return 0


if __name__ == "__main__":
    sys.exit(main())
