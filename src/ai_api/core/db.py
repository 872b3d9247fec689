"""Postgres: the one MetaData, two pools, transactions, epochs, schema state.

Two pools, so that browsing cannot hurt traffic: `Hot` is a raw asyncpg pool for the data plane's few statements; `Database`
is SQLAlchemy for everything else, with a statement timeout. DSNs are libpq URLs (`postgresql://user@/db?host=/socket/dir`).
"""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import secrets
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ai_api.core.errors import Refusal, StatementUndone, StoreUnavailable
from ai_api.core.pool_opening import PoolOpening
from ai_api.core.silence import Silence

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Tx: TypeAlias = AsyncConnection
"""An open transaction. Stores take one and never begin, commit or roll back."""

Instant = DateTime(timezone=True)

world = Table(
    "world",
    METADATA,
    Column("id", SmallInteger, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

schema_state = Table(
    "schema_state",
    METADATA,
    Column("id", SmallInteger, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("readable_from", Text, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

settings = Table(
    "settings",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
    Column("updated_at", Instant, nullable=False, server_default=func.now()),
)

_ROOMS_WITH_TABLES = (
    "identity",
    "sign_in",
    "catalog",
    "providers",
    "pricing",
    "allocations",
    "credentials",
    "quotas",
    "ledger",
    "audit",
    "sign_in",
    "invitations",
    "devices",
    "mail",
    "jobs",
)


def load_tables() -> MetaData:
    """The MetaData with every room's tables on it. For migrations and checks; rooms import their own tables themselves."""
    package = importlib.import_module("ai_api")
    present = {module.name for module in pkgutil.iter_modules(package.__path__)}
    for room in _ROOMS_WITH_TABLES:
        if room in present:
            importlib.import_module(f"ai_api.{room}.tables")
    return METADATA


def new_epoch() -> int:
    """A random 63-bit epoch. Random, so that two bumps that race never leave equal numbers behind."""
    return secrets.randbits(63)


async def bump_members(tx: Tx, member_ids: Iterable[UUID]) -> None:
    """Makes every replica reload these members before their next call, in the writing transaction; locks in id order."""
    ordered = sorted(set(member_ids))
    if not ordered:
        return
    await tx.execute(text("SELECT 1 FROM members WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"), {"ids": ordered})
    await tx.execute(
        text("UPDATE members SET epoch = :epoch WHERE id = ANY(:ids)"), {"ids": ordered, "epoch": new_epoch()}
    )


async def bump_world(tx: Tx) -> None:
    """Makes every replica reload the world before its next call. Part of the writing transaction."""
    await tx.execute(text("UPDATE world SET epoch = :epoch WHERE id = 1"), {"epoch": new_epoch()})


async def read_world(tx: Tx) -> tuple[int, str | None]:
    """The world's epoch, and the organization's zone where an administrator has set one."""
    statement = (
        "SELECT epoch, (SELECT value #>> '{}' FROM settings WHERE name = 'organization_zone') AS zone FROM world"
    )
    row = (await tx.execute(text(statement))).one()
    return row.epoch, row.zone


async def read_schema_state(tx: Tx) -> tuple[str, str] | tuple[None, None]:
    """The revision of the schema and the oldest revision whose builds can read it; Nones for an empty database."""
    if (await tx.execute(text("SELECT to_regclass('schema_state')"))).scalar() is None:
        return None, None
    row = (await tx.execute(text("SELECT revision, readable_from FROM schema_state"))).one()
    return row.revision, row.readable_from


class SchemaMissing(Refusal):
    """The database was never migrated, or is another one."""

    def __init__(self) -> None:
        super().__init__(
            "schema_missing", "unavailable", "The database has not the tables of this program: run `ai-api migrate`."
        )


class StatementRefused(Exception):
    """Postgres answered, and refused the statement. `reason` names the kind of refusal and never quotes a row."""

    def __init__(self, sqlstate: str, reason: str) -> None:
        super().__init__(f"{sqlstate} {reason}")
        self.sqlstate = sqlstate
        self.reason = reason

    @property
    def is_the_data(self) -> bool:
        """Whether the data itself was refused (classes 22 and 23), so that trying again cannot help."""
        return self.sqlstate[:2] in {"22", "23"}


class Database:
    """SQLAlchemy's pool for the portal, loads and jobs."""

    def __init__(self, dsn: str, *, pool_size: int = 5, statement_timeout_ms: int = 15_000) -> None:
        async def connect() -> asyncpg.Connection:
            return await asyncpg.connect(
                dsn,
                timeout=5,
                command_timeout=statement_timeout_ms / 1000 + 5,
                server_settings=_server_settings(statement_timeout_ms, lock_timeout_ms=5_000),
            )

        self.engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=pool_size,
            max_overflow=5,
            pool_timeout=5,
            pool_pre_ping=True,
            # An error quotes its statement, and would quote what went with it: hashes of passwords, sealed secrets.
            hide_parameters=True,
        )

    @asynccontextmanager
    async def transaction(self, *, repeatable_read: bool = False) -> AsyncIterator[Tx]:
        """One transaction: committed at the end of the block, rolled back when it raises. Raises StoreUnavailable."""
        try:
            async with self.engine.connect() as connection:
                if repeatable_read:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                async with connection.begin():
                    yield connection
        except (
            OperationalError,
            InterfaceError,
            NoneFree,
            OSError,
            TimeoutError,
            asyncpg.InternalClientError,
        ) as error:
            raise StoreUnavailable from error
        except DBAPIError as error:
            sqlstate = getattr(error.orig, "sqlstate", None) or ""
            if is_connection_loss(error.orig) or sqlstate[:2] in _PASSING_CLASSES:
                raise StoreUnavailable from error
            if sqlstate == _NO_SUCH_TABLE:
                raise SchemaMissing from error
            raise

    async def close(self) -> None:
        """Closes all connections."""
        await self.engine.dispose()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a caller waits: `away_after_s` while Postgres says nothing to anybody, `timeout_s` while it answers others."""

    away_after_s: float
    timeout_s: float


PLANS_BY_KEY = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_mergejoin": "off"}
"""Settings of Postgres for connections whose statements only find rows by their keys.

Planning such a statement anew takes longer than it runs. And a plan made while a table is empty must be as good when it has
grown: one that reads the whole of `holds` is the cheapest only as long as nobody has called.
"""


class Hot:
    """asyncpg's pool for the data plane: autocommit statements with a deadline on both sides.

    All its connections are open from the start, and again soon after they were lost: with a distant database, none could be
    opened within the deadline of a call. `by_key` says that every statement finds its rows by their keys: they are planned
    once for a connection, see PLANS_BY_KEY. `rehearsal` are statements with arguments by which they do nothing; a new connection
    runs them before anybody is given it, so that no call waits while Postgres learns them.
    """

    def __init__(
        self,
        dsn: str,
        *,
        size: int = 8,
        statement_timeout_ms: int = 5_000,
        by_key: bool = False,
        rehearsal: Sequence[tuple[str, tuple[object, ...]]] = (),
    ) -> None:
        self._dsn = dsn
        self._size = size
        self._by_key = by_key
        self._rehearsal = rehearsal
        self._statement_timeout_ms = statement_timeout_ms
        self._pool: asyncpg.Pool | None = None
        self._giving_back: set[asyncio.Future[None]] = set()
        self._silence = Silence(lambda: self._fetch("SELECT 1", (), None))

    @property
    def size(self) -> int:
        """How many connections it has."""
        return self._size

    async def open(self) -> None:
        """Opens the pool, unless it is open. Raises StoreUnavailable."""
        if self._pool is not None:
            return
        opening = PoolOpening()

        async def meet(connection: asyncpg.Connection) -> None:
            opening.note(connection)
            await self._rehearse(connection)

        try:
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=self._size,
                max_size=self._size,
                timeout=2,
                command_timeout=self._statement_timeout_ms / 1000 + 1,
                max_inactive_connection_lifetime=60,
                max_cached_statement_lifetime=0,
                init=meet,
                # asyncpg's own reset is one more statement for every one of ours; nothing here changes a session.
                reset=_leave_as_it_is,
                server_settings=_server_settings(self._statement_timeout_ms, lock_timeout_ms=2_000)
                | (PLANS_BY_KEY if self._by_key else {}),
            )
        except _LOST as error:
            opening.give_up()
            raise StoreUnavailable from error
        opening.has_succeeded()

    async def _rehearse(self, connection: asyncpg.Connection) -> None:
        try:
            for statement, arguments in self._rehearsal:
                await connection.fetch(statement, *arguments)
        except asyncpg.PostgresError:
            # A schema that is not there yet, or not this build's: readiness says so, and the connection is good.
            return

    async def close(self) -> None:
        """Closes the pool; connections that do not close in two seconds are dropped."""
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), 2)
            except TimeoutError:
                self._pool.terminate()

    async def fetch(self, statement: str, *arguments: object, timeout_s: float | None = None) -> Sequence[Any]:
        """Rows of one autocommit statement.

        Raises StoreUnavailable when the connection is lost or the deadline passes, StatementUndone when Postgres says that
        nothing of it happened and it may be asked again, StatementRefused.
        """
        return await self._told(self._fetch(statement, arguments, timeout_s))

    async def fetch_unless_away(self, statement: str, *arguments: object, patience: Patience) -> Sequence[Any]:
        """Rows of one autocommit statement, for which a caller waits: given up as soon as Postgres is away.

        Raises as `fetch` does, and StoreSilent.
        """
        asking = self._fetch(statement, arguments, patience.timeout_s)
        return await self._told(self._silence.wait(asking, patience_s=patience.away_after_s))

    async def _told(self, asking: Coroutine[Any, Any, Sequence[Any]]) -> Sequence[Any]:
        try:
            return await asking
        except asyncpg.PostgresError as error:
            raise _refused(error) from error
        except _LOST as error:
            raise StoreUnavailable from error

    async def _fetch(self, statement: str, arguments: Sequence[object], timeout_s: float | None) -> Sequence[Any]:
        pool = self._opened()
        began = time.monotonic()
        # With a deadline asyncpg makes a task of it, which is worth its price only where one has to wait for a connection.
        connection = await pool.acquire(timeout=None if pool.get_idle_size() else timeout_s)
        in_time = False
        try:
            left_s = None if timeout_s is None else max(0.001, timeout_s - (time.monotonic() - began))
            rows = list(await connection.fetch(statement, *arguments, timeout=left_s))
            in_time = True
            self._silence.heard()
        except asyncpg.InternalClientError:
            # The client has lost track of a connection that broke under it: nobody else may be given it.
            connection.terminate()
            raise
        except asyncpg.PostgresError:
            in_time = True
            raise
        finally:
            if in_time:
                await pool.release(connection)
            else:
                self._give_back_later(pool, connection)
        return rows

    def _give_back_later(self, pool: asyncpg.Pool, connection: Any) -> None:
        # A connection is given back once the server has cancelled its statement; who set a deadline does not wait for that.
        task = asyncio.ensure_future(pool.release(connection))
        self._giving_back.add(task)
        task.add_done_callback(self._given_back)

    def _given_back(self, task: asyncio.Future[None]) -> None:
        self._giving_back.discard(task)
        if not task.cancelled():
            # A connection that could not be cancelled was closed by the pool; the next one is new.
            task.exception()

    @asynccontextmanager
    async def transaction(self, *, timeout_s: float = 5.0) -> AsyncIterator[asyncpg.Connection]:
        """One raw transaction, for the paths that need several statements. Raises StoreUnavailable, StatementRefused."""
        try:
            async with self._opened().acquire(timeout=timeout_s) as connection, connection.transaction():
                yield connection
        except asyncpg.PostgresError as error:
            raise _refused(error) from error
        except _LOST as error:
            raise StoreUnavailable from error

    @asynccontextmanager
    async def reserved(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of one's own outside of the pool, closed at the end. Raises StoreUnavailable."""
        try:
            connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=10)
        except _LOST as error:
            raise StoreUnavailable from error
        try:
            yield connection
        except _LOST as error:
            raise StoreUnavailable from error
        finally:
            connection.terminate()

    def _opened(self) -> asyncpg.Pool:
        if self._pool is None:
            raise StoreUnavailable
        return self._pool


def is_connection_loss(error: BaseException | None) -> bool:
    """Whether `error` means the connection or the server went away, or time ran out, rather than a refused statement."""
    return isinstance(error, _LOST) or (error is not None and isinstance(error.__cause__, _LOST))


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    return None


_LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
)


def _refused(error: asyncpg.PostgresError) -> StatementRefused | StoreUnavailable:
    """Deadlocks, serialization failures and shortages pass: they are the database being away for a moment."""
    sqlstate = error.sqlstate or "XX000"
    if sqlstate in _UNDONE or sqlstate.startswith(_SHORTAGE):
        return StatementUndone()
    if isinstance(error, _LOST) or sqlstate[:2] in _PASSING_CLASSES:
        return StoreUnavailable()
    return StatementRefused(sqlstate, type(error).__name__)


_NO_SUCH_TABLE = "42P01"
_PASSING_CLASSES = frozenset({"08", "40", "53", "55", "57"})
_UNDONE = frozenset({"40001", "40P01", "55P03"})
_SHORTAGE = "53"


def _server_settings(statement_timeout_ms: int, *, lock_timeout_ms: int) -> dict[str, str]:
    return {
        "application_name": "ai-api",
        "timezone": "UTC",
        "statement_timeout": str(statement_timeout_ms),
        "lock_timeout": str(lock_timeout_ms),
        "idle_in_transaction_session_timeout": "10000",
        "jit": "off",
    }


def dump_json(value: object) -> str:
    """JSON text for a jsonb parameter of a raw statement."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
