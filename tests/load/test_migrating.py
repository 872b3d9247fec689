"""What is measured of a migration is what it does to others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from ai_api.core import migrations
from tests.load import browsed
from tests.load.calls_beside import Calls, by_gateway, by_old_columns
from tests.load.lock_watch import Watcher, proven
from tests.load.migrating import FROM, INDEXES, MigratingResults, Step, changes
from tests.load.migrating_report import table
from tests.load.plan import Plan
from tests.support.database import Databases, run_apart
from tests.support.revisions import ALEMBIC, migrated_to

QUICK = Step("0025", "One thing. Expand only.", 0.5, 0.1, "holds", 20, 0.2, 0)
SLOW = replace(QUICK, revision="0021", locked_s=3.0, call_s=1.0)
HELD_S = 0.4


def shown(*steps: Step) -> list[str]:
    text = table(MigratingResults(list(steps)), Plan(seconds=1, repeats=1), machine="two cores", postgres="18")
    return [line for line in text.splitlines() if line.startswith("| ") and "goal" not in line and "---" not in line]


def test_what_nobody_will_run_again_spoils_the_table_of_what_they_will() -> None:
    first, second, together = shown(SLOW, QUICK)
    assert first == "| 0021: One thing | 0.50 s | 3.00 s `holds` | 1.00 s | ≤ 2 s | **no** |"
    assert second == "| 0025: One thing | 0.50 s | 0.10 s | 0.20 s | ≤ 2 s | yes |"
    assert together == "| **from 0023 on** | 0.5 s | **0.10 s** | **0.20 s** | ≤ 2 s | yes |"


@pytest.mark.parametrize(
    "slow",
    [
        replace(SLOW, revision="0026"),
        replace(SLOW, revision=INDEXES),
        replace(QUICK, call_s=2.1),
    ],
)
def test_a_migration_that_stops_calls_is_met(slow: Step) -> None:
    assert shown(slow, QUICK)[0].endswith("**no** |")
    assert shown(slow, QUICK)[-1].endswith("**no** |")


def test_a_migration_is_left_out() -> None:
    """Every one that there is after the first, each from where the one before it has left off, and the indexes last."""
    there = sorted(path.name[:4] for path in Path(ALEMBIC, "versions").glob("[0-9]*_*.py"))
    found = list(changes("postgresql://nowhere"))
    assert [each.revision for each in found] == [*there[there.index(FROM) + 1 :], INDEXES]
    assert [each.before for each in found] == there[there.index(FROM) :]
    assert found[-1].before == migrations.head()


@asynccontextmanager
async def beside(watcher: Watcher, calls: Calls) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(watcher.look()), asyncio.create_task(calls.go_on())]
    try:
        async with asyncio.timeout(60):
            while calls.made < 3:
                assert not any(task.done() for task in tasks), [task.exception() for task in tasks if task.done()]
                await asyncio.sleep(0.02)
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_a_lock_is_told_shorter_than_it_was(database: str) -> None:
    """One that is held and one that waits for it, and the call behind both; what was forgotten is not told again."""
    watcher, calls = Watcher(database), Calls(database, by_gateway)
    holder, waiter = await asyncpg.connect(database), await asyncpg.connect(database)
    try:
        async with beside(watcher, calls):
            await proven(watcher, database)
            async with holder.transaction():
                await holder.execute("LOCK TABLE usage_quarters IN SHARE MODE")
                waiting = asyncio.create_task(waiter.execute("ALTER TABLE usage_quarters ADD COLUMN later TEXT"))
                await asyncio.sleep(HELD_S)
            await waiting
            made = calls.made
            while calls.made < made + 2:
                await asyncio.sleep(0.02)
            assert watcher.longest_s["usage_quarters", "ShareLock", True] >= HELD_S
            assert watcher.longest_s["usage_quarters", "AccessExclusiveLock", False] >= HELD_S * 0.9
            assert calls.longest_s >= HELD_S * 0.9
            assert watcher.between_s > 0
            await asyncio.sleep(0.2)
            watcher.forget()
            await asyncio.sleep(0.2)
            assert watcher.longest_s == {}
    finally:
        await holder.close()
        await waiter.close()


async def test_calls_of_an_old_schema_wait_for_nobody(postgres_server: Databases) -> None:
    """They read and write what a migration locks, on every schema up to the one on which the gateway's own calls begin."""
    dsn = postgres_server.create()
    try:
        await asyncio.to_thread(run_apart, migrated_to, dsn, FROM)
        await browsed.fill(dsn, records=200, members=10, now=datetime.now(UTC), is_told=False)
        for table_name in (
            "usage_quarters",
            "call_records",
            "holds",
            "quota_accounts",
            "credentials",
            "allocations",
            "limits",
        ):
            watcher, calls = Watcher(dsn), Calls(dsn, by_old_columns)
            holder = await asyncpg.connect(dsn)
            try:
                async with beside(watcher, calls):
                    async with holder.transaction():
                        await holder.execute(f"LOCK TABLE {table_name} IN ACCESS EXCLUSIVE MODE")
                        await asyncio.sleep(HELD_S)
                    made = calls.made
                    while calls.made < made + 2:
                        await asyncio.sleep(0.02)
                    assert calls.longest_s >= HELD_S * 0.8, table_name
            finally:
                await holder.close()
    finally:
        postgres_server.drop(dsn)
