"""Calls that wait for their hold while Postgres falls silent are all told so, none of them after two silences."""

from __future__ import annotations

import asyncio
import time

from ai_api.core.errors import StoreUnavailable
from ai_api.gateway.patience import PATIENCE
from ai_api.quotas.rules import Granted
from tests.races.replicas import Call, Replica, replicas
from tests.support.proxy import BLACKHOLE, PASS, before_database

CALLS = 80


async def seconds_until_told(replica: Replica, call: Call) -> float:
    """How long a call waits until it is told that the database is away."""
    began = time.monotonic()
    try:
        verdict = await replica.ask(call)
    except StoreUnavailable:
        return time.monotonic() - began
    raise AssertionError(verdict)


async def test_a_call_waits_through_two_silences(database):
    """One member has one batch on its way: the others wait for it, and then they have waited enough."""
    async with before_database(database) as wire, replicas(database, 0) as crew, crew.replica(wire.dsn) as replica:
        limit = crew.limit(1_000)
        before = crew.call(limit)
        assert isinstance(await replica.ask(before), Granted)
        wire.switch(BLACKHOLE)
        waited = await asyncio.gather(*(seconds_until_told(replica, crew.call(limit)) for _ in range(CALLS)))
        assert max(waited) < 1.6 * PATIENCE.away_after_s, max(waited)
        wire.switch(PASS)
        # Who comes afterwards asks anew.
        after = crew.call(limit)
        assert isinstance(await replica.ask(after), Granted)
        await asyncio.gather(*(replica.settle(call) for call in (before, after)))
