"""Postgres two hundred milliseconds away: calls are slower by two round trips, and that is all."""

from __future__ import annotations

import asyncio
import time

from tests.integration.gateway.shapes import SHAPES
from tests.support.gateway import gateway
from tests.support.organization import Organization
from tests.support.slow_wire import slow_wire

ROUND_TRIP_S = 0.2


async def test_a_slow_database_makes_a_queue_that_only_grows(database, sim):
    org = Organization(database, sim.url)
    callers = [await org.caller(usd="50") for _ in range(4)]
    async with slow_wire(database, round_trip_s=ROUND_TRIP_S) as dsn, gateway(dsn, sim, org=org) as g:
        for caller in callers:
            # The first call of a member and a month looks up, makes accounts, decides under locks.
            print((await g.chat(caller)).status)
        began = time.monotonic()
        assert (await g.chat(callers[0])).status == 200
        print(time.monotonic() - began)
        took = []

        async def call(number: int) -> int:
            began = time.monotonic()
            answer = await SHAPES[number % 4].ask(g, callers[number % 4])
            took.append(time.monotonic() - began)
            return answer.status

        async def client(n):
            return [await call(n) for _ in range(5)]
        statuses = [x for each in await asyncio.gather(*(client(n) for n in range(40))) for x in each]
        from collections import Counter
        print(Counter(statuses), max(took), sorted(took)[len(took)//2])
    await org.close()
