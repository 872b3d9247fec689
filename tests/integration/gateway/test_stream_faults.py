"""A stream that cannot go on says so in its own dialect, never ends like a good one, and what came is billed."""

from __future__ import annotations

import json

import pytest

from tests.integration.gateway.shapes import STREAMS, error_of, every_stream, has_success_end, told
from tests.support.gateway import CHAT, beside, chat_body
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS, UPSTREAM_SECRET

CUTS = {
    "rst": {"cut_at": 5},
    "fin": {"cut_at": 5, "cut_how": "fin"},
    "fin in a frame": {"cut_at": 5, "cut_how": "fin", "cut_in_frame": True},
    "clean end in the middle": {"cut_at": 5, "cut_how": "fin", "framing": "close"},
    "rst after a pause": {"cut_at": 5, "chunk_delay_ms": 20},
    "malformed": {"malformed_at": 5},
}
ENDS = {
    "cut before the finish": {"cut_at": "finish"},
    "cut after the finish": {"cut_at": "terminal", "cut_how": "fin"},
    "no terminal frame": {"missing_end": "done"},
    "no finish either": {"missing_end": "finish"},
}


def assert_broken_off(answer, shape, code: str = "upstream_interrupted") -> None:
    """The client cannot take it for complete: an error event last, nothing that says success, the connection intact."""
    assert (answer.status, answer.ending) == (200, "whole")
    assert not has_success_end(answer), answer.body[-400:]
    error = error_of(answer)
    if shape.operation == "chat":
        assert (error["type"], error["code"]) == ("api_error", code)
        return
    last = answer.payloads[-1]
    assert (last["type"], last["response"]["status"], error["code"]) == ("response.failed", "failed", "server_error")
    numbers = [payload["sequence_number"] for payload in answer.payloads]
    assert numbers == list(range(len(numbers)))
    assert last["response"]["id"] == answer.payloads[0]["response"]["id"]


@pytest.mark.parametrize("how", CUTS)
async def test_a_cut_stream_is_shown_as_complete_and_costs_nothing(g, sim, how):
    caller = await g.org.caller(usd="5")
    for shape in STREAMS:
        answer = await shape.ask(g, caller, **CUTS[how])
        assert_broken_off(answer, shape)
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert (record["outcome"], record["usage_source"]) == ("upstream_interrupted", "estimated")
        assert 4 <= record["output_tokens"] <= 12
        assert record["input_tokens"] > 0
        cost = record["input_tokens"] * INPUT_NANOS + record["output_tokens"] * OUTPUT_NANOS
        assert record["billed_cost_nanos"] == cost
        # It is not tried again elsewhere: the client has bytes of this one.
        assert len(sim.requests.of(answer.headers["x-ai-api-call-id"])) == 1


@pytest.mark.parametrize("how", ENDS)
async def test_a_stream_without_its_end_is_given_one(g, how):
    caller = await g.org.caller(usd="5")
    for shape in STREAMS:
        answer = await shape.ask(g, caller, **ENDS[how])
        assert_broken_off(answer, shape)
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert record["outcome"] == "upstream_interrupted"
        assert 50 <= record["output_tokens"] <= 90


async def test_a_client_that_asked_for_usage_takes_the_usage_chunk_for_the_end(g):
    caller = await g.org.caller(usd="5")
    body = chat_body(caller, told(missing_end="done"), stream=True, stream_options={"include_usage": True})
    answer = await g.ask(caller, CHAT, body)
    assert_broken_off(answer, STREAMS[0])
    assert not any(payload.get("usage") for payload in answer.payloads)
    assert (await g.books.record())["outcome"] == "upstream_interrupted"


@every_stream
async def test_an_error_frame_is_followed_by_a_success_terminator(g, shape):
    caller = await g.org.caller(usd="5")
    answer = await shape.ask(g, caller, error_at=5, error={"message": f"inner: {UPSTREAM_SECRET} at db-7"})
    assert_broken_off(answer, shape, "upstream_error")
    assert b"db-7" not in answer.body
    assert UPSTREAM_SECRET.encode() not in answer.body
    record = await g.books.record()
    assert record["outcome"] == "upstream_error"
    assert 4 <= record["output_tokens"] <= 12


