"""A newcomer with an empty home: a clone of HEAD, and an environment that knows nothing of this account."""

# ruff: noqa: T201 -- speaks to the terminal

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts import leftovers

# Where packages come from is a fact of the machine; where they are cached is not the stranger's.
KEPT = re.compile(
    r"^(PIP_|UV_|npm_config_|NPM_CONFIG_|SSL_CERT_|(https?|no|all)_proxy$|NODE_EXTRA_CA_CERTS$)|_CA_BUNDLE$",
    re.IGNORECASE,
)
NOT_KEPT = re.compile(r"CACHE|_PYTHON|PROJECT|USERCONFIG|PREFIX", re.IGNORECASE)


class Failed(Exception):
    """The stranger got stuck; the message says where."""


@dataclass
class Stranger:
    """The clone, its empty home, and how long each step took."""

    folder: Path
    times: list[tuple[str, float]] = field(default_factory=list)

    @property
    def checkout(self) -> Path:
        """Where HEAD was cloned to."""
        return self.folder / "ai-api"

    @property
    def log(self) -> Path:
        """What `make run` wrote to its standard error."""
        return self.folder / "run.log"

    def environment(self) -> dict[str, str]:
        """Gives the variables under which every command of the stranger runs."""
        kept = {key: value for key, value in os.environ.items() if KEPT.search(key) and not NOT_KEPT.search(key)}
        home = self.folder / "home"
        return kept | {"PATH": path_without_uv(os.environ["PATH"]), "HOME": str(home), "LANG": "C.UTF-8"}

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Says what is being done, and notes how long it took when it worked."""
        print(f"==> {step}", flush=True)
        began = time.monotonic()
        yield
        self.times.append((step, time.monotonic() - began))


def path_without_uv(path: str) -> str:
    """Takes the folders that offer `uv`, or an activated environment's, off a PATH, unless `make` or `git` would go with them."""
    mine = str(Path(sys.prefix) / "bin")
    rest = os.pathsep.join(
        entry for entry in path.split(os.pathsep) if entry != mine and not shutil.which("uv", path=entry)
    )
    return rest if all(shutil.which(tool, path=rest) for tool in ("make", "git", "python3", "curl")) else path


def clone(stranger: Stranger) -> None:
    """Clones HEAD as it is committed; what is not committed is not part of it, and that is said."""
    (stranger.folder / "home").mkdir()
    dirty = _output("git", "status", "--porcelain").splitlines()
    if dirty:
        print(f"    not in the clone: {len(dirty)} uncommitted changes")
    with stranger.timed("git clone"):
        _output("git", "clone", "--quiet", "--no-local", str(Path.cwd()), str(stranger.checkout))


def _output(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own commands
    if result.returncode != 0:
        raise Failed(f"{' '.join(command)}: {result.stderr.strip()}")
    return result.stdout


def sweep(stranger: Stranger) -> None:
    """Ends what still lives in the stranger's folder, by process id, and removes the folder."""
    for process in leftovers.living_in(leftovers.processes(), stranger.folder):
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    shutil.rmtree(stranger.folder, ignore_errors=True)
