"""No secret in a log, watched in every test that starts a gateway: what it writes at DEBUG is searched for all it was given.

Whoever makes a secret for a database says so with `known(dsn).add(secret)`; the gateways over that database are watched for it.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from ai_api.observability import Redactor, log

_CHARACTERS_MIN = 8
"""Shorter ones are not secrets by the redactor's own promise."""
_of_database: defaultdict[str, set[str]] = defaultdict(set)


def known(dsn: str) -> set[str]:
    """The secrets that belong to a database, by its name: the way to it may be longer than it looks."""
    return _of_database[dsn.partition("?")[0].rpartition("/")[2]]


def found_in(text: str, secrets: Iterable[str]) -> list[str]:
    """The secrets that stand in a text."""
    return [secret for secret in secrets if len(secret) >= _CHARACTERS_MIN and secret in text]


def assert_absent(path: Path, secrets: Iterable[str]) -> None:
    """A gateway of another process has written none of them."""
    leaked = found_in(path.read_text(errors="replace"), secrets)
    assert not leaked, f"{path} holds secrets: {leaked}"


class Watched:
    """What gateways in this process write. It goes on to the test's own output."""

    def __init__(self) -> None:
        self.lines = 0
        self.leaked: list[str] = []
        self._sets: list[set[str]] = []

    def watch(self, secrets: set[str]) -> None:
        """From now on none of these may be written, nor what is added to them."""
        self._sets.append(secrets)

    def write(self, text: str) -> int:
        """A line, finished as it would be in production."""
        self.lines += 1
        for secrets in self._sets:
            self.leaked += [f"{secret} in {text}" for secret in found_in(text, secrets)]
        return sys.stdout.write(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def assert_clean(self) -> None:
        """Nothing that was written held a secret."""
        leaked, self.leaked = self.leaked, []
        assert not leaked, f"secrets in the log: {leaked}"


class _Process:
    """Logging is the one thing a process has only one of: gateways that run together share it, and the redactor."""

    def __init__(self) -> None:
        self.gateways = 0
        self.redactor = Redactor()
        self.watched = Watched()

    def begin(self) -> None:
        hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
        root = logging.getLogger()
        self._before = root.handlers[:], root.level
        log.configure("DEBUG", redactor=self.redactor, stream=self.watched)  # type: ignore[arg-type]  # as much of a file as is used
        # These are the test run's, which fails on what nobody caught and on warnings.
        logging.captureWarnings(capture=False)
        # Switched off in production. Here pytest's own handlers would have it written after all.
        logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks

    def end(self) -> None:
        root = logging.getLogger()
        root.handlers[:], level = self._before
        root.setLevel(level)
        logging.getLogger("uvicorn.access").setLevel(logging.NOTSET)
        structlog.reset_defaults()


_running: list[_Process] = []


@contextmanager
def watched_log(secrets: set[str]) -> Iterator[tuple[Redactor, Watched]]:
    """Logging as a gateway has it at DEBUG, watched for `secrets`: the redactor to hand to it, and what is written."""
    if not _running:
        _running.append(_Process())
        _running[0].begin()
    process = _running[0]
    process.gateways += 1
    process.watched.watch(secrets)
    try:
        yield process.redactor, process.watched
        process.watched.assert_clean()
    finally:
        process.gateways -= 1
        if not process.gateways:
            _running.remove(process)
            process.end()
