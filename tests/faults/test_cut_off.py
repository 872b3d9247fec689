"""A replica that is alive and taken for dead: cut off from Postgres, or standing still. Its calls are recorded once, rightly.

Two replicas, with a proxy of its own before Postgres for the first one, and a worker that never loses sight of the database.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.conftest import IS_FULL
from tests.faults.test_kill import an_organization, swept, working
from tests.integration.gateway.shapes import SHAPES, error_of, has_success_end, told
from tests.support.books import Books, assert_exactly_once
from tests.support.nursery import Fork, nursery
from tests.support.organization import Caller, Organization
from tests.support.proxy import BLACKHOLE, HOLD, PASS, Mode, Proxy, before_database, refuse
from tests.support.upstream import Simulator
from tests.support.upstream.raw import RawAnswer

FROZEN_S = 40 if IS_FULL else 8
SILENT_S = 30 if IS_FULL else 1
"""The worker's rule as it is shipped, and a short one."""
CUTS: dict[str, Mode] = {"no way": refuse(), **({"black hole": BLACKHOLE, "held up": HOLD} if IS_FULL else {})}


@dataclass
class Two:
    """The replica that something befalls, the other one, and the first one's way to Postgres."""

    first: Fork
    other: Fork
    way: Proxy
    org: Organization
    books: Books
    log: Path

    async def calls(self, caller: Caller, sim: Simulator, *, seconds: float) -> list[asyncio.Task[RawAnswer]]:
        """Two calls of each shape on the first replica, under way, that go on for so long."""
        calls = []
        for number, shape in enumerate(SHAPES * 2):
            body = shape.body(caller, told(chunk_delay_ms=seconds * 1_000 / 50, chunks=50))
            headers = {"x-request-id": f"first-{number}"}
            asking = self.first.ask(caller, shape.path, body, headers=headers, timeout_s=2 * FROZEN_S + 60)
            calls.append(asyncio.create_task(asking))
        async with asyncio.timeout(30):
            while sim.counters.open < len(calls):
                await asyncio.sleep(0.01)
        return calls

    async def assert_other_serves(self, caller: Caller) -> None:
        assert (await self.other.chat(caller)).status == 200


@asynccontextmanager
async def two(dsn: str, sim: Simulator, folder: Path) -> AsyncIterator[Two]:
    log = folder / "gateway.log"
    async with AsyncExitStack() as stack:
        way = await stack.enter_async_context(before_database(dsn))
        org = await stack.enter_async_context(an_organization(dsn, sim))
        forks = await stack.enter_async_context(nursery())
        first = await stack.enter_async_context(forks.gateway(way.dsn, log=log, AI_API_POOLS__HOT="4"))
        other = await stack.enter_async_context(forks.gateway(dsn, log=folder / "other.log", AI_API_POOLS__HOT="4"))
        await stack.enter_async_context(working(dsn, silent_s=SILENT_S))
        yield Two(first, other, way, org, Books(dsn), log)
        way.switch(PASS)


async def assert_put_right(pair: Two, caller: Caller, sim: Simulator, calls: list[asyncio.Task[RawAnswer]]) -> None:
    """Everybody had an end; what was guessed has been corrected, once; the replica is another one and serves again."""
    for shape, answer in zip(SHAPES * 2, await asyncio.gather(*calls), strict=True):
        assert (answer.status, answer.ending) == (200, "whole"), answer
        assert has_success_end(answer) == shape.stream
    async with asyncio.timeout(20):
        while (await pair.first.chat(caller)).status != 200:
            await asyncio.sleep(0.05)
    await swept(pair.books)
    async with asyncio.timeout(20):
        while await pair.books.records(outcome="interrupted"):
            await asyncio.sleep(0.05)
    records = await pair.books.records(outcome="ok")
    assert {record["usage_source"] for record in records} == {"provider"}
    assert sum(record["swept"] for record in records) == len(calls)
    assert_exactly_once(await pair.books.records(), list(sim.witness.events))
    await pair.books.assert_at_rest()
    # At its next look at the latest it finds that it was swept, and becomes another one.
    async with asyncio.timeout(10):
        while b"swept_alive" not in pair.log.read_bytes():
            await asyncio.sleep(0.05)
    replicas = await pair.books.fetch("SELECT id FROM replicas WHERE swept_at IS NULL")
    assert len(replicas) == 2


@pytest.mark.parametrize("how", CUTS)
async def test_a_replica_that_lost_its_way_to_postgres_bills_its_calls_twice(database, sim, tmp_path, how):
    """Longer than the rule of the dead: the others go on, and what it ends meanwhile is corrected when it is back."""
    async with two(database, sim, tmp_path) as pair:
        caller = await pair.org.caller(usd="50", tokens=10_000_000)
        assert (await pair.first.chat(caller)).status == 200
        calls = await pair.calls(caller, sim, seconds=3.0)
        pair.way.switch(CUTS[how])
        if how == "no way":
            pair.way.cut()
        await swept(pair.books)
        guessed = await pair.books.records(swept=True)
        assert [record["outcome"] for record in guessed] == ["interrupted"] * len(calls)
        await pair.assert_other_serves(caller)
        if how != "held up":
            # It knows that it is cut off, says so, and takes no new calls. (A request for a hold that is held up itself
            # arrives after the sweep, is swept, and put right later: a record more than are looked for here.)
            refused = await pair.first.chat(caller)
            assert refused.status == 503
            # After ten seconds of records that nobody takes, no new call is even asked about.
            assert error_of(refused)["code"] in {"store_unavailable", "overloaded"}
        # Half of its answers end while nobody can write them down.
        async with asyncio.timeout(30):
            while sim.counters.finished < len(calls):
                await asyncio.sleep(0.05)
        pair.way.switch(PASS)
        await assert_put_right(pair, caller, sim, calls)


async def test_a_replica_that_stood_still_bills_its_calls_twice(database, sim, tmp_path):
    """As a machine that was paused: it knows nothing of it, and finds itself swept."""
    async with two(database, sim, tmp_path) as pair:
        caller = await pair.org.caller(usd="50", tokens=10_000_000)
        calls = await pair.calls(caller, sim, seconds=3.0)
        pair.first.send(signal.SIGSTOP)
        began = asyncio.get_running_loop().time()
        await swept(pair.books)
        guessed = await pair.books.records(swept=True)
        assert [record["outcome"] for record in guessed] == ["interrupted"] * len(calls)
        await pair.books.assert_laws()
        await pair.assert_other_serves(caller)
        await asyncio.sleep(max(0.0, FROZEN_S - (asyncio.get_running_loop().time() - began)))
        pair.first.send(signal.SIGCONT)
        await assert_put_right(pair, caller, sim, calls)
