"""Gateway processes that are there in a moment: one process imports the product once, and each gateway is a fork of it.

```python
async with nursery() as forks, forks.gateway(dsn, log=path) as replica:     # `ai-api serve`, ready
    replica.send(signal.SIGSTOP)
    await replica.kill()
```

A fork runs the same command as a process that was started, hundreds of times in a test that kills it hundreds of times. When
the test process is gone, however it went, so are they.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import failpoints
from tests.support.gateway import STOP_S, Address, kept_port, serve_settings, until_ready

_CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Failpoint:
    """Where a fork ends, and how; `fired` is written when it does."""

    at: str
    do: str
    fired: Path


@dataclass
class Fork(Address):
    """One forked process. One without an address (a worker) answers nobody."""

    url: str
    ops_url: str
    pid: int
    log: Path

    @property
    def is_alive(self) -> bool:
        """Whether it is there, frozen or not."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def send(self, number: signal.Signals) -> None:
        """A signal; nothing to one that is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def kill(self) -> None:
        """SIGKILL, and until it is gone."""
        self.send(signal.SIGKILL)
        await self.gone()

    async def gone(self, timeout_s: float = STOP_S) -> None:
        """Until it is gone. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while self.is_alive:
                await asyncio.sleep(0.005)


@dataclass
class Nursery:
    """Forks on request."""

    child: asyncio.subprocess.Process
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fork(
        self, command: str, environment: Mapping[str, str], log: Path, failpoint: Failpoint | None = None
    ) -> int:
        """A process that runs `ai-api COMMAND`; its number."""
        order = {"command": command, "environment": dict(environment), "log": str(log)}
        if failpoint is not None:
            order["failpoint"] = {"at": failpoint.at, "do": failpoint.do, "fired": str(failpoint.fired)}
        stdin, stdout = self.child.stdin, self.child.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("a nursery is spoken to through pipes")
        async with self.lock:
            stdin.write(json.dumps(order).encode() + b"\n")
            return int(await stdout.readline())

    @asynccontextmanager
    async def gateway(
        self, dsn: str, *, log: Path, failpoint: Failpoint | None = None, **environment: str
    ) -> AsyncIterator[Fork]:
        """`ai-api serve`, ready; ended by SIGTERM at the end of the block, if it is there still. As `gateway_process`."""
        with ExitStack() as ports:
            port, ops_port = (ports.enter_context(kept_port()) for _ in range(2))
            settings = serve_settings(dsn, port, ops_port, environment)
            pid = await self.fork("serve", settings, log, failpoint)
            fork = Fork(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{ops_port}", pid, log)
            try:
                await until_ready(fork.ops_url, lambda: fork.is_alive, log)
                yield fork
            finally:
                await _end(fork)

    @asynccontextmanager
    async def worker(
        self, dsn: str, *, log: Path, failpoint: Failpoint | None = None, **environment: str
    ) -> AsyncIterator[Fork]:
        """`ai-api worker`, started."""
        with kept_port() as ops_port:
            settings = serve_settings(dsn, 0, 0, {"AI_API_LISTEN__WORKER_OPS_PORT": str(ops_port), **environment})
            fork = Fork("", f"http://127.0.0.1:{ops_port}", await self.fork("worker", settings, log, failpoint), log)
            try:
                yield fork
            finally:
                await _end(fork)


async def _end(fork: Fork) -> None:
    fork.send(signal.SIGCONT)
    fork.send(signal.SIGTERM)
    try:
        await fork.gone()
    except TimeoutError:
        await fork.kill()
        raise


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """One, until the end of the block, which ends what is left of its forks."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AI_API_")}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        cwd=_CHECKOUT,
        env=outside,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Nursery(child)
    finally:
        if child.stdin is not None:
            child.stdin.close()
        async with asyncio.timeout(STOP_S):
            await child.wait()


def main() -> None:
    """Reads orders until nobody gives any, and then ends what was forked."""
    program = importlib.import_module("ai_api.cli")
    importlib.import_module("ai_api.cli.serve")
    # What is shared with the forks stays shared: their collectors leave it alone.
    gc.collect()
    gc.freeze()
    # Nobody waits for a fork here: the system forgets it when it ends.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    forks = []
    for line in sys.stdin.buffer:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(program, order)
        forks.append(pid)
        os.write(sys.stdout.fileno(), f"{pid}\n".encode())
    for pid in forks:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _become(program: Any, order: Mapping[str, Any]) -> None:
    """In the fork: the command, with its own settings and log, and never back to the nursery's code."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for number, descriptor in ((0, nothing), (1, log), (2, log)):
            os.dup2(descriptor, number)
        os.environ.update(order["environment"])
        if "failpoint" in order:
            given = order["failpoint"]
            failpoints.arm(given["at"], given["do"], Path(given["fired"]))
        sys.argv = ["ai-api", order["command"]]
        program.main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
