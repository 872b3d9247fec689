"""Limits of provider keys: a key without room is no candidate, what it holds moves on with the call, and it counts what it served."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.integration.gateway.shapes import error_of, told
from tests.support.gateway import CHAT, chat_body
from tests.support.organization import Caller, Served


async def two_keys(
    g, *, first: str = "sk-first-0123456789", second: str = "sk-second-0123456789"
) -> tuple[Caller, Served]:
    """A caller of a model with two routes, the first of which is tried first."""
    model = await g.org.model(key=await g.org.key(first))
    await g.org.route(model, await g.org.key(second), priority=200)
    return await g.org.caller(model=model), model


async def accounts_of(g, key_id) -> dict[str, tuple[int, int]]:
    rows = await g.books.fetch("SELECT metric, settled, held FROM quota_accounts WHERE subject_id = $1", key_id)
    return {row["metric"]: (row["settled"], row["held"]) for row in rows}


@pytest.mark.parametrize(
    ("metric", "window"),
    [("requests", "lifetime"), ("total_tokens", "day"), ("cost", "month"), ("requests", "sliding")],
)
async def test_a_key_over_its_limit_goes_on_serving(g, sim, metric, window):
    caller, model = await two_keys(g)
    terms = {"window_s": 3_600} if window == "sliding" else {}
    await g.org.limit(
        "provider_key",
        model.key.id,
        metric=metric,
        window_kind=window,
        amount=1 if metric == "requests" else 0,
        **terms,
    )
    served = []
    for _ in range(3):
        assert (await g.chat(caller)).status == 200
        served.append(sim.requests.last().bearer)
    assert served == ["sk-first-0123456789"] * (metric == "requests") + ["sk-second-0123456789"] * (
        2 if metric == "requests" else 3
    )
    # The whole of it is booked where it was served, and a route that was passed over is no try.
    assert (await accounts_of(g, model.key.id)).get(metric, (0, 0)) == ((1, 0) if metric == "requests" else (0, 0))
    assert {len(record["attempts"]) > 0 for record in await g.books.records()} == {True}
    await g.at_rest()


async def test_a_model_whose_keys_are_all_at_their_limit_is_called(g, sim):
    caller = await g.org.caller()
    await g.org.limit("provider_key", caller.model.key.id, metric="requests", window_kind="lifetime", amount=1)
    assert (await g.chat(caller)).status == 200
    answer = await g.chat(caller)
    assert (answer.status, error_of(answer)["code"]) == (503, "no_route")
    assert "retry-after" in answer.headers
    assert sim.counters.started == 1
    record = await g.books.record(outcome="no_route")
    assert (record["billed_cost_nanos"], record["input_tokens"]) == (0, 0)
    await g.at_rest()


async def test_a_key_that_failed_keeps_what_it_held(g, sim):
    caller, model = await two_keys(g, first="sim-server-error", second="sim-hang")
    limit = {"metric": "total_tokens", "window_kind": "month", "amount": 1_000_000}
    await g.org.limit("provider_key", model.key.id, **limit)
    async with g.begun(caller, CHAT, chat_body(caller, max_tokens=500)):
        async with asyncio.timeout(5):
            while sim.counters.refused < 1 or sim.counters.open < 1:
                await asyncio.sleep(0.01)
        # It serves nothing of this call any more, so it holds nothing of it.
        assert (await accounts_of(g, model.key.id))["total_tokens"] == (0, 0)
        await g.books.assert_laws()
    await g.at_rest()


async def test_slots_of_a_key_are_taken_twice(g, sim):
    caller, model = await two_keys(g)
    await g.org.limit("provider_key", model.key.id, metric="concurrency", window_kind="lifetime", amount=3)
    body = chat_body(caller, told(hang_at="headers"))
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(8):
            await stack.enter_async_context(g.begun(caller, CHAT, body))
        async with asyncio.timeout(5):
            while sim.counters.open < 8:
                await asyncio.sleep(0.01)
        bearers = [request.bearer for request in sim.requests.all()]
        assert bearers.count("sk-first-0123456789") == 3
        assert (await accounts_of(g, model.key.id))["concurrency"] == (0, 3)
    await g.at_rest()
    assert (await accounts_of(g, model.key.id))["concurrency"] == (0, 0)
