"""The gateway dies, or is taken for dead: one record for every call the provider accepted, and never two."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ai_api.settings import load_settings
from ai_api.worker import Worker
from tests.integration.gateway.shapes import SHAPES, Shape, has_success_end, told
from tests.support.books import Books, assert_records_match_witness
from tests.support.gateway import Address, gateway_process
from tests.support.organization import KEYS_TEXT, Caller, Organization
from tests.support.upstream import Simulator
from tests.support.upstream.raw import RawAnswer

AT_ONCE = 50
SILENT_S = 1
SWEPT_S = 60


@asynccontextmanager
async def working(dsn: str) -> AsyncIterator[None]:
    """A worker whose sweep takes a replica for dead after a second."""
    worker = Worker(load_settings({}, database_url=dsn, encryption_keys=KEYS_TEXT, sweep_silent_s=SILENT_S))
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


async def keep_calling(g: Address, caller: Caller, name: str, answers: dict[str, tuple[Shape, RawAnswer]]) -> None:
    """Call after call of all shapes and speeds until the gateway is gone; every answer by its request id."""
    chance = random.Random(name)
    for turn in range(10_000):
        shape, request_id = SHAPES[turn % 4], f"{name}-{turn}"
        pace = {"chunk_delay_ms": chance.choice((0, 1, 10, 40)), "chunks": chance.choice((1, 12))}
        body = shape.body(caller, told(request_id, **pace))
        try:
            answer = await g.ask(caller, shape.path, body, headers={"x-request-id": request_id}, timeout_s=30)
        except OSError:
            return
        answers[request_id] = (shape, answer)
        if answer.ending != "whole":
            return


async def test_a_killed_gateway_leaves_paid_answers_unrecorded(database, sim, tmp_path, rounds):
    chance = random.Random(11)
    books = Books(database)
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="5000", tokens=10**12)
    answers: dict[str, tuple[Shape, RawAnswer]] = {}
    async with working(database):
        for number in range(rounds):
            async with gateway_process(database, log=tmp_path / "gateway.log") as process:
                clients = [
                    asyncio.create_task(keep_calling(process, caller, f"r{number}-{n}", answers))
                    for n in range(AT_ONCE)
                ]
                await asyncio.sleep(0.5 + chance.random() * 1.5)
                await process.kill()
                await asyncio.gather(*clients)
        async with gateway_process(database, log=tmp_path / "gateway.log") as process:
            await swept(books)
            answer = await process.chat(caller)
            assert answer.status == 200, answer
    records = await books.records()
    by_request = {record["request_id"]: record for record in records}
    assert len(by_request) == len(records), "double"
    assert_records_match_witness(records, list(sim.witness.events))
    complete = 0
    for request_id, (shape, answer) in answers.items():
        if answer.ending == "whole" and (not shape.stream or has_success_end(answer)):
            record = by_request[request_id]
            assert (record["outcome"], record["usage_source"], record["swept"]) == ("ok", "provider", False)
            complete += 1
    interrupted = [record for record in records if record["swept"]]
    assert {record["outcome"] for record in interrupted} <= {"interrupted"}
    print(f"{len(records)} records, {len(interrupted)} interrupted, {complete} answers whole, {len(answers)} in all")
    # The test is worth nothing unless calls were cut off, and others ended before.
    assert complete > AT_ONCE
    assert len(interrupted) >= AT_ONCE * rounds / 10
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
