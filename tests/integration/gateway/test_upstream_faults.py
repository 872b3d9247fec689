"""What the client sees and the record says when the provider fails before it answers, or answers whole and badly."""

from __future__ import annotations

import asyncio
import json
import socket
import time

import pytest

from tests.integration.gateway.shapes import SHAPES, WHOLES, error_of, every_shape, every_whole, told
from tests.support import upstream
from tests.support.gateway import beside, chat_body
from tests.support.organization import UPSTREAM_SECRET

ERROR = {"message": "Unsupported parameter: 'max_tokens' is not supported with this model.", "param": "max_tokens"}


def nowhere() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def told_of(record) -> list[tuple[str, int | None]]:
    """The tries of a record: how each ended, and its status."""
    return [(each["code"], each["status"]) for each in json.loads(record["attempts"])]


def is_free(record) -> bool:
    return (record["billed_cost_nanos"], record["input_tokens"], record["output_tokens"], record["bookings"]) == (
        0,
        0,
        0,
        "[]",
    )


async def test_every_upstream_failure_is_a_502_and_is_billed(g, sim):
    """Nobody there, and whoever is there hangs up: 502 within two seconds, at no cost."""
    callers = {
        "refused": (await g.org.caller(usd="5", key=await g.org.key(url=nowhere())), {}, False),
        "rst": (await g.org.caller(usd="5"), {"cut_at": "headers"}, True),
        "fin": (await g.org.caller(usd="5"), {"cut_at": "headers", "cut_how": "fin"}, True),
    }
    for name, (caller, behaviour, sent) in callers.items():
        for shape in SHAPES:
            began = time.monotonic()
            answer = await shape.ask(g, caller, **behaviour)
            assert time.monotonic() - began < 2, name
            assert (answer.status, error_of(answer)["code"]) == (502, "upstream_unreachable"), (name, shape)
            record = await g.books.record(request_id=answer.headers["x-request-id"])
            assert record["outcome"] == "upstream_unreachable"
            assert is_free(record)
            assert [each["sent"] for each in json.loads(record["attempts"])] == [sent], name


@pytest.mark.parametrize("first", ["refused", "reset", "server-error", "unavailable", "overloaded", "rate-limited"])
async def test_a_call_fails_although_another_route_could_serve_it(g, sim, first):
    url = nowhere() if first == "refused" else None
    spare = await g.org.key()
    for shape in SHAPES:
        caller = await g.org.caller(usd="5", key=await g.org.key(f"sim-{first}", url=url))
        await g.org.route(caller.model, spare, priority=200)
        answer = await shape.ask(g, caller)
        assert (answer.status, answer.ending) == (200, "whole"), shape
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert (record["outcome"], record["provider_key_id"], record["output_tokens"]) == ("ok", spare.id, 50)
        assert [code for code, _ in told_of(record)] == [told_of(record)[0][0], "ok"]
        assert sim.requests.last().x_request_id == f"{record['call_id']}.2"
        # Two tries, one bill.
        assert record["billed_cost_nanos"] == record["input_tokens"] * 1_000 + 50 * 2_000


@pytest.mark.parametrize("first", ["invalid", "unauthorized", "redirect", "not-found"])
async def test_what_no_other_route_can_mend_is_sent_to_all_of_them(g, sim, first):
    caller = await g.org.caller(key=await g.org.key(f"sim-{first}"))
    await g.org.route(caller.model, await g.org.key(), priority=200)
    assert (await g.chat(caller)).status in {400, 502}
    assert len(sim.requests) == 1


async def test_the_last_route_s_fault_hides_that_there_were_others(g):
    caller = await g.org.caller(key=await g.org.key("sim-server-error"))
    await g.org.route(caller.model, await g.org.key("sim-rate-limited"), priority=200)
    answer = await g.chat(caller)
    assert (answer.status, answer.headers["retry-after"]) == (429, "2")
    record = await g.books.record()
    assert told_of(record) == [("upstream_error", 500), ("upstream_rate_limited", 429)]
    assert is_free(record)


async def test_a_provider_that_says_nothing_holds_the_call_for_ever(g, sim):
    deadlines = {"first_byte_s": 0.4, "total_s": 60}
    async with beside(g, sim, upstream=deadlines) as g:
        caller = await g.org.caller(usd="5")
        await g.org.route(caller.model, await g.org.key(), priority=200)
        for shape in SHAPES:
            began = time.monotonic()
            answer = await shape.ask(g, caller, "a long prompt " * 40, hang_at="headers")
            assert 0.4 <= time.monotonic() - began < 10
            assert (answer.status, error_of(answer)["code"]) == (504, "upstream_timeout")
            call_id = answer.headers["x-ai-api-call-id"]
            # The provider may have read it and be working on it: never sent to another one, and the input is counted.
            assert len(sim.requests.of(call_id)) == 1
            record = await g.books.record(request_id=answer.headers["x-request-id"])
            assert (record["outcome"], record["usage_source"]) == ("upstream_timeout", "estimated")
            assert record["input_tokens"] > 100
            assert record["output_tokens"] == 0
            await sim.witness.wait_for("aborted", x_request_id=call_id)


