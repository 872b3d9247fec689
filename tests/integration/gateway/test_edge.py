"""Clients that are not there to get an answer, in front of the whole gateway: what they keep is bounded, and others notice
nothing. One test for each way there is to keep a connection: tests/integration/test_guard*.py.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import STREAMS, WHOLES, error_of, every_stream, told
from tests.integration.gateway.test_hang_up import assert_closed_upstream
from tests.support.gateway import CHAT, GatewayProcess, beside, chat_body, gateway_process
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS, Organization
from tests.support.upstream.raw import RawClient

HALF_OPEN = 300
PATIENCE_S = 3
CLOSED_S = 30
FORGOTTEN_S = 20


def descriptors(process: GatewayProcess) -> int:
    """How many files and sockets the process has open."""
    return len(os.listdir(f"/proc/{process.child.pid}/fd"))  # noqa: PTH208  -- of a process, not of the tests' loop


async def test_connections_that_say_nothing_stay_open(database, sim, tmp_path: Path):
    """300 of them, each in another state, and a good call beside them. No descriptor is left of them."""
    organization = Organization(database, sim.url)
    caller = await organization.caller(usd="50")
    head = f"POST {CHAT} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {caller.secret}\r\n".encode()
    beginnings = [b"", b"POST /v1/chat", head, head + b"content-length: 1000\r\n\r\n" + b'{"model": ']
    patience = {"HEADER_S": str(PATIENCE_S), "BODY_IDLE_S": str(PATIENCE_S)}
    environment = {f"AI_API_LISTEN__{name}": value for name, value in patience.items()}
    try:
        async with gateway_process(database, log=tmp_path / "gateway.log", **environment) as process:
            # Whatever connections it keeps of its own, it has after this.
            await asyncio.gather(*(STREAMS[0].ask(process, caller) for _ in range(16)))
            before = descriptors(process)
            clients = [RawClient(process.url) for _ in range(HALF_OPEN)]
            try:
                for number, client in enumerate(clients):
                    await client.__aenter__()
                    await client.send_bytes(beginnings[number % len(beginnings)])
                assert descriptors(process) > before + HALF_OPEN // 2
                began = time.monotonic()
                for shape in (WHOLES[0], STREAMS[1]):
                    assert (await shape.ask(process, caller)).status == 200
                assert time.monotonic() - began < PATIENCE_S
                answers = await asyncio.gather(*(client.receive(timeout_s=CLOSED_S) for client in clients))
                for number, answer in enumerate(answers):
                    assert answer.status == (0 if number % len(beginnings) == 3 else 408)
                again = await asyncio.gather(*(client.receive(timeout_s=CLOSED_S) for client in clients))
                assert {answer.ending for answer in again} <= {"fin", "rst"}
                async with asyncio.timeout(FORGOTTEN_S):
                    # While the clients have not closed yet.
                    while descriptors(process) > before:
                        await asyncio.sleep(0.1)
            finally:
                for client in clients:
                    await client.close()
            # Probes and metrics have the same guard.
            async with RawClient(process.ops_url) as client:
                assert (await client.receive(timeout_s=CLOSED_S)).status == 408
    finally:
        await organization.close()


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
