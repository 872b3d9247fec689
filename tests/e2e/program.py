"""A client's program, run once in an empty home and read as its user reads it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.up import clean

CLIENTS = Path(__file__).parent / "clients"
MODULES = CLIENTS / "node_modules"
PATIENCE_S = 150
# Whoever wants to reach more than this machine, for news of itself or to tell on its user, is refused at once.
_ALONE = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}


@dataclass(frozen=True)
class Run:
    """How a run ended: `answer` is what it printed as the answer, `told` the rest, `folder` where it worked."""

    code: int
    answer: str
    told: str
    seconds: float
    folder: Path


def locked(package: str) -> str:
    """Which version of a package is wanted, and so is the one the lock file names."""
    wanted = json.loads((CLIENTS / "package.json").read_text())
    found: str = (wanted["dependencies"] | wanted["optionalDependencies"])[package]
    return found


def version(program: Sequence[str | Path], package: str, home: Path) -> str:
    """Which version is installed. Raises AssertionError where it is not the one that is wanted."""
    wanted = locked(package)
    ended = run([*program, "--version"], home, {})
    assert ended.code == 0, ended.told
    assert wanted in ended.answer.split(), ended.answer
    return wanted


def run(command: Sequence[str | Path], folder: Path, environment: dict[str, str]) -> Run:
    """Runs a program whose home and place of work is `folder`, with nothing of this account and no network around it.

    Raises subprocess.TimeoutExpired when it does not stop by itself.
    """
    litter = folder / ".litter"
    litter.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    ended = subprocess.run(
        command,
        cwd=folder,
        env=clean({"HOME": str(folder), "PATH": os.environ["PATH"], "TMPDIR": str(litter), **_ALONE, **environment}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Run(ended.returncode, ended.stdout.strip(), ended.stderr, time.monotonic() - began, folder)