async def test_a_whole_answer_that_stops_halfway_holds_the_call_for_ever(g, sim):
    async with beside(g, sim, upstream={"idle_s": 0.4, "first_byte_s": 60}) as g:
        caller = await g.org.caller(usd="5")
        for shape in WHOLES:
            answer = await shape.ask(g, caller, hang_at=3)
            assert (answer.status, error_of(answer)["code"]) == (504, "upstream_timeout")
            await sim.witness.wait_for("aborted", x_request_id=answer.headers["x-ai-api-call-id"])
        assert [each["outcome"] for each in await g.books.records()] == ["upstream_timeout"] * 2


async def test_an_answer_may_take_for_ever_as_long_as_it_trickles(g, sim):
    async with beside(g, sim, upstream={"total_s": 0.6, "first_byte_s": 0.5, "idle_s": 0.5}) as g:
        caller = await g.org.caller(usd="5")
        for shape in SHAPES:
            began = time.monotonic()
            answer = await shape.ask(g, caller, chunk_delay_ms=100)
            assert 0.5 < time.monotonic() - began < 2
            assert answer.status == (200 if shape.stream else 504)
            await sim.witness.wait_for("aborted", x_request_id=answer.headers["x-ai-api-call-id"])
            record = await g.books.record(request_id=answer.headers["x-request-id"])
            assert record["outcome"] == "upstream_timeout"
            assert record["input_tokens"] > 0


async def test_retry_after_is_lost_and_comes_after_fourteen_seconds(g):
    await g.chat(await g.org.caller())
    for shape in SHAPES:
        caller = await g.org.caller(usd="5")
        await g.chat(caller)
        began = time.monotonic()
        answer = await shape.ask(g, caller, status=429, retry_after=7)
        assert time.monotonic() - began < 0.25
        assert (answer.status, answer.headers["retry-after"]) == (429, "7")
        assert error_of(answer)["type"] == "rate_limit_exceeded"
        # The SDKs wait and try again: this is worth trying again.
        assert "x-should-retry" not in answer.headers
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert (record["outcome"], record["upstream_status"]) == ("upstream_rate_limited", 429)
        assert is_free(record)


@pytest.mark.parametrize("status", [401, 403])
async def test_the_gateway_s_own_key_is_shown_to_whoever_calls(g, capfd, status):
    caller = await g.org.caller(usd="5")
    for shape in SHAPES:
        answer = await shape.ask(g, caller, status=status, echo_key=True)
        assert (answer.status, error_of(answer)["code"]) == (502, "upstream_auth")
        assert b"not accepted here" not in answer.body
        assert UPSTREAM_SECRET.encode() not in answer.body
    records = await g.books.records()
    assert {(each["outcome"], each["upstream_status"]) for each in records} == {("upstream_auth", status)}
    assert all(is_free(each) for each in records)
    assert UPSTREAM_SECRET not in str([dict(each) for each in records]) + capfd.readouterr().out


async def test_a_key_that_its_provider_refuses_goes_unnoticed(g):
    caller = await g.org.caller()
    for _ in range(3):
        await g.chat(caller, told(status=401))
    flag = "SELECT flagged_code FROM provider_keys WHERE id = $1"
    async with asyncio.timeout(2):
        while (await g.books.fetch(flag, caller.model.key.id))[0]["flagged_code"] != "upstream_auth":
            await asyncio.sleep(0.01)
    # Once, not once a call.
    noted = "SELECT actor_kind FROM audit_events WHERE action = 'provider_key.flag' AND target_id = $1"
    assert [row["actor_kind"] for row in await g.books.fetch(noted, caller.model.key.id)] == ["system"]


@every_shape
async def test_the_provider_s_own_words_about_a_bad_request_are_lost(g, shape):
    caller = await g.org.caller(usd="5")
    answer = await shape.ask(g, caller, status=400, error=ERROR)
    error = error_of(answer)
    assert (answer.status, error["code"], error["type"]) == (400, "upstream_invalid", "invalid_request_error")
    assert error["message"] == ERROR["message"]
    assert answer.headers["x-should-retry"] == "false"
    record = await g.books.record()
    assert record["outcome"] == "upstream_invalid"
    assert is_free(record)


async def test_the_provider_s_error_echoes_the_key(g, capfd):
    caller = await g.org.caller()
    for shape in SHAPES:
        answer = await shape.ask(g, caller, status=400, echo_key=True)
        assert error_of(answer)["message"] == "The key [redacted] is not accepted here."
        other = await shape.ask(
            g, caller, status=400, error={"message": "header was Bearer sk-proj-aaaabbbbccccddddeeee"}
        )
        assert b"sk-proj-aaaabbbbccccddddeeee" not in other.body
    records = str([dict(each) for each in await g.books.records()])
    assert "redacted" not in records
    assert UPSTREAM_SECRET not in records + capfd.readouterr().out


