"""Which processes has a program started, and which of them are still there? Read from `ps`, so that it works on macOS too."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """One line of the process table. `started` tells two processes apart that were given the same number in turn."""

    pid: int
    parent: int
    started: str
    command: str

    @property
    def key(self) -> tuple[int, str]:
        """What identifies the process for as long as the machine runs. Titles change, so the command is no part of it."""
        return self.pid, self.started


def processes() -> list[Process]:
    """Lists what runs on this machine, without zombies. Raises FileNotFoundError where there is no `ps`."""
    command = ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,lstart=,args="]
    listing = subprocess.run(  # noqa: S603 -- constant
        command, check=True, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"}
    ).stdout
    found = []
    for line in listing.splitlines():
        pid, parent, state, *rest = line.split(None, 8)
        if not state.startswith("Z"):
            # lstart is five words: "Sat Nov 21 09:13:01 2026"
            found.append(
                Process(pid=int(pid), parent=int(parent), started=" ".join(rest[:5]), command="".join(rest[5:]))
            )
    return found


def descendants(table: list[Process], ancestor: int) -> list[Process]:
    """Picks the children of `ancestor` out of a process table, their children, and so on; parents before children."""
    found: list[Process] = []
    parents = {ancestor}
    while parents:
        children = [process for process in table if process.parent in parents]
        found += children
        parents = {process.pid for process in children}
    return found


def living_in(table: list[Process], folder: Path) -> list[Process]:
    """Picks the processes that name `folder` in their command line, or (where /proc exists) work in it or below.

    Finds what has cut loose from its parent, as a database server does.
    """
    return [process for process in table if str(folder) in process.command or _works_in(process.pid, folder)]


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink().is_relative_to(folder)
    except OSError:  # no /proc, somebody else's process, or gone in the meantime
        return False
