"""Data folders for children, which outlive the test's process if it does not look after them."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ai_api.local import model, postgres
from ai_api.local.progress import Progress

QUIET = Progress(io.StringIO(), quiet=True)


@contextmanager
def data_folder() -> Iterator[Path]:
    """A data folder with a short path. Whatever runs in it at the end is ended."""
    folder = Path(tempfile.mkdtemp(prefix="ai-api-data-"))
    try:
        yield folder
        model.end_leftover(folder)
        postgres.end_leftover(folder)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder of the test's own."""
    with data_folder() as folder:
        yield folder


@pytest.fixture
def another_run() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a run in a process of its own, which starts a child and then waits to be killed; it prints what it got."""
    runs = []

    def start(kind: str, folder: Path, shown: str) -> subprocess.Popen[str]:
        code = (
            "import io, sys, time; from pathlib import Path; from ai_api.local.progress import Progress\n"
            f"from ai_api.local import {kind}\n"
            f"running = {kind}.start(Path(sys.argv[1]), progress=Progress(io.StringIO(), quiet=True))\n"
            f"print({shown}, flush=True); time.sleep(60)"
        )
        command = [sys.executable, "-c", code, str(folder)]
        runs.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return runs[-1]

    yield start
    for run in runs:
        run.kill()
        run.communicate()


def eventually(condition: Callable[[], bool], patience_s: float = 10.0) -> bool:
    """Whether it becomes true in time."""
    until_s = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > until_s:
            return False
        time.sleep(0.02)
    return True
