"""The gateway dies, or is taken for dead: one record for every call the provider accepted, and never two."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from ai_api.settings import load_settings
from ai_api.worker import Worker
from tests.integration.gateway.shapes import SHAPES, Shape, has_success_end, told
from tests.support import upstream
from tests.support.books import Books, assert_exactly_once, assert_records_match_witness
from tests.support.gateway import gateway_process
from tests.support.nursery import Fork, nursery
from tests.support.organization import KEYS_TEXT, Caller, Organization
from tests.support.upstream import Simulator, read_log
from tests.support.upstream.raw import RawAnswer

AT_ONCE = 100
SILENT_S = 1
SWEPT_S = 60


@asynccontextmanager
async def working(dsn: str, *, silent_s: float = SILENT_S) -> AsyncIterator[None]:
    """A worker whose sweep takes a replica for dead after a second, or so many."""
    worker = Worker(load_settings({}, database_url=dsn, encryption_keys=KEYS_TEXT, sweep_silent_s=silent_s))
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


@asynccontextmanager
async def an_organization(dsn: str, sim: Simulator) -> AsyncIterator[Organization]:
    organization = Organization(dsn, sim.url)
    try:
        yield organization
    finally:
        await organization.close()


async def swept(books: Books) -> None:
    """Waits until nothing is held any more."""
    async with asyncio.timeout(SWEPT_S):
        while await books.holds():
            await asyncio.sleep(0.1)


class Crowd:
    """Clients that never stop calling, all of them the same replica, and another one as soon as that is gone."""

    def __init__(self, caller: Caller) -> None:
        self.answers: dict[str, tuple[Shape, RawAnswer]] = {}
        self.replicas: list[Fork] = []
        self._caller = caller
        self._is_over = False

    @asynccontextmanager
    async def calling(self, size: int) -> AsyncIterator[None]:
        """Until the end of the block; what is under way then is answered."""
        clients = [asyncio.create_task(self._call(f"c{number}")) for number in range(size)]
        try:
            yield
        finally:
            self._is_over = True
            await asyncio.gather(*clients)

    async def _call(self, name: str) -> None:
        chance = random.Random(name)
        for turn in range(1_000_000):
            if self._is_over:
                return
            shape, request_id = SHAPES[turn % 4], f"{name}-{turn}"
            pace = {"chunk_delay_ms": chance.choice((0, 20, 60, 120)), "chunks": 12}
            body = shape.body(self._caller, told(request_id, **pace))
            try:
                replica = self.replicas[0]
                answer = await replica.ask(
                    self._caller, shape.path, body, headers={"x-request-id": request_id}, timeout_s=30
                )
            except OSError:
                # Killed before it was asked: the next turn finds the other one.
                await asyncio.sleep(0.01)
                continue
            self.answers[request_id] = shape, answer


async def test_a_killed_gateway_leaves_paid_answers_unrecorded(database, tmp_path, rounds):
    """A hundred calls in flight on one of two replicas, which dies; the other takes them, and dies when it has a successor."""
    chance = random.Random(11)
    books, log, seen = Books(database), tmp_path / "gateway.log", tmp_path / "witness.jsonl"
    async with (
        upstream.running(log=seen) as sim,
        an_organization(database, sim) as org,
        working(database),
        nursery() as forks,
        AsyncExitStack() as running,
    ):

        async def one_more() -> Fork:
            return await running.enter_async_context(forks.gateway(database, log=log, AI_API_POOLS__HOT="4"))

        caller = await org.caller(usd="5000", tokens=10**12)
        crowd = Crowd(caller)
        crowd.replicas = [await one_more(), await one_more()]
        async with crowd.calling(AT_ONCE):
            for _ in range(rounds):
                async with asyncio.timeout(30):
                    while sim.counters.open < AT_ONCE // 2:
                        await asyncio.sleep(0.005)
                await asyncio.sleep(chance.random())
                await crowd.replicas.pop(0).kill()
                crowd.replicas.append(await one_more())
        await swept(books)
    records = await books.records()
    by_request = {record["request_id"]: record for record in records}
    assert_exactly_once(records, read_log(seen))
    complete = 0
    for request_id, (shape, answer) in crowd.answers.items():
        if answer.ending == "whole" and (not shape.stream or has_success_end(answer)):
            record = by_request[request_id]
            assert (record["outcome"], record["usage_source"]) == ("ok", "provider")
            complete += 1
    interrupted = [record for record in records if record["outcome"] != "ok"]
    assert {(record["outcome"], record["swept"]) for record in interrupted} == {("interrupted", True)}
    print(f"{len(records)} records, {len(interrupted)} interrupted, {complete} answers whole of {len(crowd.answers)}")
    # The test is worth nothing unless calls were cut off, and others ended before.
    assert complete > AT_ONCE
    assert len(interrupted) >= AT_ONCE * rounds / 5
    await books.assert_at_rest()


async def test_a_replica_that_was_only_cut_off_bills_its_calls_again(database, sim, tmp_path):
    """Frozen past its time and swept; then it goes on, and its settlements correct what was guessed."""
    books = Books(database)
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="50", tokens=10_000_000)
    async with working(database), gateway_process(database, log=tmp_path / "gateway.log") as process:
        prompt = told(chunk_delay_ms=60, chunks=50)
        calls = [asyncio.create_task(process.ask(caller, each.path, each.body(caller, prompt))) for each in SHAPES * 3]
        while sim.counters.open < len(calls):
            await asyncio.sleep(0.01)
        os.kill(process.child.pid, signal.SIGSTOP)
        try:
            await swept(books)
        finally:
            os.kill(process.child.pid, signal.SIGCONT)
        guessed = await books.records()
        assert {(record["outcome"], record["swept"]) for record in guessed} == {("interrupted", True)}
        assert len(guessed) == len(calls)
        await books.assert_laws()
        for answer in await asyncio.gather(*calls):
            assert (answer.status, answer.ending) == (200, "whole")
        # Written down as the same replica, under a new id.
        assert (await process.chat(caller)).status == 200
    records = await books.records_when(len(calls) + 1, outcome="ok")
    assert len(await books.records()) == len(calls) + 1
    assert_records_match_witness(records, list(sim.witness.events))
    assert {record["usage_source"] for record in records} == {"provider"}
    assert [record["swept"] for record in records] == [True] * len(calls) + [False]
    await books.assert_at_rest()


async def test_a_restart_cuts_off_streams_or_loses_their_records(database, sim, tmp_path):
    """SIGTERM: what is under way is finished, what comes now goes elsewhere, and the process ends by itself, cleanly."""
    books = Books(database)
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="50")
    async with gateway_process(database, log=tmp_path / "gateway.log") as process:
        prompt = told(chunk_delay_ms=30, chunks=50)
        calls = [asyncio.create_task(process.ask(caller, each.path, each.body(caller, prompt))) for each in SHAPES * 3]
        while sim.counters.open < len(calls):
            await asyncio.sleep(0.01)
        process.child.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        try:
            late = (await process.chat(caller)).status
        except OSError:
            late = 0
        assert late in {0, 503}
        for answer in await asyncio.gather(*calls):
            assert (answer.status, answer.ending) == (200, "whole")
        async with asyncio.timeout(10):
            assert await process.child.wait() == 0
    records = await books.records(outcome="ok")
    assert len(records) == len(calls)
    assert_records_match_witness(records, list(sim.witness.events))
    await books.assert_at_rest()
    # It has signed off: nobody waits for its heart to stand still.
    assert await books.fetch("SELECT id FROM replicas WHERE swept_at IS NULL") == []
