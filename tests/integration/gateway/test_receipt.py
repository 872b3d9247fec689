"""The last byte of an answer is its receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from tests.integration.gateway.shapes import STREAMS, WHOLES, every_shape
from tests.support.organization import Caller
from tests.support.upstream.raw import RawAnswer


@every_shape
async def test_the_end_is_sent_while_the_record_still_waits(g, sim, shape, shared_database):
    """Somebody holds the account that the settlement books on: until it is booked, no client sees the end."""
    caller = await g.org.caller()
    await _ends_with_its_record(g, sim, caller, lambda: shape.ask(g, caller), shared_database)


@pytest.mark.parametrize("shape", [WHOLES[1], STREAMS[1]], ids=str)
async def test_the_end_of_a_kept_answer_is_sent_while_its_record_waits(g, sim, shape, shared_database):
    """It waits for two things, that the answer is kept and for the record, and not for the quicker of them."""
    caller = await g.org.caller(key=await g.org.key("sk-keeps-0123456789", provider="openai"))
    body = shape.body(caller, store=True)
    await _ends_with_its_record(g, sim, caller, lambda: g.ask(caller, shape.path, body), shared_database)
    assert len(await g.books.fetch("SELECT 1 FROM stored_responses WHERE member_id = $1", caller.member.id)) == 2


async def _ends_with_its_record(g, sim, caller: Caller, ask: Callable[[], Awaitable[RawAnswer]], database: str) -> None:
    assert (await ask()).status == 200
    blocker = await asyncpg.connect(database)
    try:
        lock = blocker.transaction()
        await lock.start()
        await blocker.execute("SELECT 1 FROM quota_accounts WHERE subject_id = $1 FOR UPDATE", caller.allocation.id)
        asked = asyncio.ensure_future(ask())
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