async def test_an_error_page_instead_of_json_breaks_the_call(g):
    caller = await g.org.caller()
    for raw_body in (
        "<html><h1>It works!</h1>",
        "[]",
        '{"error": null}',
        '{"error": "no"}',
        "",
        "\x00\ud83d"[:1],
        "[[[[",
    ):
        for status, shown in ((400, 400), (500, 502)):
            answer = await g.chat(caller, told(status=status, raw_body=raw_body))
            assert answer.status == shown, raw_body
            assert "<" not in error_of(answer)["message"]


async def test_a_prompt_that_is_too_long_is_not_called_so(g):
    caller = await g.org.caller()
    error = {"message": "This model's maximum context length is 8 tokens.", "code": "context_length_exceeded"}
    answer = await g.chat(caller, told(status=400, error=error))
    assert (answer.status, error_of(answer)["code"]) == (400, "context_length_exceeded")
    assert (await g.books.record())["outcome"] == "input_too_long"


@pytest.mark.parametrize(
    ("status", "told_as"),
    [(500, (502, "upstream_error")), (503, (503, "upstream_overloaded")), (529, (503, "upstream_overloaded"))],
)
async def test_the_provider_s_failure_is_shown_as_its_own_words(g, status, told_as):
    caller = await g.org.caller(usd="5")
    for shape in SHAPES:
        answer = await shape.ask(g, caller, status=status, error={"message": "inner host db-7 is down"})
        assert (answer.status, error_of(answer)["code"]) == told_as
        # Clients that know when they may come back do not all come back at once, or never.
        assert ("retry-after" in answer.headers) == (told_as[0] == 503)
        assert b"db-7" not in answer.body
    records = await g.books.records()
    assert {(each["outcome"], each["upstream_status"]) for each in records} == {(told_as[1], status)}
    assert all(is_free(each) for each in records)


async def test_a_redirect_is_followed_to_an_internal_host(g, sim):
    caller = await g.org.caller()
    async with upstream.running() as inside:
        for shape in SHAPES:
            for status in (301, 302, 303, 307, 308):
                answer = await shape.ask(g, caller, redirect=f"{inside.url}{shape.path}", status=status)
                assert answer.status == 502
                assert "location" not in answer.headers
        assert len(inside.requests) == 0
    assert len(sim.requests) == 20


@every_whole
@pytest.mark.parametrize(
    "behaviour",
    [
        {"malformed_at": 3},
        {"cut_at": 3},
        {"cut_at": 3, "cut_how": "fin"},
        {"cut_at": 3, "cut_how": "fin", "framing": "chunked"},
    ],
    ids=["malformed", "rst", "fin", "fin in chunks"],
)
async def test_half_an_answer_is_shown_as_a_whole_one(g, sim, shape, behaviour):
    caller = await g.org.caller(usd="5")
    answer = await shape.ask(g, caller, **behaviour)
    assert (answer.status, error_of(answer)["code"]) == (502, "upstream_interrupted")
    record = await g.books.record()
    assert (record["outcome"], record["upstream_status"], record["usage_source"]) == (
        "upstream_interrupted",
        200,
        "estimated",
    )
    # It was read and answered: what was sent is booked, what nobody saw of the answer is not.
    assert record["input_tokens"] > 0
    assert record["output_tokens"] == 0


async def test_a_response_that_failed_is_recorded_as_a_success(g):
    caller = await g.org.caller(usd="5")
    for shape in SHAPES[2:]:
        answer = await shape.ask(g, caller, finish="failed", error={"message": f"key {UPSTREAM_SECRET} has no credit"})
        assert answer.status == 200
        assert b'"status":"failed"' in answer.body
        assert UPSTREAM_SECRET.encode() not in answer.body
    assert [(each["outcome"], each["finish_reason"]) for each in await g.books.records()] == [
        ("upstream_error", "failed")
    ] * 2


async def test_a_stream_that_is_none_is_passed_on_as_one(g):
    caller = await g.org.caller(usd="5")
    body = chat_body(caller, told(content_type="application/json"), stream=True)
    answer = await g.ask(caller, "/v1/chat/completions", body)
    assert (answer.status, error_of(answer)["code"]) == (502, "upstream_error")
    assert was_read(await g.books.record())


def was_read(record) -> bool:
    """Whether what was sent is booked, and nothing of an answer."""
    booked = record["usage_source"] == "estimated" and record["input_tokens"] > 0
    return booked and (record["output_tokens"], record["billed_cost_nanos"]) == (0, record["input_tokens"] * 1_000)


@every_shape
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_compressed_answer_passes_unseen_and_uncounted(g, sim, shape, coding):
    caller = await g.org.caller(usd="5")
    await g.org.route(caller.model, await g.org.key(), priority=200)
    answer = await shape.ask(g, caller, content_encoding=coding)
    assert (answer.status, error_of(answer)["code"]) == (502, "upstream_error")
    assert "compressed" in error_of(answer)["message"]
    assert "content-encoding" not in answer.headers
    # It was asked not to, and it has answered: nobody else is asked the same once more.
    assert [each.header("accept-encoding") for each in sim.requests.all()] == ["identity"]
    record = await g.books.record()
    assert (record["outcome"], record["upstream_status"]) == ("upstream_error", 200)
    assert was_read(record)