@every_stream
async def test_a_stream_that_never_begins_is_an_empty_success(g, shape):
    """Nothing has reached the client yet: it gets a status, not a stream with an error in it."""
    caller = await g.org.caller(usd="5")
    answer = await shape.ask(g, caller, cut_at=0, cut_how="fin", chunks=1)
    if answer.status == 200:
        assert_broken_off(answer, shape)
    else:
        assert (answer.status, error_of(answer)["code"]) == (502, "upstream_interrupted")
    assert {each["outcome"] for each in await g.books.records()} == {"upstream_interrupted"}


async def test_a_response_that_failed_says_which_key_it_failed_with(g):
    caller = await g.org.caller(usd="5")
    answer = await STREAMS[1].ask(g, caller, finish="failed", error={"message": f"no credit on {UPSTREAM_SECRET}"})
    last = answer.payloads[-1]
    assert last["type"] == "response.failed"
    assert last["response"]["error"]["message"] == "no credit on [redacted]"
    assert answer.ending == "whole"
    record = await g.books.record()
    assert (record["outcome"], record["finish_reason"]) == ("upstream_error", "failed")
    assert 50 <= record["output_tokens"] <= 90


async def test_a_provider_that_falls_silent_holds_the_stream_for_ever(g, sim):
    async with beside(g, sim, upstream={"idle_s": 0.4}) as g:
        caller = await g.org.caller(usd="5")
        for shape in STREAMS:
            answer = await shape.ask(g, caller, hang_at=5)
            assert_broken_off(answer, shape, "upstream_timeout")
            await sim.witness.wait_for("aborted", x_request_id=answer.headers["x-ai-api-call-id"])
            record = await g.books.record(request_id=answer.headers["x-request-id"])
            assert record["outcome"] == "upstream_timeout"
            assert 4 <= record["output_tokens"] <= 12


async def test_a_frame_without_an_end_fills_the_memory(g, sim):
    caller = await g.org.caller(usd="50", output_tokens_max=10_000_000, context_tokens=20_000_000)
    answer = await g.chat(caller, told(answer_bytes=20_000_000, chunks=1), stream=True)
    assert_broken_off(answer, STREAMS[0])
    assert len(answer.body) < 10_000
    await sim.witness.wait_for("aborted", x_request_id=answer.headers["x-ai-api-call-id"])


async def test_a_silent_stream_is_cut_by_a_proxy_in_between(g, monkeypatch):
    monkeypatch.setattr("ai_api.gateway.relay.SILENCE_S", 0.1)
    caller = await g.org.caller()
    for shape in STREAMS:
        plain = await shape.ask(g, caller, chunks=3)
        slow = await shape.ask(g, caller, chunks=3, first_chunk_delay_ms=350, chunk_delay_ms=150)
        comments = slow.body.count(b": keep-alive\n\n")
        assert comments >= 3
        # Between frames, never inside one: without them the stream is what it was.
        rest = slow.body.replace(b": keep-alive\n\n", b"")
        assert rest.count(b"\n\n") == plain.body.count(b"\n\n")
        assert [name for name, _ in slow.events] == [name for name, _ in plain.events]


async def test_comments_begin_before_the_provider_has_accepted_the_call(g, monkeypatch):
    """A head that is out cannot become a 429 any more."""
    monkeypatch.setattr("ai_api.gateway.relay.SILENCE_S", 0.05)
    caller = await g.org.caller()
    for shape in STREAMS:
        answer = await shape.ask(g, caller, delay_ms=250, status=429, retry_after=3)
        assert (answer.status, answer.headers["retry-after"]) == (429, "3")


async def test_a_broken_stream_leaves_a_connection_that_speaks_of_another_call(g, sim):
    """The next call after each fault gets its own answer, from a connection nobody else's bytes are on."""
    caller = await g.org.caller(usd="5")
    for behaviour in (*CUTS.values(), *ENDS.values(), {"error_at": 2}):
        for shape in STREAMS:
            await shape.ask(g, caller, **behaviour)
            answer = await g.chat(caller, "who am I")
            assert json.loads(answer.body)["choices"][0]["message"]["content"].startswith("Echo: who am I")
