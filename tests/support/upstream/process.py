"""The simulator as a process of its own, for tests that kill, starve or load what stands in front of it."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.ending import ended

READY_S = 10
STOP_S = 5
_CHECKOUT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Process:
    """Where a spawned simulator listens, its process id and its log."""

    url: str
    port: int
    pid: int
    log: Path


@contextlib.asynccontextmanager
async def spawned(*, log: Path, port: int = 0, options: tuple[str, ...] = ()) -> AsyncIterator[Process]:
    """Run `python -m tests.support.upstream` until the block ends. Raises RuntimeError or TimeoutError when it does
    not get ready, TimeoutError when it does not stop on SIGTERM."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.upstream",
        *("--port", str(port), "--log", str(log), "--json", *options),
        cwd=_CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    try:
        async with asyncio.timeout(READY_S):
            line = await child.stdout.readline()
        if not line:
            raise RuntimeError(f"the simulator ended with code {await child.wait()} before it was ready")
        ready = json.loads(line)
        yield Process(url=ready["url"], port=ready["port"], pid=child.pid, log=log)
    finally:
        if not await ended(child, within_s=STOP_S):
            raise TimeoutError("the simulator did not end when it was told to")
