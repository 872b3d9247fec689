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

from tests.campaigns.kinds import Kind, Suite
from tests.support import tally

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "campaigns"
TAIL_CHARS = 6_000
_LOWEST = ("nice", "-n", "19")
_DONE = re.compile(r"^#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)/", re.MULTILINE)


class CampaignFailed(Exception):
    """Something was found, or the run did not come to its end. Says where it is written down, and its last lines."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did: how much of the campaign's unit, in how many seconds, what else it counted, and on which Postgres."""

    count: int
    seconds: int
    found: dict[str, int]
    postgres: str | None


def run(kind: Kind, *, size: int, seed: int) -> Done:
    """Tries so much. Raises CampaignFailed."""
    CACHE.mkdir(parents=True, exist_ok=True)
    log = CACHE / f"{kind.name}-{seed}.log"
    began_s = time.monotonic()
    with _by_nobody_else(log.with_suffix(".lock")):
        counts, postgres = (
            _of_suite(kind, kind.suite, size, seed, log) if kind.suite else _of_reader(kind, size, seed, log)
        )
    count = counts.pop(kind.unit, 0)
    if count == 0:
        raise CampaignFailed(f"Nothing was tried: {log} says more.")
    return Done(count, round(time.monotonic() - began_s), counts, postgres)


@contextmanager
def _by_nobody_else(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CampaignFailed("The same is being tried beside this: give each its --seed.") from error
        yield


def _of_suite(kind: Kind, suite: Suite, size: int, seed: int, log: Path) -> tuple[dict[str, int], str | None]:
    counted = log.with_suffix(".json")
    counted.unlink(missing_ok=True)
    command = ["-m", "pytest", "-v", suite.file, f"--hypothesis-seed={seed}", f"--randomly-seed={seed}"]
    _ended(command, log, {suite.variable: str(size), tally.FILE: str(counted)})
    if not counted.exists():
        raise CampaignFailed(f"{kind.name} counted nothing: {log} says more.")
    told = json.loads(counted.read_text(encoding="utf-8"))
    return dict(told[tally.COUNTS]), told[tally.POSTGRES]


def _of_reader(kind: Kind, size: int, seed: int, log: Path) -> tuple[dict[str, int], None]:
    if importlib.util.find_spec("atheris") is None:
        raise CampaignFailed(f"{kind.name} is looked at by atheris, which has no wheels for this system.")
    corpus = f".cache/fuzz/{kind.name}"
    _ended(["-m", "tests.fuzz", kind.name, corpus, f"seconds={size}", f"seed={seed}"], log, {})
    return of_libfuzzer(log.read_text(encoding="utf-8", errors="replace")), None


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
