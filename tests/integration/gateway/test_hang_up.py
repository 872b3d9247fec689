"""The client leaves: the provider is hung up on within a second, and what came has its record."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import text

from tests.integration.gateway.shapes import SHAPES, STREAMS, WHOLES, every_shape, every_stream, every_whole, told
from tests.support.books import assert_records_match_witness
from tests.support.gateway import CHAT, chat_body
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS


async def assert_closed_upstream(sim, left_at: float, *, within_s: float = 1.0) -> None:
    """The witness saw the connection to the provider end soon after the client had left."""
    event = await sim.witness.wait_for("aborted", timeout_s=within_s + 1)
    assert event.monotonic_ns / 1e9 - left_at < within_s


@every_stream
async def test_a_client_that_leaves_midstream_has_no_record(g, sim, shape):
    caller = await g.org.caller(usd="5")
    async with g.begun(caller, shape.path, shape.body(caller, told(hang_at=5))) as client:
        seen = await client.receive(timeout_s=0.6)
        assert seen.body.count(b"amber") == 1
        left_at = time.monotonic()
    await assert_closed_upstream(sim, left_at)
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("client_closed", "estimated")
    assert 5 <= record["output_tokens"] <= 12
    assert record["input_tokens"] > 0
    cost = record["input_tokens"] * INPUT_NANOS + record["output_tokens"] * OUTPUT_NANOS
    assert record["billed_cost_nanos"] == cost


@every_shape
@pytest.mark.parametrize("where", [{"hang_at": "headers"}, {"first_chunk_delay_ms": 60_000}], ids=["headers", "body"])
async def test_an_answer_nobody_waits_for_is_waited_for(g, sim, shape, where):
    caller = await g.org.caller(usd="5")
    async with g.begun(caller, shape.path, shape.body(caller, told("a long prompt " * 40, **where))):
        await sim.witness.wait_for("started")
        left_at = time.monotonic()
    await assert_closed_upstream(sim, left_at)
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("client_closed", "estimated")
    # The provider has read it: neither free nor billed like a finished answer.
    assert record["input_tokens"] > 100
    assert record["output_tokens"] == 0


@every_whole
async def test_half_a_whole_answer_is_fetched_to_its_end_for_nobody(g, sim, shape):
    caller = await g.org.caller(usd="5")
    async with g.begun(caller, shape.path, shape.body(caller, told(hang_at=3))) as client:
        assert (await client.receive(timeout_s=0.2)).ending == "silence"
        left_at = time.monotonic()
    await assert_closed_upstream(sim, left_at)
    assert (await g.books.record())["outcome"] == "client_closed"


async def test_a_client_that_has_its_answer_makes_the_usage_unknown(g, sim):
    """Gone after the finish frame: the usage still on its way is waited for, a moment."""
    caller = await g.org.caller(usd="5")
    body = chat_body(caller, told(end_delay_ms=400), stream=True)
    async with g.begun(caller, CHAT, body) as client:
        await client.receive_until(b'"finish_reason":"stop"')
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"], record["output_tokens"]) == ("ok", "provider", 50)
    assert sim.counters.finished == 1


async def test_usage_that_never_comes_keeps_a_dead_call_open(g, sim):
    caller = await g.org.caller(usd="5")
    body = chat_body(caller, told(hang_at="usage"), stream=True)
    async with g.begun(caller, CHAT, body) as client:
        await client.receive_until(b'"finish_reason":"')
        left_at = time.monotonic()
    await assert_closed_upstream(sim, left_at, within_s=1.5)
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("client_closed", "estimated")
    assert 50 <= record["output_tokens"] <= 90


@every_whole
async def test_a_finished_answer_is_free_for_a_client_that_left_before_it_was_written_down(g, sim, shape):
    caller = await g.org.caller(usd="5")
    # The ledger is busy, so that the client can leave between the answer and its record.
    async with g.org.database.transaction() as tx:
        await tx.execute(text("LOCK TABLE call_records IN ACCESS EXCLUSIVE MODE"))
        async with g.begun(caller, shape.path, shape.body(caller)):
            await sim.witness.wait_for("finished")
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.1)
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"], record["output_tokens"]) == ("ok", "provider", 50)


async def test_nought_of_ten_clients_that_left_are_recorded(g, sim):
    """At any moment: every call the provider accepted has its record, and nothing stays held."""
    caller = await g.org.caller(usd="500", tokens=100_000_000)
    shapes = [SHAPES[n % 4] for n in range(40)]

    async def leave(number: int, shape) -> None:
        body = shape.body(caller, told(f"n{number}", chunk_delay_ms=3, chunks=20, first_chunk_delay_ms=5))
        async with g.begun(caller, shape.path, body):
            await asyncio.sleep(number * 0.003)

    await asyncio.gather(*(leave(number, shape) for number, shape in enumerate(shapes)))
    await g.at_rest()
    records = await g.books.records()
    assert {record["outcome"] for record in records} <= {"ok", "client_closed"}
    assert_records_match_witness(records, list(sim.witness.events))
    assert all(record["input_tokens"] for record in records if record["attempts"] != "[]")


async def test_a_client_that_reads_nothing_makes_the_gateway_hoard(g, sim):
    caller = await g.org.caller(usd="5000", output_tokens_max=20_000_000, context_tokens=20_000_000)
    body = chat_body(caller, told(answer_bytes=20 * 1024 * 1024, chunks=2_000), stream=True)
    async with g.begun(caller, CHAT, body) as client:
        assert client._reader is not None
        client._reader._transport.pause_reading()
        await sim.witness.wait_for("started")
        await asyncio.sleep(0.5)
        # The provider is held back by it.
        assert sim.counters.open == 1
        left_at = time.monotonic()
    await assert_closed_upstream(sim, left_at)
    assert (await g.books.record())["outcome"] == "client_closed"


async def test_a_connection_that_is_closed_politely_counts_as_there(g, sim):
    caller = await g.org.caller(usd="5")
    for shape in (STREAMS[0], WHOLES[0]):
        async with g.begun(caller, shape.path, shape.body(caller, told(hang_at=3))) as client:
            await sim.witness.wait_for("started")
            client.half_close()
            left_at = time.monotonic()
            await assert_closed_upstream(sim, left_at)
        sim.forget()
    assert [each["outcome"] for each in await g.books.records_when(2)] == ["client_closed"] * 2


async def test_an_answer_is_bought_for_a_client_that_left_while_it_waited_for_its_turn(g, sim):
    caller = await g.org.caller(usd="5")
    await g.chat(caller)
    for shape in SHAPES:
        async with g.org.database.transaction() as tx:
            # Admission waits for somebody slow.
            await tx.execute(text("LOCK TABLE quota_accounts IN ACCESS EXCLUSIVE MODE"))
            async with g.begun(caller, shape.path, shape.body(caller)):
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.05)
        records = await g.books.records_when(SHAPES.index(shape) + 2)
        assert (records[-1]["outcome"], records[-1]["billed_cost_nanos"]) == ("client_closed", 0)
        assert records[-1]["attempts"] == "[]"
    assert sim.counters.started == 1
