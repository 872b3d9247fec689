"""A crash is over when Postgres has done all that the replica had told it, or never will: what comes later would be nobody's."""

from __future__ import annotations

import asyncio

from tests.properties import sight
from tests.properties.house import House
from tests.properties.orders import Order
from tests.properties.orders import ending as ended
from tests.properties.teller import NOON
from tests.support.database import Databases
from tests.support.proxy import HOLD, PASS, before_database


async def test_what_a_dead_replica_has_sent_arrives_after_its_crash(database: str, postgres_server: Databases) -> None:
    house = await House.build(database, superuser_dsn=postgres_server.as_superuser(database))
    async with before_database(database) as wire:
        house.dsn = wire.dsn
        await house.begin(NOON, replicas=1)
        (gate,) = house.gates
        # The first one's settlement is prepared, the second one's only has to be read.
        first, second = await house.place(gate, [Order(house.callers[0]), Order(house.callers[0])])
        await house.settle(gate, [(first.docket, ended(5, 5))])
        wire.switch(HOLD)
        settling = asyncio.ensure_future(house.settle(gate, [(second.docket, ended(5, 5))]))
        await asyncio.sleep(0.05)
        crashing = asyncio.ensure_future(house.crash(gate, [settling]))
        done, _ = await asyncio.wait([crashing], timeout=0.2)
        assert not done, "over while it is on its way"
        wire.switch(PASS)
        await crashing
        books = await sight.look(house.connection)
        assert books.records.keys() == {first.docket.call_id, second.docket.call_id}
        await asyncio.sleep(0.1)
        assert await sight.look(house.connection) == books
        await house.close()
