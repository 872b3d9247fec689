"""Test databases: `database` is a migrated one of the test's own, `private_postgres` a whole server of its own.

One server serves the whole run, also with pytest-xdist. Databases are copied from a template that is migrated once, and used
again by the tests of a process, one after the other.
A plugin: `pytest_plugins = ["tests.support.database"]` in tests/conftest.py.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import itertools
import os
import secrets
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from ai_api.core import migrations
from tests.support import database_server
from tests.support.database_server import LENT, Server, Session
from tests.support.database_shelf import Shelf
from tests.support.private_postgres import PrivatePostgres, copy_of

Prepare = Callable[[str], Awaitable[None] | None]
"""Takes the DSN of an empty database and fills it. May be a coroutine function."""

_SESSION = pytest.StashKey[Session]()
_counter = itertools.count(1)


def migrate(dsn: str) -> None:
    """Brings a database to the newest revision, as `ai-api migrate` does."""
    migrations.upgrade(dsn)
    migrations.finish_indexes(dsn)


@dataclass(frozen=True)
class Databases:
    """The server of this run. `admin_dsn` is a superuser's, on the database `postgres` where it is the embedded one."""

    admin_dsn: str
    server: Server
    session: Session

    def create(self, template: str | None = None) -> str:
        """Makes a database, empty or a copy, and returns its DSN."""
        # The number of a process is used again, and a lent session may live that long.
        name = f"{self.session.prefix}_{os.getpid()}_{next(_counter)}_{secrets.token_hex(3)}"
        self._create(name, template)
        return self.server.dsn(name)

    def drop(self, dsn: str) -> None:
        """Removes a database, with whoever is still connected to it."""
        name = dsn.partition("?")[0].rpartition("/")[2]
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def as_superuser(self, dsn: str) -> str:
        """The address of a database for the superuser."""
        return urlsplit(self.admin_dsn)._replace(path=urlsplit(dsn).path).geturl()

    def template(self, prepare: Prepare) -> str:
        """Returns the name of a database that `prepare` has filled, once for the whole run. Nobody can connect to it."""
        name = f"{self.session.prefix}_t_{_fingerprint(prepare)}"
        done = self.session.folder / f"{name}.done"
        with self.session.lock():
            if not done.exists():
                self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                self._create(name, None)
                run_apart(prepare, self.server.dsn(name))
                self.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
                done.touch()
        return name

    def drop_all(self) -> None:
        """Removes every database of this run. For a server that outlives it."""
        rows = run_apart(
            self._fetch, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", self.session.prefix
        )
        for row in rows:
            self.execute(f'DROP DATABASE IF EXISTS "{row["datname"]}" WITH (FORCE)')

    def version(self) -> str:
        """Which Postgres it is, as it says itself."""
        version: str = run_apart(self._fetch, "SHOW server_version")[0][0]
        return version

    def execute(self, *statements: str) -> None:
        """Runs statements as superuser, each in a transaction of its own."""
        run_apart(self._execute, *statements)

    def _create(self, name: str, template: str | None) -> None:
        # Copied as files: as log records it takes twice as long, and there is a copy for each test.
        source = f'TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
        self.execute(f'CREATE DATABASE "{name}" OWNER "{self.server.owner}" {source}')

    async def _execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.admin_dsn, timeout=10, command_timeout=60)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def _fetch(self, query: str, *arguments: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.admin_dsn, timeout=10, command_timeout=60)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return rows
        finally:
            await connection.close()


def run_apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function or coroutine function in a thread without an event loop, whatever loop the test has, and waits."""

    def call() -> Any:
        result = function(*arguments)
        return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call).result()


async def _awaited(result: Awaitable[Any]) -> Any:
    return await result


def _fingerprint(prepare: Prepare) -> str:
    name = f"{prepare.__module__}.{prepare.__qualname__}"
    return hashlib.sha256(name.encode()).hexdigest()[:8]


@pytest.fixture(scope="session")
def prepare_database() -> Prepare:
    """What fills the template. A folder's conftest may have another; it must be a function with a name of its own."""
    return migrate


@pytest.fixture(scope="session")
def database_session(pytestconfig: pytest.Config) -> Session:
    """What the processes of this run share."""
    return pytestconfig.stash[_SESSION]


@pytest.fixture(scope="session")
def postgres_server(database_session: Session) -> Databases:
    """The server, with nothing in it but what tests ask for."""
    server = database_session.server()
    return Databases(server.admin_dsn, server, database_session)


@pytest.fixture(scope="session")
def database_shelves(postgres_server: Databases) -> Iterator[dict[str, Shelf]]:
    """Databases that nobody uses at the moment, by template."""
    shelves: dict[str, Shelf] = {}
    yield shelves
    for shelf in shelves.values():
        shelf.clear()


@pytest.fixture
def database(
    postgres_server: Databases, prepare_database: Prepare, database_shelves: dict[str, Shelf]
) -> Iterator[str]:
    """The DSN of a migrated database that is this test's alone."""
    template = postgres_server.template(prepare_database)
    if template not in database_shelves:
        database_shelves[template] = Shelf(
            lambda: postgres_server.create(template), postgres_server.drop, as_superuser=postgres_server.as_superuser
        )
    shelf = database_shelves[template]
    dsn = run_apart(shelf.take)
    yield dsn
    run_apart(shelf.put_back, dsn)


@pytest.fixture
def private_postgres(database_session: Session, prepare_database: Prepare) -> Iterator[PrivatePostgres]:
    """A running server with a migrated database, to be killed, frozen and restarted at will. Always the embedded one."""
    template = database_session.folder / f"private-{_fingerprint(prepare_database)}"
    with database_session.lock():
        if not template.exists():
            _prepare_private(template, prepare_database)
    server = copy_of(template, database_session.folder / f"p{os.getpid()}-{next(_counter)}")
    server.start()
    yield server
    server.close()


def _prepare_private(template: Path, prepare: Prepare) -> None:
    work = template.with_suffix(".new")
    work.mkdir(mode=0o700)
    first = PrivatePostgres(work)
    first.start()
    try:
        run_apart(prepare, first.dsn)
    finally:
        first.stop()
    work.rename(template)


def pytest_configure(config: pytest.Config) -> None:
    """The process that begins the run names its session; workers are told."""
    told = getattr(config, "workerinput", {}).get("database_session") or os.environ.get(LENT)
    config.stash[_SESSION] = Session(Path(told)) if told else database_server.begin()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist is about to start a worker."""
    node.workerinput["database_session"] = str(node.config.stash[_SESSION].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that began the run ends what was started for it."""
    session = config.stash.get(_SESSION, None)
    if session is None or hasattr(config, "workerinput") or LENT in os.environ:
        return
    if os.environ.get("AI_API_TEST_DATABASE_URL") and any(session.folder.glob("*.done")):
        server = session.server()
        Databases(server.admin_dsn, server, session).drop_all()
    session.close()
