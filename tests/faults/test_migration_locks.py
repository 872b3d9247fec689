"""Migrations on a ledger of many records: no table that calls write is locked for long, and calls go on meanwhile."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from alembic.config import Config

from ai_api.core import migrations
from tests.faults.conftest import IS_FULL
from tests.faults.test_two_versions import EXPAND, NEXT, migrate_as_newer
from tests.load import browsed
from tests.load.calls_beside import Calls, by_gateway
from tests.load.lock_watch import Watcher, proven
from tests.support.database import Databases, run_apart
from tests.support.revisions import migrated_to

FROM = "0025"
"""The oldest schema that this build settles calls on. Later migrations are for installations that are in use."""
RECORDS = int(os.environ.get("AI_API_TEST_MIGRATED_RECORDS", "1000000" if IS_FULL else "100000"))
LOCKED_MAX_S = 2.0


async def without_their_part(dsn: str) -> list[str]:
    """The ledger's partitions that have no part of the index that is built beside the calls; all, if it is not whole."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            """SELECT h.inhrelid::regclass::text AS partition FROM pg_inherits h
            WHERE h.inhparent = 'call_records'::regclass AND NOT EXISTS (
                SELECT 1 FROM pg_index whole JOIN pg_inherits i ON i.inhparent = whole.indexrelid
                    JOIN pg_index part ON part.indexrelid = i.inhrelid
                WHERE whole.indexrelid = 'ix_call_records_limit'::regclass AND whole.indisvalid AND part.indrelid = h.inhrelid)"""
        )
        return [row["partition"] for row in rows]
    finally:
        await connection.close()


async def test_a_migration_of_many_records_stops_calls(postgres_server: Databases, tmp_path: Path) -> None:
    """From the schema of the first installations in use to the newest, and then what a later version may well add."""
    dsn = postgres_server.create()
    try:
        await asyncio.to_thread(run_apart, migrated_to, dsn, FROM)
        await browsed.fill(dsn, records=RECORDS, members=1_000, now=datetime.now(UTC))
        watcher, calls = Watcher(dsn), Calls(dsn, by_gateway)
        beside = [asyncio.create_task(watcher.look()), asyncio.create_task(calls.go_on())]
        while calls.made < 10:
            await asyncio.sleep(0.05)
            assert not any(task.done() for task in beside), [task.exception() for task in beside if task.done()]
        await proven(watcher, dsn)
        before = calls.made
        began = time.monotonic()
        assert await asyncio.to_thread(migrations.upgrade, dsn) == migrations.head()
        assert await asyncio.to_thread(migrations.finish_indexes, dsn) == []
        await asyncio.to_thread(migrate_as_newer, dsn, tmp_path, (NEXT, migrations.head(), EXPAND))
        took_s = time.monotonic() - began
        await asyncio.sleep(0.3)
        for task in beside:
            assert not task.done(), task.exception()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        print(f"{RECORDS} records: {took_s:.1f} s, {calls.made - before} calls, the slowest {calls.longest_s:.2f} s")
        print({key: round(value, 2) for key, value in watcher.longest_s.items()})
        assert await without_their_part(dsn) == []
        assert max(watcher.longest_s.values(), default=0.0) < LOCKED_MAX_S, watcher.longest_s
        assert calls.longest_s < LOCKED_MAX_S
        assert calls.made > before
    finally:
        postgres_server.drop(dsn)


def config_of(folder: Path) -> Config:
    made = Config()
    made.set_main_option("script_location", str(folder / "alembic"))
    made.set_main_option("path_separator", "os")
    return made


async def test_a_call_that_waits_for_a_migration_that_waits_for_it_ends_the_migration(
    postgres_server: Databases, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Postgres undoes one of the two: whoever finds that they wait for one another, which is the one who waited last here."""
    monkeypatch.setattr(migrations, "LOCK_PAUSE_S", 0.5)
    name = urlsplit(database).path.removeprefix("/")
    postgres_server.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '100ms'")
    call = await asyncpg.connect(database)
    try:
        await call.execute("BEGIN; LOCK TABLE call_records IN ROW EXCLUSIVE MODE")
        steps = ["ALTER TABLE holds ADD COLUMN later BIGINT", "SELECT pg_sleep(1)", *EXPAND[2:3], EXPAND[-1]]
        with pytest.raises(Exception, match="lock timeout"):
            await asyncio.to_thread(migrate_as_newer, database, tmp_path, (NEXT, migrations.head(), steps), tries=1)
        monkeypatch.setattr(migrations, "_config", lambda: config_of(tmp_path))
        migrating = asyncio.create_task(asyncio.to_thread(migrations.upgrade, database))
        watched = "SELECT count(*) FROM pg_locks WHERE relation = 'holds'::regclass AND mode = 'AccessExclusiveLock' AND granted"
        async with asyncio.timeout(20):
            while not await call.fetchval(watched):
                await asyncio.sleep(0.02)
            # It waits here until the migration has been undone, which gave everything back.
            await call.execute("LOCK TABLE holds IN ROW EXCLUSIVE MODE")
        assert not migrating.done()
        await call.execute("ROLLBACK")
        assert await asyncio.wait_for(migrating, 30) == NEXT
    finally:
        await call.close()


async def test_a_migration_keeps_everybody_waiting_behind_a_report(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report reads for long, so that a table cannot be locked: it lets go, calls go on, and it comes back later."""
    monkeypatch.setattr(migrations, "LOCK_PAUSE_S", 0.5)
    watcher, calls = Watcher(database), Calls(database, by_gateway)
    reader = await asyncpg.connect(database)
    await reader.execute("BEGIN; SELECT count(*) FROM call_records")
    beside = [asyncio.create_task(watcher.look()), asyncio.create_task(calls.go_on())]
    own = Path(__file__).parents[2] / "alembic"
    try:
        # Written beside ours, as a later version has it; run by what `ai-api migrate` runs.
        with pytest.raises(Exception, match="lock timeout"):
            await asyncio.to_thread(migrate_as_newer, database, tmp_path, (NEXT, migrations.head(), EXPAND), tries=1)
        assert own.is_dir()
        monkeypatch.setattr(migrations, "_config", lambda: config_of(tmp_path))
        migrating = asyncio.create_task(asyncio.to_thread(migrations.upgrade, database))
        await asyncio.sleep(4.0)
        assert not migrating.done()
        await reader.execute("ROLLBACK")
        assert await asyncio.wait_for(migrating, 30) == NEXT
    finally:
        for task in beside:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await reader.close()
    waited = [value for (_, _, granted), value in watcher.longest_s.items() if not granted]
    assert 0.8 < max(waited) < LOCKED_MAX_S, watcher.longest_s
    assert calls.longest_s < LOCKED_MAX_S + 1.0
    assert calls.made > 10
