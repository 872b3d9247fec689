"""Postgres two hundred milliseconds away: calls are slower by two round trips, and that is all."""

from __future__ import annotations

import asyncio
import time

from tests.integration.gateway.shapes import SHAPES
from tests.support.gateway import Gateway, gateway
from tests.support.organization import Caller, Organization
from tests.support.proxy import PASS, before_database, delay

ROUND_TRIP_S = 0.2
AT_ONCE, TURNS, ALONE = 40, 4, 3


async def timed(g: Gateway, caller: Caller, number: int) -> tuple[int, float]:
    """The status of a call, and how long it took."""
    began = time.monotonic()
    answer = await SHAPES[number % 4].ask(g, caller)
    return answer.status, time.monotonic() - began


async def test_a_slow_database_makes_a_queue_that_only_grows(database, sim):
    org = Organization(database, sim.url)
    callers = [await org.caller(usd="50") for _ in range(4)]
    async with before_database(database) as wire, gateway(wire.dsn, sim, org=org) as g:
        wire.switch(delay(ROUND_TRIP_S * 1_000 / 2))
        for caller in callers:
            # The first call of a member looks up, makes the month's accounts, and decides under locks; it is served, too.
            assert (await timed(g, caller, 0))[0] == 200
        # The quickest of some: a machine that is busy makes calls late, and never one that makes three round trips quick.
        alone = [await timed(g, callers[0], 0) for _ in range(ALONE)]
        assert {status for status, _ in alone} == {200}
        assert min(took for _, took in alone) < 2 * ROUND_TRIP_S + 0.15

        async def work(number: int) -> list[tuple[int, float]]:
            return [await timed(g, callers[number % 4], number + turn) for turn in range(TURNS)]

        results = [
            each for turns in await asyncio.gather(*(work(number) for number in range(AT_ONCE))) for each in turns
        ]
        assert {status for status, _ in results} == {200}
        # Each waits for the batch before its own at most, twice.
        assert max(took for _, took in results) < 4 * ROUND_TRIP_S + 1.0
        await g.at_rest()
        wire.switch(PASS)
        await g.books.assert_at_rest()
        assert len(await g.books.records()) == len(callers) + ALONE + AT_ONCE * TURNS
    await org.close()


WAITING_MAX = 90
BURST, CROWD = 60, 400


async def test_thousands_wait_inside_or_a_burst_is_refused(database, sim):
    """A burst is served, however slow the database. Of a crowd as many as may wait are, and the others are told so at once."""
    org = Organization(database, sim.url)
    callers = [await org.caller(usd="50") for _ in range(4)]
    bounds = {"lag_ms_max": 60_000, "waiting_calls_max": WAITING_MAX}
    async with before_database(database) as wire, gateway(wire.dsn, sim, org=org, load=bounds) as g:
        for caller in callers:
            assert (await timed(g, caller, 0))[0] == 200
        wire.switch(delay(ROUND_TRIP_S * 1_000 / 2))

        async def come(calls: int) -> list[tuple[int, float]]:
            return await asyncio.gather(*(timed(g, callers[number % 4], number) for number in range(calls)))

        assert {status for status, _ in await come(BURST)} == {200}
        await g.at_rest()
        came = await come(CROWD)
        served = [took for status, took in came if status == 200]
        refused = [took for status, took in came if status == 503]
        assert BURST <= len(served) <= 2 * WAITING_MAX
        assert len(served) + len(refused) == CROWD
        # Some of them came while others were answered already; whoever is told no has waited for nobody.
        assert max(refused) < min(served) + ROUND_TRIP_S
        await g.at_rest()
        assert g.application.intake.shed == {"waiting": len(refused)}
        assert {status for status, _ in await come(BURST)} == {200}
        await g.at_rest()
        wire.switch(PASS)
        await g.books.assert_at_rest()
        assert len(await g.books.records()) == len(callers) + 2 * BURST + len(served)
    await org.close()
