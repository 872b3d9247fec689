"""What a call can cost is held before it starts: limits hold under any number of calls at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import SHAPES, error_of, every_shape, told
from tests.support.gateway import CHAT, RESPONSES, Gateway, beside, chat_body
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS, Caller

OUTPUT_TOKENS = 256
"""Nothing smaller is worth an answer, so a call that asks for so many is admitted whole or not at all."""
AT_ONCE = 200
CONTEXT_TOKENS = 8_192
"""What models read unless a test says otherwise."""
WHOLE_CONTEXT: dict[str, dict[str, Any]] = {
    "chat": {"web_search_options": {}},
    "responses": {"tools": [{"type": "web_search"}]},
}
"""A tool that the provider runs may read anything: the input is held whole, and there is nothing to count."""


def one_call(caller: Caller) -> dict[str, Any]:
    """A call that is admitted and then goes on until it is hung up on."""
    return chat_body(caller, told(hang_at="headers"), max_tokens=OUTPUT_TOKENS, **WHOLE_CONTEXT["chat"])


HELD = CONTEXT_TOKENS + OUTPUT_TOKENS
"""The tokens that `one_call` holds."""


@asynccontextmanager
async def storm(
    gateways: Sequence[Gateway], caller: Caller, sim: Any, *, calls: int, admitted: int
) -> AsyncIterator[list[Any]]:
    """Makes many calls at once, of which so many must be admitted; they stay open until the end. Gives the refusals."""
    body, before = one_call(caller), sim.counters.open
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(gateways[n % len(gateways)].begun(caller, CHAT, body)) for n in range(calls)
        ]
        waiting = [asyncio.create_task(client.receive(timeout_s=60)) for client in clients]
        try:
            async with asyncio.timeout(20):
                while sum(task.done() for task in waiting) < calls - admitted or sim.counters.open - before < admitted:
                    await asyncio.sleep(0.01)
            # Nobody else comes in after a while either.
            await asyncio.sleep(0.1)
            assert sim.counters.open - before == admitted
            refusals = [task.result() for task in waiting if task.done()]
            assert len(refusals) == calls - admitted
            yield refusals
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.parametrize("replicas", [1, 2])
async def test_parallel_calls_use_a_multiple_of_the_quota(g, sim, replicas):
    async with AsyncExitStack() as stack:
        gateways = [g]
        if replicas == 2:
            gateways.append(await stack.enter_async_context(beside(g, sim)))
        caller = await g.org.caller(tokens=0)
        fits = 37
        hold = HELD
        # Room for so many holds, and all but one token of another.
        await g.org.set_limits(caller, total_tokens=fits * hold + hold - 1)
        async with storm(gateways, caller, sim, calls=AT_ONCE, admitted=fits) as refusals:
            held = (await g.books.balances(caller.allocation.id))["total_tokens"]
            assert (held.settled, held.held) == (0, fits * hold)
            assert await g.books.holds() == fits
            await g.books.assert_laws()
            # Nothing is used up yet: they may try again when the others end.
            assert {(each.status, error_of(each)["code"]) for each in refusals} == {(429, "rate_limit_exceeded")}
        for each in gateways:
            await each.at_rest()
        after = (await g.books.balances(caller.allocation.id))["total_tokens"]
        used = sum(row["input_tokens"] + row["output_tokens"] for row in await g.books.records(outcome="client_closed"))
        assert (after.settled, after.held) == (used, 0)


async def test_a_limit_that_is_changed_meanwhile_counts_from_the_next_window_on(g, sim):
    caller = await g.org.caller(tokens=0)
    hold = HELD
    await g.org.set_limits(caller, total_tokens=10 * hold)
    async with storm([g], caller, sim, calls=30, admitted=10):
        await g.org.set_limits(caller, total_tokens=25 * hold)
        async with storm([g], caller, sim, calls=30, admitted=15):
            await g.org.set_limits(caller, total_tokens=5 * hold)
            async with storm([g], caller, sim, calls=10, admitted=0):
                held = (await g.books.balances(caller.allocation.id))["total_tokens"]
                assert held.held == 25 * hold
            await g.org.set_limits(caller, total_tokens=None)
            async with storm([g], caller, sim, calls=10, admitted=10):
                # Without a limit nothing is held, and what others hold stays.
                assert (await g.books.balances(caller.allocation.id))["total_tokens"].held == 25 * hold
                await g.books.assert_laws()


@pytest.mark.parametrize("replicas", [1, 2])
async def test_twenty_times_the_money_is_spent_before_the_sum_is_seen(g, sim, replicas):
    """Real answers of all shapes: never a nano over the limit, and what is left at the end is less than one call."""
    async with AsyncExitStack() as stack:
        gateways = [g]
        if replicas == 2:
            gateways.append(await stack.enter_async_context(beside(g, sim)))
        caller = await g.org.caller(usd="0.01", tokens=10_000_000)
        prompts = [told("x" * (n % 50 * 10), chunks=1 + n % 200) for n in range(AT_ONCE)]
        fields = {CHAT: "max_tokens", RESPONSES: "max_output_tokens"}

        async def call(n: int) -> int:
            shape = SHAPES[n % 4]
            body = shape.body(caller, prompts[n], **{fields[shape.path]: OUTPUT_TOKENS})
            return (await gateways[n % len(gateways)].ask(caller, shape.path, body, timeout_s=30)).status

        statuses = await asyncio.gather(*(call(n) for n in range(AT_ONCE)))
        assert set(statuses) == {200, 429}
        for each in gateways:
            # An end that has waited two seconds for its record comes without it, and its hold is still there.
            await each.at_rest()
        for _ in range(200):
            answer = await g.ask(caller, CHAT, chat_body(caller, told(chunks=250), max_tokens=OUTPUT_TOKENS))
            if answer.status == 429:
                break
        for each in gateways:
            await each.at_rest()
        records = await g.books.records(outcome="ok")
        spent = sum(record["billed_cost_nanos"] for record in records)
        last = chat_body(caller, told(chunks=250), max_tokens=OUTPUT_TOKENS)
        assert spent <= 10_000_000
        # The text at its bytes, 8 tokens for the message and 128 for what a provider puts before it.
        needed = (len(encode(last)) + 8 + 128) * INPUT_NANOS + OUTPUT_TOKENS * OUTPUT_NANOS
        assert 10_000_000 - spent < needed, answer
        assert all(record["overrun_nanos"] == 0 for record in records)
        assert all(record["billed_cost_nanos"] <= record["held_nanos"] for record in records)
        assert (await g.books.balances(caller.allocation.id))["cost"].settled == spent


async def test_one_token_left_buys_a_million(g, sim):
    caller = await g.org.caller(tokens=1_000, context_tokens=2_000_000, output_tokens_max=1_000_000)
    await g.chat(caller, max_tokens=300)
    (record,) = await g.books.records()
    used = record["input_tokens"] + record["output_tokens"]
    await g.org.set_limits(caller, total_tokens=used + 1)
    for body in (
        chat_body(caller, "x" * 1_000_000, max_tokens=10),
        chat_body(caller, "hi", max_tokens=1),
        chat_body(caller),
    ):
        answer = await g.ask(caller, CHAT, body)
        assert (answer.status, error_of(answer)["code"]) == (429, "insufficient_quota")
    assert sim.counters.started == 1


async def test_two_limits_of_one_call_are_taken_one_by_one(g):
    """All its accounts or none: the one that had room is left as it was."""
    caller = await g.org.caller(tokens=100_000, usd="0.0001")
    await g.chat(caller, max_tokens=1)
    before = await g.books.balances(caller.allocation.id)
    refused = await g.chat(caller, "x" * 500)
    assert refused.status == 429
    assert await g.books.balances(caller.allocation.id) == before
    assert before["total_tokens"].held == before["cost"].held == 0


async def test_a_call_without_a_limit_waits_for_an_account(g, sim):
    caller = await g.org.caller()
    async with g.begun(caller, CHAT, chat_body(caller, told(hang_at="headers"))):
        await sim.witness.wait_for("started")
        assert await g.books.holds() == 1
        balances = await g.books.balances(caller.allocation.id)
        assert all(each.held == 0 for each in balances.values())
    await g.at_rest()
    assert (await g.books.balances(caller.allocation.id))["total_tokens"].settled > 0
    # Nor is the model told to be brief.
    assert "max_tokens" not in json.loads(sim.requests.last().body)


@every_shape
async def test_a_long_answer_is_refused_although_a_shorter_one_fits(g, sim, shape):
    caller = await g.org.caller(tokens=0)
    field = "max_tokens" if shape.operation == "chat" else "max_output_tokens"
    for asked in (None, 2_000):
        body = shape.body(
            caller, told(chunks=1_000), **WHOLE_CONTEXT[shape.operation], **({} if asked is None else {field: asked})
        )
        balances = await g.books.balances(caller.allocation.id)
        settled = balances["total_tokens"].settled if balances else 0
        await g.org.set_limits(caller, total_tokens=settled + CONTEXT_TOKENS + 300)
        answer = await g.ask(caller, shape.path, body)
        assert (answer.status, answer.headers["x-ai-api-output-tokens-max"]) == (200, "300")
        sent = json.loads(sim.requests.last().body)
        assert sent[field] == 300
        assert set(sent) - set(body) - {"stream_options"} == ({field} if asked is None else set())
        record = (await g.books.records())[-1]
        assert (record["outcome"], record["output_tokens"], record["overrun_nanos"]) == ("ok", 300, 0)
    await g.org.set_limits(caller, total_tokens=settled + CONTEXT_TOKENS + 255)
    assert (await g.ask(caller, shape.path, body)).status == 429


async def test_a_bound_in_the_newer_field_is_sent_in_the_older_one_too(g, sim):
    caller = await g.org.caller(tokens=0)
    body = chat_body(caller, max_completion_tokens=1_000, **WHOLE_CONTEXT["chat"])
    await g.org.set_limits(caller, total_tokens=CONTEXT_TOKENS + 400)
    answer = await g.ask(caller, CHAT, body)
    assert answer.headers["x-ai-api-output-tokens-max"] == "400"
    sent = json.loads(sim.requests.last().body)
    assert (sent["max_completion_tokens"], "max_tokens" in sent) == (400, False)


async def test_a_limited_call_without_a_bound_may_write_more_than_is_held(g, sim):
    caller = await g.org.caller(tokens=1_000_000, output_tokens_max=120)
    answer = await g.chat(caller, told(chunks=500))
    # Exactly what is held is sent; nothing is shortened, so nothing is said.
    assert json.loads(sim.requests.last().body)["max_tokens"] == 120
    assert "x-ai-api-output-tokens-max" not in answer.headers
    assert (await g.books.record())["output_tokens"] == 120


async def test_several_choices_are_held_as_one(g, sim):
    caller = await g.org.caller(tokens=0)
    body = chat_body(caller, n=3, **WHOLE_CONTEXT["chat"])
    await g.org.set_limits(caller, total_tokens=CONTEXT_TOKENS + 3 * 256 + 30)
    answer = await g.ask(caller, CHAT, body)
    assert answer.headers["x-ai-api-output-tokens-max"] == str(3 * 256 + 30)
    assert json.loads(sim.requests.last().body)["max_tokens"] == 256 + 10
    await g.org.set_limits(caller, total_tokens=CONTEXT_TOKENS + 3 * 256 - 1)
    assert (await g.ask(caller, CHAT, body)).status == 429


async def test_real_usage_past_the_limit_is_not_booked(g):
    """A provider that says it used more than it was allowed is believed: the bill is real, and the limit is then reached."""
    caller = await g.org.caller(usd="0.01", tokens=10_000)
    answer = await g.chat(caller, told(usage={"input": 50_000, "output": 9_000}), max_tokens=256)
    assert answer.status == 200
    record = await g.books.record()
    assert record["billed_cost_nanos"] == 50_000 * INPUT_NANOS + 9_000 * OUTPUT_NANOS
    assert record["overrun_nanos"] == record["billed_cost_nanos"] - record["held_nanos"] > 0
    assert (await g.books.balances(caller.allocation.id))["total_tokens"].settled == 59_000
    assert (await g.chat(caller, max_tokens=1)).status == 429


async def test_neighbours_pay_for_one_another(g):
    """Many members at once on one model: everybody's accounts are their own."""
    model = await g.org.model()
    callers = [await g.org.caller(usd="5", model=model) for _ in range(12)]
    asks = [SHAPES[n % 4].ask(g, caller) for n in range(8) for caller in callers]
    assert {answer.status for answer in await asyncio.gather(*asks)} == {200}
    for caller in callers:
        records = await g.books.records(allocation_id=caller.allocation.id)
        assert len(records) == 8
        cost = (await g.books.balances(caller.allocation.id))["cost"]
        assert cost.settled == sum(record["billed_cost_nanos"] for record in records)
