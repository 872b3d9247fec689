"""Everything a soak needs: a Postgres of its own, a provider, two replicas, a worker, and members who call."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.load.stand import STOP_S, migrate
from tests.support.books import Books
from tests.support.ending import ended
from tests.support.gateway import GatewayProcess, gateway_process
from tests.support.organization import KEYS_TEXT, Caller, Organization
from tests.support.private_postgres import PrivatePostgres
from tests.support.upstream import Process, spawned

CALLERS = 12
SILENT_S = 5.0
"""How long a replica's heart stands still before it is taken for dead."""
_PATIENCE = {
    "AI_API_UPSTREAM__FIRST_BYTE_S": "3",
    "AI_API_UPSTREAM__IDLE_S": "3",
    "AI_API_SWEEP_SILENT_S": str(SILENT_S),
}
_TOKENS, _USD = 10**12, "1000000"
_NOWHERE = Path(os.devnull)
_CHECKOUT = Path(__file__).parents[2]


@dataclass
class World:
    """What runs. `first` runs from the beginning to the end and is looked at; `second` comes and goes."""

    postgres: PrivatePostgres
    provider: Process
    first: GatewayProcess
    second: Second
    callers: list[Caller]
    books: Books
    open_calls: set[asyncio.Task[Any]] = field(default_factory=set)
    """Those of the clients that were not answered yet."""

    async def behave(self, behaviour: dict[str, Any] | None) -> None:
        """From now on the provider behaves so to every call that does not say otherwise itself; None: well."""
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{self.provider.url}/__sim/behaviour", json={"behaviour": behaviour})
            answer.raise_for_status()

    async def provider_counters(self) -> dict[str, int]:
        """How many calls the provider says it started, finished, saw aborted, has open."""
        async with httpx.AsyncClient() as http:
            counters: dict[str, int] = (await http.get(f"{self.provider.url}/__sim/counters")).json()
            return counters

    async def move_allocations(self, callers: list[Caller], action: str) -> None:
        """Pauses or resumes what these callers may call."""
        # Connections of its own: those of before may have been cut together with the database.
        organization = Organization(self.postgres.dsn, self.provider.url)
        try:
            for caller in callers:
                await organization.move(caller, action)
        finally:
            await organization.close()


class Second:
    """The replica that is ended and started again."""

    def __init__(self, dsn: str) -> None:
        self.process: GatewayProcess | None = None
        self._dsn = dsn
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Until it is ready."""
        running = gateway_process(self._dsn, log=_NOWHERE, **_PATIENCE)
        self.process = await self._stack.enter_async_context(running)

    async def stop(self) -> None:
        """SIGTERM, and until it has ended."""
        stopping, self.process = self._stack, None
        self._stack = AsyncExitStack()
        await stopping.aclose()

    async def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        killed, self.process = self.process, None
        await killed.kill()
        await self.stop()


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Builds it and takes it down."""
    with tempfile.TemporaryDirectory(prefix="ai-api-soak-") as folder:
        # The database may run as a user of its own, who has to get there.
        Path(folder).chmod(0o711)
        postgres = PrivatePostgres(Path(folder) / "data")
        postgres.folder.mkdir()
        await asyncio.to_thread(postgres.start)
        try:
            await migrate(postgres.dsn)
            async with AsyncExitStack() as stack:
                log = Path(folder) / "witness.jsonl"
                provider = await stack.enter_async_context(spawned(log=log, options=("--keep", "0")))
                callers = await _callers(postgres.dsn, provider.url)
                await stack.enter_async_context(_working(postgres.dsn))
                first = await stack.enter_async_context(gateway_process(postgres.dsn, log=_NOWHERE, **_PATIENCE))
                second = Second(postgres.dsn)
                await second.start()
                stack.push_async_callback(second.stop)
                yield World(postgres, provider, first, second, callers, Books(postgres.dsn))
        finally:
            await asyncio.to_thread(postgres.close)


async def _callers(dsn: str, provider_url: str) -> list[Caller]:
    organization = Organization(dsn, provider_url)
    try:
        model = await organization.model()
        return [await organization.caller(model=model, tokens=_TOKENS, usd=_USD) for _ in range(CALLERS)]
    finally:
        await organization.close()


@asynccontextmanager
async def _working(dsn: str) -> AsyncIterator[None]:
    """A worker, which sweeps up what dead replicas have left."""
    settings = {
        "AI_API_DATABASE_URL": dsn,
        "AI_API_ENCRYPTION_KEYS": KEYS_TEXT,
        "AI_API_SWEEP_SILENT_S": str(SILENT_S),
        "AI_API_LISTEN__WORKER_OPS_PORT": "0",
    }
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ai_api", "worker"),
        cwd=_CHECKOUT,
        env={**os.environ, **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
        assert child.returncode is None, f"the worker ended with code {child.returncode}"
    finally:
        await ended(child, within_s=STOP_S)
