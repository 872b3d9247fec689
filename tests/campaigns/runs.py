"""Runs one part of a campaign in a process of its own, at the lowest priority, and reads what it did from what it wrote."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.campaigns.code import Ran
from tests.campaigns.kinds import Kind
from tests.support import tally
from tests.support.imported import FILE, MODULES, OTHERS

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "campaigns"
TAIL_CHARS = 6_000
_LOWEST = ("nice", "-n", "19")
_DONE = re.compile(r"^#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)/", re.MULTILINE)


class CampaignFailed(Exception):
    """Something was found, or the run did not come to its end. Says where it is written down, and its last lines."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did: how much of the campaign's unit, in how many seconds, what else it counted, what it ran and on which Postgres."""

    count: int
    seconds: int
    found: dict[str, int]
    ran: Ran
    postgres: str | None


def run(kind: Kind, *, size: int, seed: int) -> Done:
    """Tries so much. Raises CampaignFailed."""
    CACHE.mkdir(parents=True, exist_ok=True)
    log = CACHE / f"{kind.name}-{seed}.log"
    began_s = time.monotonic()
    with _by_nobody_else(log.with_suffix(".lock")):
        told = (_of_suite if kind.suite else _of_reader)(kind, size, seed, log)
    counts = dict(told[tally.COUNTS])
    count = counts.pop(kind.unit, 0)
    if count == 0:
        raise CampaignFailed(f"Nothing was tried: {log} says more.")
    ran = Ran(told[MODULES], told[OTHERS])
    return Done(count, round(time.monotonic() - began_s), counts, ran, told[tally.POSTGRES])


@contextmanager
def _by_nobody_else(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CampaignFailed("The same is being tried beside this: give each its --seed.") from error
        yield


def _of_suite(kind: Kind, size: int, seed: int, log: Path) -> dict[str, Any]:
    assert kind.suite is not None
    command = ["-m", "pytest", "-v", kind.suite.file, f"--hypothesis-seed={seed}", f"--randomly-seed={seed}"]
    return _told(kind, command, log, {kind.suite.variable: str(size)})


def _of_reader(kind: Kind, size: int, seed: int, log: Path) -> dict[str, Any]:
    if importlib.util.find_spec("atheris") is None:
        raise CampaignFailed(f"{kind.name} is looked at by atheris, which has no wheels for this system.")
    corpus = f".cache/fuzz/{kind.name}"
    told = _told(kind, ["-m", "tests.fuzz", kind.name, corpus, f"seconds={size}", f"seed={seed}"], log, {})
    said = log.read_text(encoding="utf-8", errors="replace")
    return told | {tally.COUNTS: of_libfuzzer(said), tally.POSTGRES: None}


def _told(kind: Kind, command: Sequence[str], log: Path, environment: dict[str, str]) -> dict[str, Any]:
    """What a run has told of itself at its end. Raises CampaignFailed."""
    file = log.with_suffix(".json")
    file.unlink(missing_ok=True)
    _ended(command, log, environment | {FILE: str(file)})
    if not file.exists():
        raise CampaignFailed(f"{kind.name} counted nothing: {log} says more.")
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


def of_libfuzzer(said: str) -> dict[str, int]:
    """What libFuzzer says at its end that it has done. Raises CampaignFailed where it did not come to an end."""
    ends = _DONE.findall(said)
    if len(ends) != 1:
        raise CampaignFailed(f"libFuzzer has not said that it is done:\n{said[-TAIL_CHARS:]}")
    executions, edges, features, corpus = map(int, ends[0])
    return {"executions": executions, "edges": edges, "features": features, "corpus": corpus}


def _ended(command: Sequence[str], log: Path, environment: dict[str, str]) -> None:
    """Waits for a run of Python, all of it written into `log`. Told to end, it ends the run first, as Ctrl-C does."""
    with log.open("wb") as file, _interrupts_heard():
        process = subprocess.Popen(
            [*_LOWEST, sys.executable, *command],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        before = signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGINT))
        try:
            code = process.wait()
        except KeyboardInterrupt:
            # The terminal has told the run as well.
            process.wait()
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
    if code != 0:
        tail = log.read_text(encoding="utf-8", errors="replace")[-TAIL_CHARS:]
        raise CampaignFailed(f"{tail}\nIt ended with {code}; all of it is in {log}.")


@contextmanager
def _interrupts_heard() -> Iterator[None]:
    """What a shell starts in the background ignores interrupts, and so does everything that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
