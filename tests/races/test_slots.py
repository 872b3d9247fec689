"""Slots of a concurrency limit come back, however a call ends; and light users are served with a tenth of their limit."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from ai_api.settings import load_settings
from ai_api.worker import Worker
from tests.integration.gateway.shapes import told
from tests.support import upstream
from tests.support.books import Books
from tests.support.gateway import CHAT, Address, Gateway, beside, chat_body, gateway, gateway_process
from tests.support.organization import KEYS_TEXT, Caller
from tests.support.upstream import Simulator

SLOTS = 50
ENDINGS = {
    "whole": {},
    "left before": {"hang_at": "headers"},
    "left while": {"hang_at": 3},
    "timeout": {"first_chunk_delay_ms": 60_000},
    "refused": {"status": 500},
    "reset": {"cut_at": 3},
}


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with upstream.running() as simulator:
        yield simulator


async def limited(g: Gateway) -> Caller:
    """A caller with so many slots."""
    caller = await g.org.caller(usd="5000")
    await g.org.limit(
        "allocation",
        caller.allocation.id,
        member=caller.member,
        metric="concurrency",
        amount=SLOTS,
        window_kind="lifetime",
    )
    return caller


async def one(g: Address, caller: Caller, name: str) -> int:
    """A call that ends that way; its status, 0 where the client did not wait for one."""
    body = chat_body(caller, told(**ENDINGS[name]) if ENDINGS[name] else "hello", stream=True)
    if not name.startswith("left"):
        return (await g.ask(caller, CHAT, body, timeout_s=30)).status
    async with g.begun(caller, CHAT, body) as client:
        await client.receive(timeout_s=0.05)
    return 0


async def assert_all_free(g: Gateway, caller: Caller, sim: Simulator) -> None:
    """Every slot can be taken, and not one more."""
    before = sim.counters.open
    async with AsyncExitStack() as stack:
        for _ in range(SLOTS):
            await stack.enter_async_context(g.begun(caller, CHAT, chat_body(caller, told(hang_at="headers"))))
        async with asyncio.timeout(20):
            while sim.counters.open - before < SLOTS:
                await asyncio.sleep(0.01)
        assert (await g.chat(caller)).status == 429


async def test_slots_leak_when_calls_end_badly(database, sim, full):
    calls = 10_200 if full else 1_020
    hasty = {"first_byte_s": 0.3, "idle_s": 0.3}
    async with (
        gateway(database, sim) as g,
        beside(g, sim, upstream=hasty) as first,
        beside(g, sim, upstream=hasty) as second,
    ):
        caller = await limited(g)
        names, statuses = list(ENDINGS), Counter()

        async def client(number: int) -> None:
            for turn in range(calls // 60):
                status = await one((first, second)[number % 2], caller, names[(number + turn) % len(names)])
                statuses[status] += 1

        await asyncio.gather(*(client(number) for number in range(60)))
        for each in (first, second):
            await each.at_rest(20)
        assert sum(statuses.values()) == calls
        assert await g.books.holds() == 0
        await assert_all_free(g, caller, sim)
        # Ended by revocation, all at once.
        streams = [
            asyncio.create_task(g.ask(caller, CHAT, chat_body(caller, told(hang_at=2), stream=True), timeout_s=30))
            for _ in range(SLOTS)
        ]
        await asyncio.sleep(1)
        await g.org.move(caller, "pause")
        await asyncio.gather(*streams)
        await g.at_rest(20)
        await g.org.move(caller, "resume")
        await assert_all_free(g, caller, sim)


async def test_slots_of_a_killed_replica_are_lost(database, sim, tmp_path):
    """Swept, and all there again."""
    async with gateway(database, sim) as g:
        caller = await limited(g)
        async with gateway_process(database, log=tmp_path / "gateway.log") as process:
            waiting = [
                asyncio.create_task(process.ask(caller, CHAT, chat_body(caller, told(hang_at="headers"))))
                for _ in range(SLOTS)
            ]
            async with asyncio.timeout(20):
                while sim.counters.open < SLOTS:
                    await asyncio.sleep(0.05)
            assert (await g.chat(caller)).status == 429
            await process.kill()
            await asyncio.gather(*waiting, return_exceptions=True)
        worker = Worker(load_settings({}, database_url=database, encryption_keys=KEYS_TEXT, sweep_silent_s=1))
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(stop))
        async with asyncio.timeout(30):
            while await Books(database).holds():
                await asyncio.sleep(0.1)
        stop.set()
        await running
        await assert_all_free(g, caller, sim)


async def test_a_light_user_is_locked_out_with_money_left(database, sim, capsys):
    """100 KB prompts of 5,000 tokens or so, at most 32,000 tokens out, 15 and 75 USD a million, 5 USD, 0.10 USD a call."""
    async with gateway(database, sim) as g:
        caller = await g.org.caller(
            usd="5",
            context_tokens=200_000,
            output_tokens_max=32_000,
            prices={"input_usd": "15", "output_usd": "75"},
        )
        # 5,000 tokens in are 0.075 USD, 333 out 0.025.
        prompt = told("a light word or two " * 5_000, usage={"input": 5_000, "output": 333})
        served = 0
        while (await g.ask(caller, CHAT, chat_body(caller, prompt, max_tokens=32_000), timeout_s=30)).status == 200:
            served += 1
        with capsys.disabled():
            print(f"\na light user is served {served} times in a row")
        assert served >= 40
