"""The fault rig: processes of the gateway on one Postgres and one provider, with a proxy before each of the two.

```python
async with rigged(database, sim, folder) as rig:
    caller = await rig.org.caller(usd="5")
    rig.provider.switch(BLACKHOLE)                      # or rig.database.cut("rst")
    answer = await rig.ask(caller, shape, "r-1")        # by whichever replica's turn it is
    await rig.assert_exactly_once()
```

The provider simulator is the witness: what it accepted, by `x-request-id`, is what the ledger is compared with.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from tests.integration.gateway.shapes import Shape, told
from tests.support.books import Books, assert_exactly_once
from tests.support.nursery import Fork, Nursery, nursery
from tests.support.organization import Caller, Organization
from tests.support.proxy import PASS, Proxy, before_database, before_url
from tests.support.upstream import Simulator
from tests.support.upstream.raw import RawAnswer

PATIENCE_S = 30.0
"""After so long a call counts as never answered. No deadline of the product: those are shorter, and are measured."""


@dataclass(frozen=True)
class Told:
    """An answer, and how long it took."""

    answer: RawAnswer
    took_s: float
    call_id: str
    request_id: str


@dataclass
class Rig:
    """Everything under fault. `dsn` leads to the database past the proxy, as do `books` and `org`."""

    dsn: str
    sim: Simulator
    database: Proxy
    provider: Proxy
    org: Organization
    books: Books
    forks: Nursery
    log: Path
    replicas: list[Fork] = field(default_factory=list)
    _turns: Any = field(default_factory=itertools.count)

    async def ask(self, caller: Caller, shape: Shape, name: str, *, on: int | None = None, **behaviour: Any) -> Told:
        """One call, on replica number `on`, else on the next one in turn."""
        replica = self.replicas[(next(self._turns) if on is None else on) % len(self.replicas)]
        began = time.monotonic()
        answer = await replica.ask(
            caller,
            shape.path,
            shape.body(caller, told(name, **behaviour)),
            headers={"x-request-id": name},
            timeout_s=PATIENCE_S,
        )
        return Told(answer, time.monotonic() - began, answer.headers.get("x-ai-api-call-id", ""), name)

    async def record_of(self, given: Told) -> asyncpg.Record:
        """The one record of a call."""
        return await self.books.record(request_id=given.request_id)

    async def plain_s(self, caller: Caller, shape: Shape) -> float:
        """What a good call takes here and now, at best: the measure for what a fault adds."""
        return min([(await self.ask(caller, shape, f"plain-{next(self._turns)}")).took_s for _ in range(3)])

    async def empty(self, within_s: float = 20.0) -> None:
        """Until nothing is held."""
        async with asyncio.timeout(within_s):
            while await self.books.holds():
                await asyncio.sleep(0.05)

    async def assert_exactly_once(self) -> None:
        """The books are at rest and keep their laws, and the records are the calls that the provider accepted."""
        await self.empty()
        assert_exactly_once(await self.books.records(), list(self.sim.witness.events))
        await self.books.assert_at_rest()

    def mend(self) -> None:
        """Both proxies pass everything on."""
        self.database.switch(PASS)
        self.provider.switch(PASS)


@asynccontextmanager
async def rigged(
    dsn: str, sim: Simulator, folder: Path, *, replicas: int = 2, **environment: str
) -> AsyncIterator[Rig]:
    """A rig whose replicas are ready; `environment` is theirs. Provider keys of its organization lead through the proxy."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(before_database(dsn))
        provider = await stack.enter_async_context(before_url(sim.url))
        forks = await stack.enter_async_context(nursery())
        org = Organization(dsn, provider.url)
        stack.push_async_callback(org.close)
        rig = Rig(dsn, sim, database, provider, org, Books(dsn), forks, folder / "gateway.log")
        settings = {"AI_API_POOLS__HOT": "4", **environment}
        starting = [
            stack.enter_async_context(forks.gateway(database.dsn, log=rig.log, **settings)) for _ in range(replicas)
        ]
        for start in starting:
            rig.replicas.append(await start)
        yield rig
        rig.mend()
