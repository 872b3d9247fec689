"""Routes that fail are left alone, by every replica, and found again when they are well."""

from __future__ import annotations

import asyncio
import json

import pytest

from ai_api.core.clock import SystemClock
from ai_api.providers import Cooling, health
from tests.integration.gateway.shapes import SHAPES, error_of, every_shape, told
from tests.support.books import assert_records_match_witness
from tests.support.gateway import beside

FOR_EVER_MS = 4_102_444_800_000


async def tries_of(g, answer) -> list[str]:
    """How each try of a call ended."""
    record = await g.books.record(request_id=answer.headers["x-request-id"])
    return [each["code"] for each in json.loads(record["attempts"])]


async def until_told(g, *route_ids, cooling: bool = True) -> None:
    """Waits until Postgres says of each of these routes that it cools down, or that it does not."""
    statement = "SELECT route_id FROM route_health WHERE route_id = ANY($1)"
    async with asyncio.timeout(5):
        while len(await g.books.fetch(statement, list(route_ids))) != (len(route_ids) if cooling else 0):
            await asyncio.sleep(0.02)


async def route_ids(g, caller) -> list:
    rows = await g.books.fetch("SELECT id FROM routes WHERE model_id = $1 ORDER BY priority", caller.model.id)
    return [row["id"] for row in rows]


async def failing_first(g, how: str = "server-error"):
    """A caller whose model has a route that fails, and behind it one that serves."""
    caller = await g.org.caller(usd="50", key=await g.org.key(f"sim-{how}"))
    await g.org.route(caller.model, await g.org.key(), priority=200)
    return caller


async def test_every_call_asks_the_provider_that_is_down_first(g, sim):
    caller = await failing_first(g)
    tried = [await tries_of(g, await SHAPES[number % 4].ask(g, caller)) for number in range(8)]
    failed = ["upstream_error", "ok"]
    assert tried == [failed] * health.FAILURES_MAX + [["ok"]] * (8 - health.FAILURES_MAX)


@pytest.mark.parametrize("how", ["rate-limited", "unauthorized"])
async def test_a_key_that_was_refused_is_used_for_the_next_call(g, how):
    caller = await failing_first(g, how)
    answers = [await SHAPES[number].ask(g, caller) for number in range(4)]
    tried = [await tries_of(g, answer) for answer in answers]
    assert tried[1:] == [["ok"]] * 3
    # A limit is answered by the next route, a key that is not accepted is not tried elsewhere.
    assert answers[0].status == (200 if how == "rate-limited" else 502)


async def test_the_other_replica_learns_it_by_failing_itself(g, sim):
    async with beside(g, sim) as other:
        caller = await failing_first(g)
        for _ in range(health.FAILURES_MAX):
            await g.chat(caller)
        bad, _ = await route_ids(g, caller)
        await until_told(g, bad)
        async with asyncio.timeout(5):
            while other.application.gateway.health.standing(bad, SystemClock().unix_ms()) == "good":
                await asyncio.sleep(0.02)
        assert await tries_of(g, await other.chat(caller)) == ["ok"]


async def test_a_route_that_is_well_again_stays_unused(g, sim, monkeypatch):
    """One call of twenty tries it; then everybody uses it, and Postgres holds nothing against it."""
    monkeypatch.setattr(health, "COOL_FIRST_MS", 300)
    caller = await g.org.caller(usd="50")
    await g.org.route(caller.model, await g.org.key(), priority=200)
    good, _ = await route_ids(g, caller)
    await g.chat(caller)
    for _ in range(health.FAILURES_MAX):
        g.application.gateway.health.failed(good, "upstream_error", SystemClock().unix_ms())
    await until_told(g, good)
    await asyncio.sleep(0.3)
    # Whoever tries it waits for it; the others begin meanwhile.
    answers = await asyncio.gather(*(g.chat(caller, told(delay_ms=1_000)) for _ in range(20)))
    served_by = [(await g.books.record(request_id=each.headers["x-request-id"]))["route_id"] for each in answers]
    assert served_by.count(good) == 1
    answer = await g.chat(caller)
    assert (await g.books.record(request_id=answer.headers["x-request-id"]))["route_id"] == good
    await until_told(g, good, cooling=False)


