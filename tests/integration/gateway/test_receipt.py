"""The last byte of an answer is its receipt."""

from __future__ import annotations

import asyncio

import asyncpg

from tests.integration.gateway.shapes import every_shape


@every_shape
async def test_the_end_is_sent_while_the_record_still_waits(g, sim, shape, shared_database):
    """Somebody holds the account that the settlement books on: until it is booked, no client sees the end."""
    caller = await g.org.caller()
    assert (await shape.ask(g, caller)).status == 200
    blocker = await asyncpg.connect(shared_database)
    try:
        lock = blocker.transaction()
        await lock.start()
        await blocker.execute("SELECT 1 FROM quota_accounts WHERE subject_id = $1 FOR UPDATE", caller.allocation.id)
        asked = asyncio.create_task(shape.ask(g, caller))
        async with asyncio.timeout(5):
            while sim.counters.finished < 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert not asked.done()
        assert len(await g.books.records(outcome="ok")) == 1
        await lock.rollback()
        assert (await asked).status == 200
    finally:
        await blocker.close()
    # Read at once: nothing is waited for.
    assert len(await g.books.records(outcome="ok")) == 2
