"""How long a provider may take: as its route says, or else the settings; and how it looks when time is up."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.integration.gateway.shapes import SHAPES, error_of, every_shape, told
from tests.support.gateway import beside
from tests.unit.core.raw_peer import Line, peer

LONG = "a long prompt " * 40
PATIENT = {"connect_s": 5, "first_byte_s": 30, "idle_s": 30, "total_s": 30}
WHOLE = {"id": "c", "model": "m", "choices": [{"index": 0, "message": {"content": "hi"}, "finish_reason": "stop"}]}
USAGE = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}


@asynccontextmanager
async def nobody_answers_the_door() -> AsyncIterator[str]:
    """An address at which a connection is neither made nor refused."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(door.getsockname())
            await asyncio.sleep(0.05)
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            for each in waiting:
                each.close()


def attempts_of(record) -> list[tuple[str, bool]]:
    return [(each["code"], each["sent"]) for each in json.loads(record["attempts"])]


FAULTS = {
    "silent before its headers": ({"hang_at": "headers"}, {"first_byte_s": 0.3}),
    "silent in the middle": ({"hang_at": 5}, {"idle_s": 0.3}),
    "dripping for ever": ({"chunk_delay_ms": 50, "chunks": 400}, {"total_s": 1.0}),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_route_waits_as_long_as_any_other(g, sim, fault):
    """Each in turn is the only timeout that is short, of four shapes at a time."""
    behaviour, short = FAULTS[fault]
    caller = await g.org.caller(usd="500", output_tokens_max=20_000, context_tokens=100_000)
    await g.org.timeouts(caller.model, **{**PATIENT, **short})
    began = time.monotonic()
    async with asyncio.timeout(8):
        answers = await asyncio.gather(*(shape.ask(g, caller, LONG, **behaviour) for shape in SHAPES))
    assert time.monotonic() - began >= min(short.values())
    for shape, answer in zip(SHAPES, answers, strict=True):
        begun = shape.stream and fault != "silent before its headers"
        assert answer.status == (200 if begun else 504), shape
        code = error_of(answer)["code"]
        assert code == ("server_error" if begun and shape.operation == "responses" else "upstream_timeout")
        assert answer.ending == "whole"
        await sim.witness.wait_for("aborted", x_request_id=answer.headers["x-ai-api-call-id"])
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert (record["outcome"], record["usage_source"]) == ("upstream_timeout", "estimated")
        assert record["input_tokens"] > 100
        assert (record["output_tokens"] > 0) == begun


async def test_a_route_that_may_take_longer_is_cut_like_the_others(g, sim):
    short = {"first_byte_s": 0.2, "idle_s": 0.2, "total_s": 0.5}
    async with beside(g, sim, upstream=short) as hasty:
        slow, quick = await g.org.caller(usd="5"), await g.org.caller(usd="5")
        await g.org.timeouts(slow.model, first_byte_s=20, idle_s=20, total_s=20)
        behaviour = {"delay_ms": 400, "first_chunk_delay_ms": 400, "chunks": 3}
        asked = [shape.ask(hasty, caller, **behaviour) for caller in (slow, quick) for shape in SHAPES]
        answers = await asyncio.gather(*asked)
        assert [answer.status for answer in answers] == [200] * 4 + [504] * 4
        # The setting's again, for the very next call.
        await g.org.timeouts(slow.model, first_byte_s=None, idle_s=None, total_s=None)
        assert (await SHAPES[0].ask(hasty, slow, **behaviour)).status == 504


async def test_the_time_of_a_route_that_failed_runs_out_for_the_next_one(g):
    caller = await g.org.caller(usd="5", key=await g.org.key("sim-server-error"))
    await g.org.timeouts(caller.model, total_s=0.7)
    await g.org.route(caller.model, await g.org.key("sim-slow"), priority=200)
    for shape in SHAPES[:2]:
        answer = await shape.ask(g, caller)
        assert (answer.status, answer.ending) == (200, "whole")
    assert [attempts_of(each) for each in await g.books.records()] == [[("upstream_error", True), ("ok", True)]] * 2


async def test_headers_that_drip_hold_the_call_for_ever(g):
    async def play(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\n")
        while True:
            await line.say(b"x: y\r\n")
            await asyncio.sleep(0.05)

    async with peer(play) as provider:
        caller = await g.org.caller(usd="5", key=await g.org.key(url=provider.url(path="")))
        await g.org.timeouts(caller.model, **{**PATIENT, "first_byte_s": 0.3})
        answers = await asyncio.gather(*(shape.ask(g, caller, LONG) for shape in SHAPES))
    assert {(answer.status, error_of(answer)["code"]) for answer in answers} == {(504, "upstream_timeout")}
    assert all(each["input_tokens"] > 100 for each in await g.books.records())


@every_shape
async def test_who_cannot_be_connected_to_is_waited_for_although_another_could_serve(g, shape):
    async with nobody_answers_the_door() as url:
        caller = await g.org.caller(usd="5", key=await g.org.key(url=url))
        await g.org.timeouts(caller.model, **{**PATIENT, "connect_s": 0.2})
        alone = await shape.ask(g, caller)
        assert (alone.status, error_of(alone)["code"]) == (504, "upstream_timeout")
        record = await g.books.record()
        # Nothing was sent, so nothing is owed.
        assert (attempts_of(record), record["billed_cost_nanos"]) == ([("upstream_timeout", False)], 0)
        await g.org.route(caller.model, await g.org.key(), priority=200)
        served = await shape.ask(g, caller)
        assert (served.status, served.ending) == (200, "whole")
        record = await g.books.record(request_id=served.headers["x-request-id"])
        assert attempts_of(record) == [("upstream_timeout", False), ("ok", True)]


async def test_a_connection_that_was_just_closed_fails_a_call_or_bills_it_twice(g):
    bodies = []

    async def play(line: Line) -> None:
        await line.request()
        await line.answer(json.dumps({**WHOLE, "usage": USAGE}).encode(), headers="content-type: application/json\r\n")
        if line.number == 0:
            # The provider has had enough of it as the next request arrives.
            bodies.append(await line.request())
            line.reset()
        await line.until_left()

    async with peer(play) as provider:
        caller = await g.org.caller(usd="5", key=await g.org.key(url=provider.url(path="")))
        for _ in range(2):
            assert (await g.chat(caller)).status == 200
        heads = [len(each) for each in provider.heads]
    assert heads == [2, 1]
    records = await g.books.records()
    assert [attempts_of(each) for each in records] == [[("ok", True)]] * 2
    assert [(each["input_tokens"], each["output_tokens"]) for each in records] == [(3, 1)] * 2


async def test_a_call_that_is_over_is_stopped_by_the_clock_it_had(g, sim):
    """The timers of calls that ended are gone: none of them ends another, or lives for its hour."""
    caller = await g.org.caller()
    await g.org.timeouts(caller.model, total_s=5)
    seen = []
    for _ in range(3):
        answer = await g.chat(caller, told(chunks=1))
        seen.append(answer.status)
    await g.at_rest()
    loop = asyncio.get_running_loop()
    waiting = [each for each in loop._scheduled if not each.cancelled() and "_run_out" in repr(each)]
    assert (seen, waiting) == ([200] * 3, [])
