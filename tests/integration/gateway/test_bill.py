"""What a call costs is written down once, to the nano, and what was held goes back."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest

from tests.integration.gateway.shapes import SHAPES, every_shape, every_stream, told
from tests.support.books import assert_records_match_witness
from tests.support.gateway import CHAT, chat_body, gateway
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS


@every_shape
async def test_a_paid_answer_has_no_record(g, sim, shape):
    caller = await g.org.caller(usd="5", tokens=1_000_000)
    answer = await shape.ask(g, caller)
    witnessed = sim.witness.of(answer.headers["x-ai-api-call-id"])
    assert [event.what for event in witnessed] == ["started", "finished"]
    record = dict(await g.books.record())
    tokens = witnessed[1].tokens
    cost = tokens.input * INPUT_NANOS + 50 * OUTPUT_NANOS
    expected = {
        "credential_id": caller.credential.credential.id,
        "allocation_id": caller.allocation.id,
        "member_id": caller.member.id,
        "dialect": "openai",
        "operation": shape.operation,
        "stream": shape.stream,
        "requested_model": caller.model.slug,
        "model": caller.model.slug,
        "model_id": caller.model.id,
        "upstream_model": caller.model.upstream_model,
        "provider": "local",
        "provider_key_id": caller.model.key.id,
        "outcome": "ok",
        "details": "{}",
        "upstream_status": 200,
        "finish_reason": "stop" if shape.operation == "chat" else "completed",
        "input_tokens": tokens.input,
        "cached_read_tokens": 0,
        "cache_write_tokens": 0,
        "output_tokens": 50,
        "reasoning_tokens": 0,
        "usage_source": "provider",
        "list_cost_nanos": cost,
        "billed_cost_nanos": cost,
        "multiplier_millionths": 1_000_000,
        "overrun_nanos": 0,
        "swept": False,
        "refused_count": 0,
        "request_id": answer.headers["x-request-id"],
    }
    assert {name: record[name] for name in expected} == expected
    (attempt,) = json.loads(record["attempts"])
    assert (attempt["status"], attempt["code"], attempt["sent"]) == (200, "ok", True)
    assert attempt["route_id"] == str(record["route_id"])
    assert record["upstream_request_id"].startswith("req_")
    assert record["started_at"] <= record["finished_at"] < record["started_at"] + timedelta(seconds=10)
    # The output was held at its price, all of it or as a stream begins, and nothing of it is left.
    assert record["held_nanos"] > (1_000 if shape.stream else 2_048) * OUTPUT_NANOS
    balances = await g.books.balances(caller.allocation.id)
    assert {metric: (each.settled, each.held) for metric, each in balances.items()} == {
        "cost": (cost, 0),
        "total_tokens": (tokens.input + 50, 0),
    }


@every_shape
async def test_cached_tokens_are_billed_twice_or_at_full_price(g, shape):
    prices = {
        "input_usd": "3",
        "cached_read_usd": "0.3",
        "cache_write_usd": "3.75",
        "output_usd": "15",
        "reasoning_usd": "20",
    }
    caller = await g.org.caller(usd="5", prices=prices)
    usage = {"input": 1_000, "cached": 400, "cache_write": 100, "output": 70, "reasoning": 30}
    body = shape.body(caller, told(usage=usage), **({} if shape.operation == "responses" else {"max_tokens": 100}))
    assert (await g.ask(caller, shape.path, body)).status == 200
    record = await g.books.record()
    assert record["billed_cost_nanos"] == 500 * 3_000 + 400 * 300 + 100 * 3_750 + 40 * 15_000 + 30 * 20_000
    kept = ("input_tokens", "cached_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    assert [record[name] for name in kept] == [1_000, 400, 100, 70, 30]


@pytest.mark.parametrize("flavour", ["openai", "azure", "every_chunk"])
async def test_usage_in_another_chunk_is_not_seen(g, flavour):
    caller = await g.org.caller()
    for wanted in ({}, {"stream_options": {"include_usage": True}}):
        answer = await g.chat(caller, told(usage_flavour=flavour), stream=True, **wanted)
        assert answer.body.endswith(b"data: [DONE]\n\n")
    for record in await g.books.records_when(2):
        assert (record["output_tokens"], record["usage_source"]) == (50, "provider")


@every_shape
async def test_an_answer_without_usage_is_free(g, shape):
    caller = await g.org.caller(usd="5")
    answer = await shape.ask(g, caller, "a prompt that weighs something " * 20, usage_missing=True)
    assert answer.status == 200
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("ok", "estimated")
    assert record["input_tokens"] > 100
    assert record["output_tokens"] >= 50
    assert record["billed_cost_nanos"] > 0


@every_stream
async def test_a_shortened_answer_is_recorded_without_tokens(g, shape):
    caller = await g.org.caller(usd="5")
    field = "max_tokens" if shape.operation == "chat" else "max_output_tokens"
    await g.ask(caller, shape.path, shape.body(caller, **{field: 7}))
    record = await g.books.record()
    reason = "length" if shape.operation == "chat" else "incomplete:max_output_tokens"
    assert (record["outcome"], record["output_tokens"], record["finish_reason"]) == ("ok", 7, reason)


async def test_the_requested_tier_is_billed_instead_of_the_served_one(g):
    prices = {"input_usd": "1", "output_usd": "2", "service_tiers": {"priority": {"input_usd": "2", "output_usd": "4"}}}
    caller = await g.org.caller(usd="5", prices=prices)
    await g.chat(caller, told(service_tier="default"), service_tier="priority")
    await g.chat(caller, told(service_tier="priority"), service_tier="priority", stream=True)
    ordinary, dear = await g.books.records()
    assert (ordinary["service_tier"], dear["service_tier"]) == (None, "priority")
    assert ordinary["billed_cost_nanos"] == ordinary["input_tokens"] * 1_000 + 50 * 2_000
    assert dear["billed_cost_nanos"] == dear["input_tokens"] * 2_000 + 50 * 4_000


async def test_a_model_without_prices_is_recorded_as_free(g):
    caller = await g.org.caller(prices=None, tokens=100_000)
    assert (await g.chat(caller)).status == 200
    record = await g.books.record()
    assert (record["list_cost_nanos"], record["billed_cost_nanos"], record["price_version_id"]) == (None, None, None)
    balances = await g.books.balances(caller.allocation.id)
    assert balances["total_tokens"].settled == record["input_tokens"] + 50


async def test_usage_before_a_limit_was_set_is_forgotten(g):
    caller = await g.org.caller()
    await g.chat(caller)
    assert await g.books.holds() == 0
    before = await g.books.balances(caller.allocation.id)
    assert before["total_tokens"].settled == 55
    await g.org.set_limits(caller, total_tokens=56)
    refused = await g.chat(caller, max_tokens=1)
    assert refused.status == 429
    assert json.loads(refused.body)["error"]["details"]["used"] == 55


async def test_counts_that_no_column_can_hold_lose_the_record(g):
    caller = await g.org.caller(usd="5")
    huge = {"prompt_tokens": 10**30, "completion_tokens": 2**63, "total_tokens": -1}
    for shape in SHAPES:
        assert (await shape.ask(g, caller, usage_raw=huge)).status == 200
    assert [each["usage_source"] for each in await g.books.records()] == ["estimated"] * 4


async def test_one_record_that_the_database_refuses_takes_the_others_with_it(database, sim):
    # The dearest call there can be: its cost alone fills an account, so that nothing more can be added to it.
    most = {"prompt_tokens": 2**53, "completion_tokens": 2**53, "total_tokens": 2**54}
    async with gateway(database, sim, check=False) as g:
        caller, other = await g.org.caller(usd="5"), await g.org.caller(usd="5")
        await g.chat(caller)
        told_most = chat_body(caller, told(usage_raw=most))
        answers = await asyncio.gather(g.ask(caller, CHAT, told_most), *(g.chat(other) for _ in range(20)))
        assert {answer.status for answer in answers} == {200}
        assert len(await g.books.records(member_id=other.member.id)) == 20
        (kept,) = await g.books.unsettled()
        assert kept["call_id"] == UUID(answers[0].headers["x-ai-api-call-id"])
        assert (kept["sqlstate"], json.loads(kept["record"])["outcome"]) == ("22003", "ok")
        # Its hold stays, out of reach of the sweep, until an administrator decides; and somebody is told.
        assert [(row["call_id"], row["parked"]) for row in await g.books.fetch("SELECT * FROM holds")] == [
            (kept["call_id"], True)
        ]
        assert g.application.gateway.tell.counters.unsettled == 1
        await g.books.assert_laws()


async def test_records_and_what_the_provider_saw_drift_apart(g, sim):
    caller = await g.org.caller(usd="50", tokens=10_000_000)
    bodies = [shape.body(caller, f"number {n}") for n in range(10) for shape in SHAPES]
    paths = [shape.path for _ in range(10) for shape in SHAPES]
    answers = await asyncio.gather(*(g.ask(caller, path, body) for path, body in zip(paths, bodies, strict=True)))
    assert {answer.status for answer in answers} == {200}
    records = await g.books.records()
    assert len(records) == 40
    assert_records_match_witness(records, list(sim.witness.events))
    assert len({record["call_id"] for record in records}) == sim.counters.finished == 40


async def test_a_client_is_told_the_end_before_the_record_is_committed(g):
    caller = await g.org.caller(usd="5")
    for shape in SHAPES:
        answer = await g.ask(caller, shape.path, shape.body(caller))
        # Read at once: nothing is waited for.
        assert [str(each["call_id"]) for each in await g.books.records()][-1] == answer.headers["x-ai-api-call-id"]
    assert (await g.ask(caller, CHAT, chat_body(caller))).status == 200
