"""A hold follows its answer: it grows while the answer comes, is cut where it cannot, and shrinks to the input that was read."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import asyncpg

from tests.integration.gateway.shapes import error_of, every_stream, has_success_end, told
from tests.support.gateway import CHAT, chat_body
from tests.support.organization import Caller

FULL = 20_000
LIGHT = 1_000
CHUNKS, CHUNK_BYTES = 200, 64
ANSWER_TOKENS = CHUNKS * CHUNK_BYTES // 4
"""What the gateway takes such an answer for, while it comes."""
SLOW: dict[str, Any] = {"answer_bytes": CHUNKS * CHUNK_BYTES, "chunks": CHUNKS, "chunk_delay_ms": 5}


async def caller_with(g, *, tokens: int) -> Caller:
    return await g.org.caller(tokens=tokens, context_tokens=100_000, output_tokens_max=FULL)


async def held(g, caller: Caller) -> int:
    balances = await g.books.balances(caller.allocation.id)
    return balances["total_tokens"].held if "total_tokens" in balances else 0


@every_stream
async def test_a_long_answer_outgrows_its_hold(g, sim, shape):
    caller = await caller_with(g, tokens=10 * FULL)
    body = shape.body(caller, told(**SLOW))
    body.pop("max_tokens", None)
    peak = 0
    async with g.begun(caller, shape.path, body) as client:
        answer = asyncio.create_task(client.receive(timeout_s=20))
        while not answer.done():
            peak = max(peak, await held(g, caller))
            await asyncio.sleep(0.02)
        assert has_success_end(answer.result())
    assert g.application.gateway.tell.counters.extensions["extended"] > 0
    # It began light, and was never behind what came.
    assert ANSWER_TOKENS <= peak < FULL
    record = await g.books.record()
    assert record["outcome"] == "ok"
    await g.at_rest()


async def test_plenty_holds_little_and_scarcity_holds_all(g, sim):
    """Two callers, one with room for four whole answers and one without: only the second is told to the provider."""
    for tokens, is_light in ((5 * FULL, True), (3 * FULL, False)):
        caller = await caller_with(g, tokens=tokens)
        async with g.begun(caller, CHAT, chat_body(caller, told(hang_at=2), stream=True)):
            await sim.witness.wait_for("started")
            taken = await held(g, caller)
        assert (taken < FULL) == is_light, (tokens, taken)
        assert taken > LIGHT
        sim.forget()


@every_stream
async def test_an_answer_that_cannot_be_paid_goes_on(g, sim, shape):
    caller = await caller_with(g, tokens=5 * FULL)
    body = shape.body(caller, told(**{**SLOW, "chunk_delay_ms": 10}))
    rival = chat_body(caller, told(hang_at="headers"), max_tokens=FULL)
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(g.begun(caller, shape.path, body))
        await sim.witness.wait_for("started")
        # Others take all that is left before it has grown.
        for _ in range(5):
            await stack.enter_async_context(g.begun(caller, CHAT, rival))
        answer = await client.receive(timeout_s=20)
    assert answer.status == 200
    assert not has_success_end(answer)
    error = error_of(answer)
    assert error["code"] in {"insufficient_quota", "token_quota_exceeded"}
    record = await g.books.record(outcome="token_quota_exceeded")
    # What came is booked, and it ends where the hold did, give or take a chunk.
    assert LIGHT <= record["output_tokens"] <= LIGHT * 2
    await g.at_rest()


async def test_an_extension_that_cannot_be_asked_cuts_the_answer(g, sim, shared_database):
    caller = await caller_with(g, tokens=10 * FULL)
    body = chat_body(caller, told(**{**SLOW, "chunk_delay_ms": 3}), stream=True)
    blocker = await asyncpg.connect(shared_database)
    try:
        async with g.begun(caller, CHAT, body) as client:
            await sim.witness.wait_for("started")
            lock = blocker.transaction()
            await lock.start()
            await blocker.execute("SELECT 1 FROM quota_accounts WHERE subject_id = $1 FOR UPDATE", caller.allocation.id)
            answer = asyncio.create_task(client.receive(timeout_s=20))
            await asyncio.sleep(2.6)
            await lock.rollback()
            assert has_success_end(await answer)
    finally:
        await blocker.close()
    record = await g.books.record()
    assert record["outcome"] == "ok"
    await g.at_rest()


async def test_the_surplus_of_an_input_stays_held(g, sim):
    """A provider that states its input with the first chunk gives the rest back while the answer is still coming."""
    caller = await caller_with(g, tokens=10 * FULL)
    behaviour = told("x" * 30_000, usage_flavour="every_chunk", usage={"input": 7, "output": 5}, hang_at=5)
    async with g.begun(caller, CHAT, chat_body(caller, behaviour, stream=True, max_tokens=500)):
        async with asyncio.timeout(5):
            while (taken := await held(g, caller)) != 7 + 500:
                assert taken in {0, 507} or taken > 30_000, taken
                await asyncio.sleep(0.01)
    await g.at_rest()