@every_shape
async def test_a_provider_that_asked_for_a_pause_is_asked_again_at_once(g, sim, shape):
    caller = await g.org.caller(usd="5")
    await shape.ask(g, caller, status=429, retry_after=30)
    asked = len(sim.requests)
    answer = await shape.ask(g, caller)
    assert (answer.status, error_of(answer)["type"]) == (429, "rate_limit_exceeded")
    assert 25 <= int(answer.headers["retry-after"]) <= 30
    assert len(sim.requests) == asked
    record = await g.books.record(request_id=answer.headers["x-request-id"])
    assert (record["outcome"], record["attempts"], record["billed_cost_nanos"]) == ("upstream_rate_limited", "[]", 0)
    await g.at_rest()
    await g.books.assert_at_rest()


async def test_an_overloaded_provider_that_named_a_time_is_asked_again_at_once(g, sim):
    caller = await g.org.caller(usd="5")
    first = await g.chat(caller, told(status=529, retry_after=30))
    assert (first.status, first.headers["retry-after"]) == (503, "30")
    asked = len(sim.requests)
    answer = await g.chat(caller)
    assert (answer.status, error_of(answer)["code"]) == (503, "upstream_overloaded")
    assert 25 <= int(answer.headers["retry-after"]) <= 30
    assert len(sim.requests) == asked


async def test_the_only_route_of_a_model_is_given_up(g, sim):
    """Nothing is gained by not asking: a call that may fail is better than one that does."""
    caller = await g.org.caller(usd="5")
    for _ in range(health.FAILURES_MAX + 3):
        assert (await g.chat(caller, told(status=500))).status == 502
    assert (await g.chat(caller)).status == 200


async def test_a_key_that_was_mended_stays_unused(g):
    caller = await failing_first(g)
    for _ in range(health.FAILURES_MAX):
        await g.chat(caller)
    bad, _ = await route_ids(g, caller)
    await until_told(g, bad)
    await g.org.mend(caller.model.key)
    async with asyncio.timeout(5):
        while g.application.gateway.health.standing(bad, SystemClock().unix_ms()) != "good":
            await asyncio.sleep(0.02)
    answer = await g.chat(caller)
    record = await g.books.record(request_id=answer.headers["x-request-id"])
    assert (record["outcome"], record["route_id"]) == ("ok", bad)
    assert await g.books.fetch("SELECT 1 FROM route_health WHERE route_id = $1", bad) == []


async def test_a_provider_that_is_down_is_asked_by_all_who_wait_and_all_bills_are_right(g, sim):
    caller = await failing_first(g)
    answers = await asyncio.gather(*(SHAPES[number % 4].ask(g, caller) for number in range(60)))
    assert {answer.status for answer in answers} == {200}
    await g.at_rest()
    assert_records_match_witness(await g.books.records(outcome="ok"), list(sim.witness.events))
    await g.books.assert_at_rest()


async def test_what_replicas_say_of_a_deleted_route_stops_the_watch(g):
    caller = await g.org.caller(usd="5")
    g.application.gateway.health.failed(caller.model.id, "upstream_auth", FOR_EVER_MS)
    assert g.application.gateway.health.cooling(FOR_EVER_MS)[caller.model.id] == Cooling(
        "upstream_auth", 1, FOR_EVER_MS + health.COOL_FIRST_MS, told=False
    )
    async with asyncio.timeout(5):
        while g.application.gateway.health.cooling(FOR_EVER_MS):
            await asyncio.sleep(0.02)
    assert (await g.chat(caller)).status == 200
