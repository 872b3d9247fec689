"""The test stand: a provider, the bare relay and the gateway with its database, each on its core."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
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
NOWHERE = Path(os.devnull)

_OF_ITS_ROLE = """FROM pg_stat_statements s
JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid WHERE r.rolname = $1 AND d.datname = $2
"""
_STATEMENTS = f"SELECT coalesce(sum(s.calls), 0)::bigint {_OF_ITS_ROLE}"
_WORKED = f"SELECT coalesce(sum(s.total_exec_time), 0)::float {_OF_ITS_ROLE}"


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks for what: a model by the name the server knows it by, with a secret it accepts."""

    model: str
    secret: str


@dataclass(frozen=True, slots=True)
class Server:
    """What answers at a target. Its callers take turns; `dsn` is the database of its own, where it has one."""

    pid: int
    port: int
    asks: Sequence[Ask]
    headers: Mapping[str, str] = field(default_factory=dict)
    dsn: str | None = None

    @classmethod
    def of_gateway(cls, process: GatewayProcess, callers: Sequence[Caller], dsn: str) -> Server:
        """A gateway in a process of its own."""
        asks = [Ask(each.model.slug, each.secret) for each in callers]
        return cls(process.child.pid, urlsplit(process.url).port or 0, asks, dsn=dsn)


@dataclass(frozen=True)
class Stand:
    """Everything running. All servers answer the same calls with the same text: `direct` is the provider itself, then `relay`
    and `gateway`; a part of the run may add others for its time."""

    cores: Cores
    books: Books
    postgres: PrivatePostgres
    provider: Process
    gateway: GatewayProcess
    callers: list[Caller]
    statistics: asyncpg.Connection
    servers: dict[str, Server]

    @contextmanager
    def also(self, name: str, server: Server) -> Iterator[None]:
        """One more server, in this block."""
        self.servers[name] = server
        try:
            yield
        finally:
            del self.servers[name]

    def targets(self, question: Question) -> dict[str, Target]:
        """Where to ask a question, by name."""
        return {name: self.target(name, question) for name in self.servers}

    def target(self, name: str, question: Question) -> Target:
        """Where to ask one server."""
        server = self.servers[name]
        requests = [question.request(model=ask.model, secret=ask.secret, headers=server.headers) for ask in server.asks]
        return Target(name, server.port, requests)

    def cpu_s(self) -> float:
        """CPU seconds that everything of this stand has used so far."""
        # One process may stand for several servers.
        pids = {os.getpid(), *(server.pid for server in self.servers.values())}
        return cpu_s(sorted(pids)) + cpu_s([self.postgres.pid], with_children=True)

    async def statements(self, name: str) -> int:
        """SQL statements that a server has made so far: those of its role in its database."""
        dsn = self.servers[name].dsn
        if dsn is None:
            return 0
        parts = urlsplit(dsn)
        count: int = await self.statistics.fetchval(_STATEMENTS, parts.username, parts.path.removeprefix("/"))
        return count

    async def worked_ms(self, name: str) -> float:
        """How long Postgres has worked on a server's statements so far: those of its role in its database."""
        parts = urlsplit(self.servers[name].dsn or "")
        worked: float = await self.statistics.fetchval(_WORKED, parts.username, parts.path.removeprefix("/"))
        return worked

    async def provider_counters(self) -> dict[str, int]:
        """How many calls the provider says it started, finished, saw aborted."""
        async with httpx.AsyncClient() as http:
            counters: dict[str, int] = (await http.get(f"{self.provider.url}/__sim/counters")).json()
            return counters

    async def forget(self) -> None:
        """The provider's counters begin anew."""
        async with httpx.AsyncClient() as http:
            (await http.post(f"{self.provider.url}/__sim/forget")).raise_for_status()

    async def postgres_version(self) -> str:
        """As it says itself."""
        version: str = await self.statistics.fetchval("SHOW server_version")
        return version


@asynccontextmanager
async def standing(keep: Path | None = None) -> AsyncIterator[Stand]:
    """Builds the stand and takes it down; in the folder `keep` its Postgres stays, for databases that a later run copies.

    Raises RuntimeError where the machine does not allow it.
    """
    cores = Cores.choose()
    with cores.on(cores.rest), tempfile.TemporaryDirectory(prefix="ai-api-load-") as passing:
        folder = keep or Path(passing)
        postgres = PrivatePostgres(folder / "data")
        postgres.folder.mkdir(parents=True, exist_ok=True)
        # The database may run as a user of its own, who has to get there.
        folder.chmod(0o711)
        await asyncio.to_thread(postgres.start)
        try:
            await _empty(postgres)
            await migrate(postgres.dsn)
            async with (
                spawned(log=NOWHERE, options=("--quiet", "--keep", "0")) as provider,
                _serving(cores, postgres, provider) as stand,
            ):
                yield stand
        finally:
            await asyncio.to_thread(postgres.close)


async def _empty(postgres: PrivatePostgres) -> None:
    """Nothing is left of a run before, but for what it kept on purpose."""
    parts = urlsplit(postgres.dsn)
    connection = await asyncpg.connect(postgres.admin_dsn, timeout=10, command_timeout=300)
    try:
        own = parts.path.removeprefix("/")
        left = await connection.fetch(
            "SELECT datname FROM pg_database WHERE datname = $1 OR starts_with(datname, 'load_')", own
        )
        for row in left:
            await connection.execute(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{own}" OWNER "{parts.username}"')
    finally:
        await connection.close()


@asynccontextmanager
async def _serving(cores: Cores, postgres: PrivatePostgres, provider: Process) -> AsyncIterator[Stand]:
    callers = await organize(postgres.dsn, provider.url)
    async with AsyncExitStack() as stack:
        statistics = await asyncpg.connect(postgres.admin_dsn, timeout=10, command_timeout=60)
        stack.push_async_callback(statistics.close)
        await statistics.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        with cores.on(cores.server):
            relay = await stack.enter_async_context(_relay(provider.url))
            gateway = await stack.enter_async_context(
                gateway_process(postgres.dsn, log=NOWHERE, AI_API_LOG_LEVEL="INFO")
            )
        await quiet(gateway.child.pid)
        anything = [Ask(callers[0].model.upstream_model, "anything")]
        yield Stand(
            cores=cores,
            books=Books(postgres.dsn),
            postgres=postgres,
            provider=provider,
            gateway=gateway,
            callers=callers,
            statistics=statistics,
            servers={
                "direct": Server(provider.pid, provider.port, anything),
                "relay": Server(relay.child.pid, relay.port, anything),
                "gateway": Server.of_gateway(gateway, callers, postgres.dsn),
            },
        )


async def migrate(dsn: str) -> None:
    """Makes the schema. Raises RuntimeError."""
    settings = {"AI_API_DATABASE_URL": dsn, "AI_API_ENCRYPTION_KEYS": KEYS_TEXT}
    command = (sys.executable, "-m", "ai_api", "migrate")
    child = await asyncio.create_subprocess_exec(
        *command, cwd=_CHECKOUT, env={**os.environ, **settings}, stdout=asyncio.subprocess.DEVNULL
    )
    if code := await child.wait():
        raise RuntimeError(f"the migration ended with code {code}")


async def organize(dsn: str, provider_url: str) -> list[Caller]:
    """An organization in an empty database: one model of the provider, and its callers."""
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
