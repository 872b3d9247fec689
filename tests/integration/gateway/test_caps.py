"""Caps on one call: an input that is too long is refused, an output is shortened and the caller told."""

from __future__ import annotations

import json

import pytest

from tests.integration.gateway.shapes import error_of, every_shape
from tests.support.gateway import CHAT, chat_body

WORDS = "plain words for a long prompt " * 200


@pytest.mark.parametrize("metric", ["input_tokens", "total_tokens"])
async def test_an_input_over_its_cap_is_answered(g, sim, metric):
    caller = await g.org.caller()
    await g.org.limit(
        "allocation", caller.allocation.id, member=caller.member, metric=metric, window_kind="request", amount=500
    )
    answer = await g.chat(caller, WORDS, max_tokens=10)
    assert answer.status == 400
    error = error_of(answer)
    assert error["code"] == "context_length_exceeded"
    assert "500" in error["message"]
    assert sim.counters.open == 0
    record = await g.books.record(outcome="input_too_long")
    assert (record["billed_cost_nanos"], record["bookings"]) == (0, "[]")


async def test_bytes_are_taken_for_tokens(g, sim):
    """6,000 bytes of plain words are far less than 3,000 tokens: they are counted before anything is refused."""
    caller = await g.org.caller()
    await g.org.limit(
        "member", caller.member.id, member=caller.member, metric="input_tokens", window_kind="request", amount=3_000
    )
    assert len(WORDS) > 3_000
    answer = await g.chat(caller, WORDS, max_tokens=10)
    assert answer.status == 200


@every_shape
async def test_a_provider_that_counts_otherwise_is_believed_without_a_word(g, sim, shape):
    """Where the model's own tokenizer has counted the input, the record says so if the provider says another number."""
    key = await g.org.key(provider="openai")
    caller = await g.org.caller(key=key, upstream_model="gpt-4o", usd="50")
    await g.org.limit(
        "member", caller.member.id, member=caller.member, metric="input_tokens", window_kind="request", amount=3_000
    )
    before = g.application.gateway.tell.counters.usage_doubted["openai"]
    assert len(WORDS) > 3_000
    for told_tokens in (1_250, 4_000):
        answer = await shape.ask(g, caller, WORDS, usage={"input": told_tokens, "output": 5})
        assert answer.status == 200
    believed, doubted = await g.books.records_when(2)
    assert (believed["input_tokens"], json.loads(believed["details"])) == (1_250, {})
    assert doubted["input_tokens"] == 4_000
    assert json.loads(doubted["details"])["counted_input_tokens"] in range(1_100, 1_300)
    assert g.application.gateway.tell.counters.usage_doubted["openai"] == before + 1


@every_shape
async def test_a_cap_on_output_is_not_sent(g, sim, shape):
    caller = await g.org.caller()
    await g.org.limit(
        "credential",
        caller.credential.credential.id,
        member=caller.member,
        metric="output_tokens",
        window_kind="request",
        amount=40,
    )
    answer = await g.ask(caller, shape.path, shape.body(caller))
    assert answer.status == 200
    assert answer.headers["x-ai-api-output-tokens-max"] == "40"
    sent = json.loads(sim.requests.last().body)
    assert 40 in {sent.get("max_tokens"), sent.get("max_completion_tokens"), sent.get("max_output_tokens")}


async def test_a_cap_on_cost_is_not_kept(g, sim):
    caller = await g.org.caller()
    limit = await g.org.limit("global", None, metric="cost", window_kind="request", amount=1_000_000)
    try:
        answer = await g.ask(caller, CHAT, chat_body(caller, max_tokens=2_000))
        assert answer.status == 200
        assert int(answer.headers["x-ai-api-output-tokens-max"]) < 500
        refused = await g.chat(caller, WORDS * 3, max_tokens=10)
        assert (refused.status, error_of(refused)["code"]) == (400, "context_length_exceeded")
    finally:
        await g.org.unlimit(limit)
