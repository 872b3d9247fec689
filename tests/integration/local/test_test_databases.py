"""The ground the other integration tests stand on: a database each, and servers that may be hurt."""

from __future__ import annotations

import asyncio
import time

import asyncpg
import psutil
import pytest

from tests.support.database import Prepare
from tests.support.database_shelf import Shelf

pytestmark = pytest.mark.integration


async def one_table(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE notes (text text); INSERT INTO notes VALUES ('from the template')")
    await connection.close()


@pytest.fixture(scope="session")
def prepare_database() -> Prepare:
    return one_table


@pytest.mark.parametrize("text", ["first", "second"])
async def test_each_test_has_the_template_and_nobody_elses_rows(database, postgres_server, text):
    connection = await asyncpg.connect(database)
    await connection.execute("INSERT INTO notes VALUES ($1)", text)
    assert {row["text"] for row in await connection.fetch("SELECT text FROM notes")} == {"from the template", text}
    assert await connection.fetchval("SELECT current_user") == postgres_server.server.owner
    await connection.close()


CHANGES = {
    "a column": "ALTER TABLE notes ADD COLUMN later text",
    "a trigger": "CREATE TRIGGER same BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "a right": "GRANT SELECT ON notes TO public",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_database_that_was_changed_is_not_used_again(postgres_server, prepare_database, change):
    template = postgres_server.template(prepare_database)
    shelf = Shelf(
        lambda: postgres_server.create(template), postgres_server.drop, as_superuser=postgres_server.as_superuser
    )
    first = await shelf.take()
    await shelf.put_back(first)
    assert await shelf.take() == first
    connection = await asyncpg.connect(first)
    await connection.execute(change)
    await shelf.put_back(first)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await connection.fetchval("SELECT 1")
    other = await shelf.take()
    assert other != first
    await shelf.put_back(other)
    shelf.clear()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(other)


def test_a_test_without_a_loop_gets_one_too(database):
    async def count() -> int:
        connection = await asyncpg.connect(database)
        try:
            return await connection.fetchval("SELECT count(*) FROM notes")
        finally:
            await connection.close()

    assert asyncio.run(count()) == 1


async def test_a_database_goes_even_while_somebody_is_connected(postgres_server):
    dsn = postgres_server.create()
    connection = await asyncpg.connect(dsn)
    postgres_server.drop(dsn)
    with pytest.raises(asyncpg.PostgresError):
        await connection.fetchval("SELECT 1")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(dsn)


async def test_the_statements_of_a_test_can_be_counted(database, postgres_server):
    """Wherever the server has the library preloaded, as the embedded one and the container do."""
    postgres_server.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    connection = await asyncpg.connect(database)
    for number in range(3):
        await connection.fetch("SELECT text FROM notes WHERE text <> $1", str(number))
    admin = await asyncpg.connect(postgres_server.admin_dsn)
    calls = await admin.fetchval(
        "SELECT sum(calls) FROM pg_stat_statements JOIN pg_database ON oid = dbid"
        " WHERE datname = $1 AND query LIKE 'SELECT text FROM notes WHERE%'",
        database.partition("?")[0].rpartition("/")[2],
    )
    assert calls == 3
    await admin.close()
    await connection.close()


async def test_a_private_server_comes_back_from_a_kill_with_what_was_committed(private_postgres):
    connection = await asyncpg.connect(private_postgres.dsn)
    await connection.execute("INSERT INTO notes VALUES ('committed')")
    private_postgres.kill()
    with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
        await connection.fetchval("SELECT 1")
    private_postgres.start()
    again = await asyncpg.connect(private_postgres.dsn)
    assert await again.fetchval("SELECT count(*) FROM notes") == 2
    await again.close()


async def test_a_frozen_private_server_says_nothing_until_it_is_resumed(private_postgres):
    connection = await asyncpg.connect(private_postgres.dsn)
    private_postgres.pause()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(connection.fetchval("SELECT 1"), 0.3)
    assert not connection.is_closed()
    private_postgres.resume()
    fresh = await asyncpg.connect(private_postgres.dsn)
    assert await fresh.fetchval("SELECT 1") == 1
    await fresh.close()
    connection.terminate()


async def test_a_private_server_restarts_on_the_same_address(private_postgres):
    before = private_postgres.dsn, private_postgres.pid
    private_postgres.restart()
    assert private_postgres.dsn == before[0]
    assert private_postgres.pid != before[1]


async def test_a_paused_server_is_put_away_without_a_wait(private_postgres):
    private_postgres.pause()
    pid, began = private_postgres.pid, time.monotonic()
    private_postgres.close()
    # A server that hears nothing is waited for ten seconds, and killed.
    assert time.monotonic() - began < 5
    assert not psutil.pid_exists(pid)
