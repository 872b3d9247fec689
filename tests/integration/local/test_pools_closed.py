"""Whoever closes a pool has closed every connection of it, whatever went on meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from ai_api.core.db import Database, Hot
from ai_api.core.errors import StoreUnavailable

MINE = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def _left(dsn: str) -> int:
    return int(await _asked(dsn, MINE))


async def _asked(dsn: str, question: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_a_transaction_that_goes_on_keeps_its_connection_for_ever(database: str) -> None:
    house = Database(database, pool_size=2)

    async def work() -> None:
        async with house.transaction() as tx:
            while True:
                await tx.execute(text("SELECT pg_sleep(0.05)"))

    working = asyncio.create_task(work())
    await _becomes(database, 1)
    await house.close()
    with pytest.raises(StoreUnavailable):
        await asyncio.wait_for(working, 5)
    await _becomes(database, 0)


async def test_a_transaction_that_is_nearly_done_is_cut(database: str) -> None:
    house = Database(database, pool_size=2)

    async def work() -> None:
        async with house.transaction() as tx:
            await tx.execute(text("SELECT pg_sleep(0.2)"))
            await tx.execute(text("CREATE TABLE done (at int)"))

    working = asyncio.create_task(work())
    await _becomes(database, 1)
    await house.close()
    await working
    await _becomes(database, 0)
    assert await _asked(database, "SELECT to_regclass('done') IS NOT NULL"), "what it wrote was not committed"


@pytest.mark.parametrize("after_ms", [0, 2, 5, 10, 20, 40])
async def test_a_pool_that_nobody_waits_for_any_more_stays_open(database: str, after_ms: int) -> None:
    hot = Hot(database, size=8, rehearsal=[("SELECT pg_sleep(0.01)", ())])
    opening = asyncio.create_task(hot.open())
    await asyncio.sleep(after_ms / 1000)
    opening.cancel()
    with suppress(asyncio.CancelledError):
        await opening
    await hot.close()
    await _becomes(database, 0)
    # A connection that was still being made when the pool was closed would come now.
    await asyncio.sleep(0.1)
    assert await _left(database) == 0


async def _becomes(dsn: str, count: int) -> None:
    async with asyncio.timeout(5):
        while await _left(dsn) != count:
            await asyncio.sleep(0.02)
