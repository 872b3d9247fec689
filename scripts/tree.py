"""Which files belong to the repository: what git tracks, and what it would track if it were added now."""

from __future__ import annotations

import subprocess
from pathlib import Path


def repository_files(root: Path) -> list[Path]:
    """Lists the files of the checkout at `root`, relative to it and sorted: tracked ones and new ones, never ignored ones.

    A file that git still tracks but that has been deleted is left out. Raises CalledProcessError outside a checkout.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode()  # noqa: S603 -- constant
    return sorted(Path(name) for name in set(listing.split("\0")) if name and (root / name).is_file())
