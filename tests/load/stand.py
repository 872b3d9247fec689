"""The test stand: a provider, the bare relay and the gateway with its database, each on its core."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx

from tests.load.answers import Question
from tests.load.client import Target
from tests.load.machine import Cores, cpu_s, quiet
from tests.support.books import Books
from tests.support.gateway import GatewayProcess, gateway_process
from tests.support.organization import KEYS_TEXT, Caller, Organization
from tests.support.private_postgres import PrivatePostgres
from tests.support.upstream import Process, spawned

CALLERS = 64
"""Members with a credential and an allocation each; connections take them in turn."""
MONTHLY_TOKENS, MONTHLY_USD = 10**12, "1000000"
STOP_S = 10.0
_CHECKOUT = Path(__file__).parents[2]
_NOWHERE = Path(os.devnull)

_STATEMENTS = """
SELECT coalesce(sum(s.calls), 0)::bigint FROM pg_stat_statements s
JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid WHERE r.rolname = $1 AND d.datname = $2
"""


@dataclass(frozen=True)
class Stand:
    """Everything running. The three addresses answer the same calls with the same text."""

    cores: Cores
    books: Books
    postgres: PrivatePostgres
    provider: Process
    relay_pid: int
    relay_port: int
    gateway: GatewayProcess
    callers: list[Caller]
    statistics: asyncpg.Connection

    def targets(self, question: Question) -> dict[str, Target]:
        """Where to ask a question: the provider itself, the bare relay, the gateway."""
        upstream_model = self.callers[0].model.upstream_model
        plain = [question.request(model=upstream_model, secret="anything")]
        by_caller = [question.request(model=each.model.slug, secret=each.secret) for each in self.callers]
        return {
            "direct": Target("direct", self.provider.port, plain),
            "relay": Target("relay", self.relay_port, plain),
            "gateway": Target("gateway", urlsplit(self.gateway.url).port or 0, by_caller),
        }

    def pid_of(self, target: str) -> int:
        """The process that answers at a target."""
        return {"direct": self.provider.pid, "relay": self.relay_pid, "gateway": self.gateway.child.pid}[target]

    def cpu_s(self) -> float:
        """CPU seconds that everything of this stand has used so far."""
        pids = [os.getpid(), *(self.pid_of(name) for name in ("direct", "relay", "gateway"))]
        return cpu_s(pids) + cpu_s([self.postgres.pid], with_children=True)

    async def statements(self) -> int:
        """SQL statements the gateway's role has made so far."""
        parts = urlsplit(self.postgres.dsn)
        count: int = await self.statistics.fetchval(_STATEMENTS, parts.username, parts.path.removeprefix("/"))
        return count

    async def provider_counters(self) -> dict[str, int]:
        """How many calls the provider says it started, finished, saw aborted."""
        async with httpx.AsyncClient() as http:
            counters: dict[str, int] = (await http.get(f"{self.provider.url}/__sim/counters")).json()
            return counters

    async def postgres_version(self) -> str:
        """As it says itself."""
        version: str = await self.statistics.fetchval("SHOW server_version")
        return version


@asynccontextmanager
async def standing() -> AsyncIterator[Stand]:
    """Builds the stand and takes it down. Raises RuntimeError where the machine does not allow it."""
    cores = Cores.choose()
    with cores.on(cores.rest), tempfile.TemporaryDirectory(prefix="ai-api-load-") as folder:
        postgres = PrivatePostgres(Path(folder) / "data")
        postgres.folder.mkdir()
        # The database may run as a user of its own, who has to get there.
        Path(folder).chmod(0o711)
        await asyncio.to_thread(postgres.start)
        try:
            await _migrate(postgres.dsn)
            async with (
                spawned(log=_NOWHERE, options=("--quiet", "--keep", "0")) as provider,
                _serving(cores, postgres, provider) as stand,
            ):
                yield stand
        finally:
            await asyncio.to_thread(postgres.close)


@asynccontextmanager
async def _serving(cores: Cores, postgres: PrivatePostgres, provider: Process) -> AsyncIterator[Stand]:
    callers = await _organization(postgres.dsn, provider.url)
    async with AsyncExitStack() as stack:
        statistics = await asyncpg.connect(postgres.admin_dsn, timeout=10, command_timeout=60)
        stack.push_async_callback(statistics.close)
        await statistics.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        with cores.on(cores.server):
            relay = await stack.enter_async_context(_relay(provider.url))
            gateway = await stack.enter_async_context(
                gateway_process(postgres.dsn, log=_NOWHERE, AI_API_LOG_LEVEL="INFO")
            )
        await quiet(gateway.child.pid)
        yield Stand(
            cores=cores,
            books=Books(postgres.dsn),
            postgres=postgres,
            provider=provider,
            relay_pid=relay.child.pid,
            relay_port=relay.port,
            gateway=gateway,
            callers=callers,
            statistics=statistics,
        )


async def _migrate(dsn: str) -> None:
    settings = {"AI_API_DATABASE_URL": dsn, "AI_API_ENCRYPTION_KEYS": KEYS_TEXT}
    command = (sys.executable, "-m", "ai_api", "migrate")
    child = await asyncio.create_subprocess_exec(
        *command, cwd=_CHECKOUT, env={**os.environ, **settings}, stdout=asyncio.subprocess.DEVNULL
    )
    if code := await child.wait():
        raise RuntimeError(f"the migration ended with code {code}")


async def _organization(dsn: str, provider_url: str) -> list[Caller]:
    organization = Organization(dsn, provider_url)
    try:
        model = await organization.model()
        return [await organization.caller(model=model, tokens=MONTHLY_TOKENS, usd=MONTHLY_USD) for _ in range(CALLERS)]
    finally:
        await organization.close()


@dataclass(frozen=True)
class _Relay:
    child: asyncio.subprocess.Process
    port: int


@asynccontextmanager
async def _relay(provider_url: str) -> AsyncIterator[_Relay]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.load.bare_relay", "--upstream", provider_url),
        cwd=_CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    line = await child.stdout.readline()
    if not line:
        raise RuntimeError(f"the bare relay ended with code {await child.wait()} before it was ready")
    try:
        yield _Relay(child, json.loads(line)["port"])
    finally:
        child.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_S):
            await child.wait()
