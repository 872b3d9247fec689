"""The gateway, running: in this process on a loopback port, or as a process of its own that may be killed.

```python
async with upstream.running() as sim, gateway(database, sim) as g:
    caller = await g.org.caller(usd="5")
    answer = await g.chat(caller, "hello", stream=True)     # a RawAnswer: bytes, pieces, how the connection ended
    record = await g.books.record()
```

At the end of the block nothing may be open, no call may have broken, the books must keep the laws, and nothing that was
written at DEBUG may hold a secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from ai_api.app import Application, create_app
from ai_api.cli import serving
from ai_api.cli.run import learn_secrets
from ai_api.settings import load_settings
from ai_api.wire.json_body import encode
from tests.support.books import Books
from tests.support.organization import KEYS_TEXT, Caller, Organization
from tests.support.secrets_watch import Watched, assert_absent, known, watched_log
from tests.support.upstream import raw
from tests.support.upstream.raw import RawAnswer, RawClient

CHAT, RESPONSES, MESSAGES = "/v1/chat/completions", "/v1/responses", "/v1/messages"
READY_S = 60.0
REST_S = 5.0
BUSY_BY_OTHERS = {"lag_ms_max": 60_000, "waiting_calls_max": 100_000}
"""How late a gateway may be, and how many may wait, where it shares its loop."""
STOP_S = 20.0
"""A test that failed while its database was away must not wait for it for ever."""
_CHECKOUT = Path(__file__).parents[2]


class HasUrl(Protocol):
    """A provider simulator, in this process or another."""

    url: str


class Address:
    """Where a gateway answers, and how to talk to it without manners or help."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def chat(self, caller: Caller, prompt: str = "hello", **fields: Any) -> RawAnswer:
        """A chat completion, on a connection of its own."""
        return await self.ask(caller, CHAT, chat_body(caller, prompt, **fields))

    async def responses(self, caller: Caller, prompt: str = "hello", **fields: Any) -> RawAnswer:
        """A response, on a connection of its own."""
        return await self.ask(caller, RESPONSES, responses_body(caller, prompt, **fields))

    async def ask(
        self,
        caller: Caller | None,
        path: str,
        body: Any,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 10.0,
    ) -> RawAnswer:
        """POST of a body, bytes or JSON, with the caller's secret unless there is no caller."""
        sent = {**(caller.headers if caller else {}), **(headers or {})}
        return await raw.ask(self.url, path, body, headers=sent, timeout_s=timeout_s)

    @asynccontextmanager
    async def begun(
        self, caller: Caller, path: str, body: Any, *, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[RawClient]:
        """A call that was sent and not answered yet; leaving the block, or `close()`, hangs up."""
        async with RawClient(self.url) as client:
            payload = body if isinstance(body, bytes) else encode(body)
            await client.send("POST", path, headers={**caller.headers, **(headers or {})}, body=payload)
            yield client


class Gateway(Address):
    """One replica in this process."""

    def __init__(
        self, url: str, dsn: str, application: Application, org: Organization, books: Books, log: Watched
    ) -> None:
        super().__init__(url)
        self.dsn = dsn
        self.log = log
        self.application = application
        self.org = org
        self.books = books
        self.http = httpx.AsyncClient(base_url=url)

    async def at_rest(self, timeout_s: float = REST_S) -> None:
        """Waits until no call is open and nothing waits to be settled."""
        application = self.application
        async with asyncio.timeout(timeout_s):
            # A call whose client has left may still wait for its hold: it is not open yet, and taken in already.
            while (
                application.intake.open_calls
                or application.gateway.calls.open_calls
                or application.gateway.settlement.pending
            ):
                await asyncio.sleep(0.01)


def chat_body(caller: Caller, prompt: str = "hello", **fields: Any) -> dict[str, Any]:
    """A request for a chat completion."""
    return {"model": caller.model.slug, "messages": [{"role": "user", "content": prompt}], **fields}


def responses_body(caller: Caller, prompt: str = "hello", **fields: Any) -> dict[str, Any]:
    """A request for a response, which nobody is to keep."""
    return {"model": caller.model.slug, "input": prompt, "store": False, **fields}


def messages_body(caller: Caller, prompt: str = "hello", **fields: Any) -> dict[str, Any]:
    """A request for a message."""
    said = [{"role": "user", "content": prompt}]
    return {"model": caller.model.slug, "max_tokens": 1_000, "messages": said, **fields}


@asynccontextmanager
async def gateway(
    dsn: str, sim: HasUrl, /, *, org: Organization | None = None, check: bool = True, **settings: Any
) -> AsyncIterator[Gateway]:
    """A gateway over the database of `dsn`. One that is given an `org` leaves it, and the books, as they are at the end.

    `sim` is where its provider keys lead. `settings` are groups by name (`limits={"body_bytes_max": 4096}`). `check=False` leaves the books alone at the end.
    """
    own = org is None
    organization = org or Organization(dsn, sim.url)
    # Fewer connections than in production: a test makes a gateway, and all of them are opened at its start. And its loop is
    # the test's, the clients' and the provider's as well: that it is late, or many wait, says nothing of the gateway.
    given = {"pools": {"hot": 3}, "load": BUSY_BY_OTHERS, **settings}
    chosen = load_settings({}, database_url=dsn, encryption_keys=KEYS_TEXT, **given)
    with watched_log(organization.secrets) as (redactor, log):
        learn_secrets(redactor, chosen)
        application = create_app(chosen, doors=frozenset({"protocols"}), redactor=redactor)
        listener = serving.listen("127.0.0.1", 0)
        server = serving._Server(
            serving._config(application, chosen.listen, lifespan="on", turns_away=application.turning_away())
        )
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await serving._started(server, [running])
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            served = Gateway(url, dsn, application, organization, Books(dsn), log)
            if check:
                await _ready(application)
            yield served
            await served.http.aclose()
            if check:
                await served.at_rest()
                if own:
                    await served.books.assert_at_rest()
                assert application.gateway.tell.counters.broken == 0, "a call broke: see the log"
        finally:
            server.should_exit = True
            done, _ = await asyncio.wait({running}, timeout=STOP_S)
            listener.close()
            if not done:
                running.cancel()
                await asyncio.wait({running})
            if own:
                await organization.close()


@asynccontextmanager
async def beside(first: Gateway, sim: HasUrl, /, **settings: Any) -> AsyncIterator[Gateway]:
    """Another replica on the database of a running one, with settings of its own and the same organization and books."""
    async with gateway(first.dsn, sim, org=first.org, **settings) as other:
        other.books = first.books
        yield other


@dataclass
class GatewayProcess(Address):
    """`ai-api serve` as a process of its own. `kill()` is what a power cut is to it."""

    url: str
    ops_url: str
    child: asyncio.subprocess.Process
    log: Path

    async def kill(self) -> None:
        """SIGKILL, and until it is gone."""
        self.child.kill()
        await self.child.wait()


async def _ready(application: Application) -> None:
    """On a machine with other things to do a pool may not open at the first try; the next one comes by itself."""
    async with asyncio.timeout(READY_S):
        while application.faults:
            await asyncio.sleep(0.05)


async def until_ready(ops_url: str, is_alive: Callable[[], bool], log: Path) -> None:
    """Until a process answers that it is ready. Raises TimeoutError, or AssertionError when it has ended."""
    async with asyncio.timeout(READY_S), httpx.AsyncClient() as http:
        while True:
            assert is_alive(), f"it has ended: {log.read_text(errors='replace')[-2_000:]}"
            with contextlib.suppress(httpx.TransportError):
                if (await http.get(f"{ops_url}/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


def serve_settings(dsn: str, port: int, ops_port: int, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which a process serves a database on two ports; `environment` are more, and win. An empty one takes away."""
    given = {
        "AI_API_DATABASE_URL": dsn,
        "AI_API_ENCRYPTION_KEYS": KEYS_TEXT,
        "AI_API_LISTEN__PORT": str(port),
        "AI_API_LISTEN__OPS_PORT": str(ops_port),
        "AI_API_LOG_LEVEL": "DEBUG",
        # It shares two cores with the tests, the provider and Postgres: that it is late, or many wait, says little of it.
        "AI_API_LOAD__LAG_MS_MAX": "1000",
        "AI_API_LOAD__WAITING_CALLS_MAX": "10000",
        **environment,
    }
    return {name: value for name, value in given.items() if value}


@asynccontextmanager
async def gateway_process(
    dsn: str, *, log: Path, arguments: Sequence[str] = (), **environment: str
) -> AsyncIterator[GatewayProcess]:
    """`python -m ai_api serve` over the database of `dsn`, ready. Ended by SIGTERM at the end of the block, if it runs still.

    What it writes, at DEBUG, goes to `log`, and is searched for secrets at the end. `environment` are further settings, `AI_API_…`.
    """
    with kept_port() as port, kept_port() as ops_port, log.open("ab") as output:
        settings = serve_settings(dsn, port, ops_port, environment)
        outside = {name: value for name, value in os.environ.items() if not name.startswith("AI_API_")}
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ai_api", "serve", *arguments),
            cwd=_CHECKOUT,
            env={**outside, **settings},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        process = GatewayProcess(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{ops_port}", child, log)
        try:
            await until_ready(process.ops_url, lambda: child.returncode is None, log)
            yield process
        finally:
            if child.returncode is None:
                child.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(REST_S):
                    await child.wait()
            except TimeoutError:
                await process.kill()
                raise
            finally:
                assert_absent(log, known(dsn))


@contextlib.contextmanager
def kept_port() -> Iterator[int]:
    """A free port that stays free for a process of ours to listen on: bound and not listening, so that no connection of
    anybody on this machine is given it meanwhile, as it would be a port that was merely seen to be free.
    """
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield int(keeper.getsockname()[1])
