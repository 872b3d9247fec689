"""Messages that fail: in Anthropic's shape, as an answer and in the middle of a stream, and never billed for what was not used."""

from __future__ import annotations

import asyncio

import anthropic
import pytest

from ai_api.credentials.secret import new_secret
from tests.integration.gateway.claude import ask, caller_of, either, error_in, has_end, sdk
from tests.integration.gateway.shapes import told
from tests.integration.gateway.test_stream_faults import CUTS, ENDS
from tests.integration.gateway.test_upstream_faults import is_free, nowhere
from tests.support.gateway import MESSAGES, beside, messages_body
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS, UPSTREAM_SECRET


def shown(answer) -> tuple[int, str, str]:
    """What a client decides by: status, type and code."""
    error = error_in(answer)
    return answer.status, error["type"], error["code"]


# ── by the gateway ───────────────────────────────────────────────────────────────────────────────────────────────────────


@either
async def test_strangers_are_answered_in_another_dialect(g, sim, stream):
    caller = await caller_of(g)
    body = messages_body(caller, stream=stream)
    nobody = await g.ask(None, MESSAGES, body)
    assert shown(nobody) == (401, "authentication_error", "credential_missing")
    stranger = await g.ask(None, MESSAGES, body, headers={"x-api-key": new_secret("sk-aiapi-")})
    assert shown(stranger) == (401, "authentication_error", "credential_unknown")
    assert (nobody.headers["x-should-retry"], stranger.headers["x-should-retry"]) == ("false", "false")
    assert len(sim.requests) == 0


@either
async def test_a_refusal_is_no_answer_that_a_client_of_messages_knows(g, sim, stream):
    caller = await caller_of(g)
    other = await g.org.model()
    hidden = await g.org.model(access="restricted")
    paused = await caller_of(g)
    await g.org.move(paused, "pause")
    for by, model, expected in (
        (caller, other.slug, (403, "permission_error", "model_not_in_scope")),
        (caller, hidden.slug, (404, "not_found_error", "model_not_found")),
        (caller, "acme/never-was", (404, "not_found_error", "model_not_found")),
        (paused, paused.model.slug, (403, "permission_error", "allocation_paused")),
    ):
        answer = await g.ask(by, MESSAGES, {**messages_body(by, stream=stream), "model": model})
        assert shown(answer) == expected
        assert answer.headers["x-should-retry"] == "false"
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert (record["outcome"], record["dialect"]) == (expected[2], "anthropic")
    assert len(sim.requests) == 0


@either
async def test_a_used_up_quota_is_asked_again_for_ever(g, sim, stream):
    caller = await caller_of(g, tokens=40)
    answer = await ask(g, caller, "hello " * 100, stream=stream)
    assert shown(answer) == (400, "invalid_request_error", "token_quota_exceeded")
    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers
    assert len(sim.requests) == 0


@either
async def test_a_limit_on_the_rate_stops_a_client_for_good(g, stream):
    caller = await caller_of(g)
    await g.org.limit(
        "allocation",
        caller.allocation.id,
        member=caller.member,
        metric="requests",
        amount=1,
        window_s=60,
        window_kind="sliding",
    )
    assert (await ask(g, caller, stream=stream)).status == 200
    answer = await ask(g, caller, stream=stream)
    assert shown(answer) == (429, "rate_limit_error", "rate_limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 120
    assert "x-should-retry" not in answer.headers


async def test_a_gateway_without_room_is_taken_for_a_broken_one(g, sim):
    async with beside(g, sim, load={"open_calls_max": 1, "lag_ms_max": 60_000}) as other:
        caller = await caller_of(g)
        async with other.begun(caller, MESSAGES, messages_body(caller, told(hang_at="headers"))):
            await sim.witness.wait_for("started")
            answer = await ask(other, caller)
        assert shown(answer) == (529, "overloaded_error", "overloaded")
        assert answer.headers["retry-after"] == "1"
        await other.at_rest()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model":NaN}', b'{"a":1,"a":2}', b"\xff"])
async def test_a_malformed_message_is_a_defect(g, body):
    caller = await caller_of(g)
    answer = await g.ask(caller, MESSAGES, body)
    assert shown(answer) == (400, "invalid_request_error", "bad_request")


@either
async def test_the_official_client_raises_the_wrong_error_or_tries_again(g, stream):
    caller = await caller_of(g, tokens=40)
    refusals = g.application.gateway.tell.counters.refusals
    before = refusals["token_quota_exceeded"], refusals["credential_unknown"]
    async with sdk(g, caller) as client:
        with pytest.raises(anthropic.BadRequestError) as refused:
            await client.with_options(max_retries=2).messages.create(
                **messages_body(caller, "hello " * 100, stream=stream)
            )
        assert refused.value.body["error"]["code"] == "token_quota_exceeded"
    async with anthropic.AsyncAnthropic(api_key=new_secret("sk-aiapi-"), base_url=g.url, max_retries=2) as client:
        with pytest.raises(anthropic.AuthenticationError):
            await client.messages.create(**messages_body(caller, stream=stream))
    after = refusals["token_quota_exceeded"], refusals["credential_unknown"]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1]


# ── by the provider, before it answers ───────────────────────────────────────────────────────────────────────────────────

