"""Clients that are not there to get an answer, in front of the whole gateway: what they keep is bounded, and others notice
nothing. One test for each way there is to keep a connection: tests/integration/test_guard*.py.
"""

from __future__ import annotations

import time

from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import error_of, every_stream, told
from tests.integration.gateway.test_hang_up import assert_closed_upstream
from tests.support.gateway import CHAT, beside, chat_body
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS
from tests.support.upstream.raw import RawClient


@every_stream
async def test_a_stream_that_nobody_reads_goes_on_for_ever(g, sim, shape):
    """The connection is cut although its client stays; the call ends like one that was left, and is billed what came."""
    async with beside(g, sim, listen={"stall_s": 0.5}) as g:
        caller = await g.org.caller(usd="5000", output_tokens_max=20_000_000, context_tokens=20_000_000)
        body = shape.body(caller, told(answer_bytes=20 * 1024 * 1024, chunks=2_000))
        async with g.begun(caller, shape.path, body) as client:
            assert client._reader is not None
            client._reader._transport.pause_reading()
            began = time.monotonic()
            await sim.witness.wait_for("started", timeout_s=15)
            await assert_closed_upstream(sim, began, within_s=15)
            record = await g.books.record(timeout_s=20)
        assert (record["outcome"], record["usage_source"]) == ("client_closed", "estimated")
        assert record["output_tokens"] > 1_000
        cost = record["input_tokens"] * INPUT_NANOS + record["output_tokens"] * OUTPUT_NANOS
        assert record["billed_cost_nanos"] == cost
        await g.at_rest(timeout_s=20)
        assert len(await g.books.records()) == 1


async def test_a_body_that_falls_silent_is_a_call(g, sim):
    async with beside(g, sim, listen={"body_idle_s": 0.5}) as g:
        caller = await g.org.caller(usd="5")
        async with RawClient(g.url) as client:
            await client.send("POST", CHAT, headers={**caller.headers, "content-length": "1000"})
            await client.send_bytes(b'{"model": ')
            cut = await client.receive(timeout_s=10)
            assert cut.status == 0
            assert cut.ending in {"fin", "rst"}
        # An answer may take longer than a client may be silent while it asks.
        answer = await g.chat(caller, told(delay_ms=1_200))
        assert answer.status == 200
        assert len(await g.books.records()) == 1


async def test_a_refusal_at_the_edge_is_a_text_no_client_can_read(g, sim):
    caller = await g.org.caller(usd="5")
    async with RawClient(g.url) as client:
        await client.send("POST", CHAT, headers={**caller.headers, "x": "a" * 33_000}, body=encode(chat_body(caller)))
        answer = await client.receive()
        assert (answer.status, answer.headers["connection"]) == (431, "close")
        assert (error_of(answer)["code"], answer.headers["x-should-retry"]) == ("head_too_large", "false")
    async with RawClient(g.url) as client:
        # The client's own Host stands before it.
        await client.send("POST", CHAT, headers={**caller.headers, "host": "b"}, body=encode(chat_body(caller)))
        answer = await client.receive()
        assert (answer.status, error_of(answer)["code"]) == (400, "bad_request")
    assert len(sim.requests) == 0
    assert (await g.chat(caller)).status == 200
