"""An index of the ledger whose building breaks off: it is said, and the next `ai-api migrate` finishes it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import pytest

from ai_api import ledger
from ai_api.core import migrations
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database
from ai_api.jobs.make_partitions import ensure
from tests.faults.test_two_versions import environment, program
from tests.support.database import Databases, run_apart
from tests.support.revisions import migrated_to

INDEX = "ix_call_records_limit"
_PARTS = """
SELECT p.relname AS partition, c.relname AS name, pc.indisvalid AS is_valid, i.inhparent IS NOT NULL AS is_attached
FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhrelid JOIN pg_index pc ON pc.indrelid = p.oid
    JOIN pg_class c ON c.oid = pc.indexrelid LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE h.inhparent = 'call_records'::regclass AND pg_get_indexdef(c.oid) LIKE '%limit_id%' ORDER BY 1, 2
"""
_IS_WHOLE = f"SELECT indisvalid FROM pg_index WHERE indexrelid = '{INDEX}'::regclass"


@pytest.fixture
def begun(postgres_server: Databases) -> Iterator[str]:
    """A database whose migrations are done, and of whose index nothing is built; four months and the default partition."""
    dsn = postgres_server.create()
    run_apart(migrations_of_before, dsn)
    # And no more, as if the program had been killed right after it.
    run_apart(migrated_to, dsn, "head")
    yield dsn
    postgres_server.drop(dsn)


def migrations_of_before(dsn: str) -> None:
    migrated_to(dsn, "0025")
    asyncio.run(months(dsn))


async def months(dsn: str) -> list[str]:
    database = Database(dsn, pool_size=1)
    try:
        return await ensure(database, SystemClock())
    finally:
        await database.close()


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def a_long_look(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A transaction that keeps its snapshot, as a backup does: an index that is built waits for its end."""
    async with connected(dsn) as connection:
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        await connection.fetch("SELECT 1")
        yield connection


async def is_whole(dsn: str) -> bool:
    async with connected(dsn) as connection:
        return bool(await connection.fetchval(_IS_WHOLE))


async def parts(dsn: str) -> list[tuple[str, bool, bool]]:
    """Partition, whether its part can be used, and whether it is one of the index's."""
    async with connected(dsn) as connection:
        rows = await connection.fetch(_PARTS)
        return [(row["partition"], row["is_valid"], row["is_attached"]) for row in rows]


async def broken_off_while_building(dsn: str) -> None:
    """Kills `ai-api migrate` while it waits for a long look, with its first part half built."""
    async with a_long_look(dsn), connected(dsn) as other:
        migrating = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ai_api", "migrate"), env=environment(dsn), stdout=subprocess.DEVNULL
        )
        async with asyncio.timeout(60):
            while not [each for each in await other.fetch(_PARTS) if not each["is_valid"]]:
                await asyncio.sleep(0.05)
        migrating.send_signal(signal.SIGKILL)
        await migrating.wait()
        # Postgres notices at the end of the statement; here it is ended as a restart of it would.
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX%'"
        )


async def test_an_index_that_was_half_built_when_its_program_was_killed_stays_so(begun: str) -> None:
    """Checking and examining say that it is not finished, calls are served without, and migrating again finishes it."""
    await broken_off_while_building(begun)
    left = await parts(begun)
    assert [(is_valid, is_attached) for _, is_valid, is_attached in left] == [(False, False)]
    for arguments in (["migrate", "--check"], ["doctor"]):
        told = await asyncio.to_thread(program, begun, *arguments)
        assert told.returncode == 0, told.stderr
        assert f"Not built yet on 5 partitions of the ledger: {INDEX}." in told.stdout + told.stderr
        assert "Run `ai-api migrate` again." in told.stdout + told.stderr
    again = await asyncio.to_thread(program, begun, "migrate")
    assert (again.returncode, again.stderr) == (0, "")
    finished = await parts(begun)
    assert len(finished) == 5
    assert {(is_valid, is_attached) for _, is_valid, is_attached in finished} == {(True, True)}
    assert await is_whole(begun)
    for arguments in (["migrate", "--check"], ["doctor"]):
        told = await asyncio.to_thread(program, begun, *arguments)
        assert (told.returncode, "Not built yet" in told.stdout + told.stderr) == (0, False)


async def test_parts_that_were_built_before_a_crash_are_built_again(begun: str) -> None:
    """A part that is whole stays, attached or not; the rest is built."""
    name = f"call_records_default_{INDEX}"
    async with connected(begun) as connection:
        await connection.execute(
            f"CREATE INDEX {name} ON call_records_default ((details ->> 'limit_id'), call_id) WHERE details ? 'limit_id'"
        )
        before = await connection.fetchval("SELECT $1::text::regclass::oid", name)
        await asyncio.to_thread(migrations.finish_indexes, begun)
        assert await connection.fetchval("SELECT $1::text::regclass::oid", name) == before
    assert await is_whole(begun)


async def test_a_month_that_begins_while_the_index_is_unfinished_has_none_of_it(begun: str) -> None:
    """Its part comes with it, and it is not built a second time."""
    month = datetime(2031, 5, 1, tzinfo=UTC)
    database = Database(begun, pool_size=1)
    try:
        async with database.transaction() as tx:
            await ledger.make_partition(tx, month)
    finally:
        await database.close()
    assert await parts(begun) == [("call_records_2031_05", True, True)]
    await asyncio.to_thread(migrations.finish_indexes, begun)
    assert len(await parts(begun)) == 6
    assert await is_whole(begun)


async def test_two_who_migrate_at_once_stop_one_another(begun: str) -> None:
    """Who waits for their turn is not waited for by the index that is being built."""
    both = await asyncio.gather(*(asyncio.to_thread(program, begun, "migrate") for _ in range(2)))
    assert [(each.returncode, each.stderr) for each in both] == [(0, "")] * 2
    assert len(await parts(begun)) == 5
    assert await is_whole(begun)


async def test_a_backup_that_takes_hours_stops_an_upgrade(begun: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for a while; then what is missing is said, and migrating again goes on."""
    monkeypatch.setattr(migrations, "BUILD_WAIT_S", 1.0)
    async with a_long_look(begun):
        missing = await asyncio.to_thread(migrations.finish_indexes, begun)
        assert {part.index for part in missing} == {INDEX}
        assert len(missing) == 5
        assert not await is_whole(begun)
    await asyncio.to_thread(migrations.finish_indexes, begun)
    assert await is_whole(begun)


async def test_a_report_that_reads_the_ledger_keeps_calls_waiting_behind_the_index(
    begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock of a moment that attaching needs is waited for a second at most, and asked for again."""
    monkeypatch.setattr(migrations, "LOCK_PAUSE_S", 0.3)
    monkeypatch.setattr(migrations, "LOCK_WAIT_S", 0.3)
    async with connected(begun) as reader, connected(begun) as caller:
        # The part there is, and is being read: attaching it needs a lock that its readers have.
        name = f"call_records_default_{INDEX}"
        await caller.execute(
            f"CREATE INDEX {name} ON call_records_default ((details ->> 'limit_id'), call_id) WHERE details ? 'limit_id'"
        )
        await reader.execute("BEGIN; SELECT count(*) FROM call_records_default")
        migrating = asyncio.create_task(asyncio.to_thread(migrations.finish_indexes, begun))
        for _ in range(20):
            await asyncio.wait_for(caller.fetch("SELECT count(*) FROM call_records_default"), 1.0)
            await asyncio.sleep(0.1)
        assert not migrating.done()
        await reader.execute("ROLLBACK")
        await asyncio.wait_for(migrating, 30)
    assert await is_whole(begun)