FAILURES = {
    400: (400, "invalid_request_error", "upstream_invalid"),
    401: (502, "api_error", "upstream_auth"),
    404: (400, "invalid_request_error", "upstream_invalid"),
    413: (400, "invalid_request_error", "upstream_invalid"),
    429: (429, "rate_limit_error", "upstream_rate_limited"),
    500: (502, "api_error", "upstream_error"),
    504: (504, "timeout_error", "upstream_timeout"),
    503: (529, "overloaded_error", "upstream_overloaded"),
    529: (529, "overloaded_error", "upstream_overloaded"),
}


@pytest.mark.parametrize("status", FAILURES)
async def test_a_failure_of_the_provider_is_told_in_its_own_words_or_billed(g, status):
    caller = await caller_of(g, usd="5")
    for stream in (False, True):
        answer = await ask(g, caller, stream=stream, status=status, error={"message": f"too many at {UPSTREAM_SECRET}"})
        assert shown(answer) == FAILURES[status]
        assert UPSTREAM_SECRET.encode() not in answer.body
        # Only what it says of the caller's own request is passed on.
        assert (b"too many" in answer.body) == (FAILURES[status][2] == "upstream_invalid")
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert record["outcome"] == FAILURES[status][2]
        assert is_free(record)


@either
async def test_nobody_there_is_a_defect(g, stream):
    caller = await caller_of(g, url=nowhere())
    assert shown(await ask(g, caller, stream=stream)) == (502, "api_error", "upstream_unreachable")


async def test_a_malformed_whole_message_is_passed_on_or_free(g):
    caller = await caller_of(g, usd="5")
    answer = await ask(g, caller, malformed_at=3)
    assert shown(answer) == (502, "api_error", "upstream_interrupted")
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("upstream_interrupted", "estimated")
    assert record["input_tokens"] > 0


# ── by the provider, in the middle ───────────────────────────────────────────────────────────────────────────────────────


def assert_broken_off(answer, code: str = "upstream_interrupted", kind: str = "api_error") -> None:
    """The client cannot take it for complete: an error event last, nothing that says success, the connection intact."""
    assert (answer.status, answer.ending) == (200, "whole")
    assert not has_end(answer), answer.body[-400:]
    error = error_in(answer)
    assert (error["type"], error["code"]) == (kind, code)


@pytest.mark.parametrize("how", CUTS)
async def test_a_cut_message_is_shown_as_complete_and_costs_nothing(g, sim, how):
    caller = await caller_of(g, usd="5")
    answer = await ask(g, caller, stream=True, **CUTS[how])
    assert_broken_off(answer)
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("upstream_interrupted", "estimated")
    assert 4 <= record["output_tokens"] <= 12
    cost = record["input_tokens"] * INPUT_NANOS + record["output_tokens"] * OUTPUT_NANOS
    assert record["billed_cost_nanos"] == cost > 0
    assert len(sim.requests.of(answer.headers["x-ai-api-call-id"])) == 1
    whole = await ask(g, caller, **CUTS[how])
    assert shown(whole) == (502, "api_error", "upstream_interrupted")


@pytest.mark.parametrize("how", ENDS)
async def test_a_message_without_its_end_is_given_one(g, how):
    caller = await caller_of(g, usd="5")
    assert_broken_off(await ask(g, caller, stream=True, **ENDS[how]))
    record = await g.books.record()
    assert record["outcome"] == "upstream_interrupted"
    assert 50 <= record["output_tokens"] <= 90


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (None, ("upstream_overloaded", "overloaded_error")),
        ("api_error", ("upstream_error", "api_error")),
        ("rate_limit_error", ("upstream_rate_limited", "rate_limit_error")),
        ("timeout_error", ("upstream_timeout", "timeout_error")),
    ],
)
async def test_an_error_in_a_message_is_followed_by_its_end(g, kind, expected):
    caller = await caller_of(g, usd="5")
    error = {"message": f"inner: {UPSTREAM_SECRET} at db-7"} | ({"type": kind} if kind else {})
    answer = await ask(g, caller, stream=True, error_at=5, error=error)
    assert_broken_off(answer, *expected)
    assert b"db-7" not in answer.body
    record = await g.books.record()
    assert record["outcome"] == expected[0]
    assert 4 <= record["output_tokens"] <= 12
    async with sdk(g, caller) as client:
        with pytest.raises(anthropic.APIStatusError):
            async with client.messages.stream(**messages_body(caller, told(error_at=5))) as stream:
                await stream.get_final_message()


async def test_usage_that_is_missing_makes_a_message_cost_one_token(g):
    """The first event says one token of output: without a later count it is no count of the whole."""
    caller = await caller_of(g, usd="5")
    for stream in (False, True):
        answer = await ask(g, caller, stream=stream, usage_missing=True)
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert (record["outcome"], record["usage_source"]) == ("ok", "estimated")
        assert record["output_tokens"] >= 50


async def test_a_message_that_lasts_too_long_or_loses_its_right_ends_like_a_good_one(g, sim):
    caller = await caller_of(g, usd="5")
    async with g.begun(caller, MESSAGES, messages_body(caller, told(hang_at=5), stream=True)) as client:
        await sim.witness.wait_for("started")
        await asyncio.sleep(0.1)
        await g.org.move(caller, "pause")
        answer = await client.receive(timeout_s=4)
    assert_broken_off(answer, "allocation_paused", "permission_error")
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("allocation_paused", "estimated")
