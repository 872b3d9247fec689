"""SQLAlchemy, for everything but the data plane's few statements: transactions, with a statement timeout."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, TypeAlias
from weakref import WeakSet

import asyncpg
from sqlalchemy import QueuePool
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ai_api.core.db.failures import NO_SUCH_TABLE, PASSING_CLASSES, TIMED_OUT, SchemaMissing, is_connection_loss
from ai_api.core.db.session_settings import ALONE, server_settings
from ai_api.core.errors import StatementTooLong, StoreUnavailable

GIVEN_BACK_WITHIN_S: Final = 0.5
GIVEN_BACK_LOOKS: Final = 50

Tx: TypeAlias = AsyncConnection
"""An open transaction. Stores take one and never begin, commit or roll back."""


class Database:
    """SQLAlchemy's pool for the portal, loads and jobs.

    `overflow` is how many connections more it opens for a rush. `alone` says that none of its statements is shared out among
    several workers of Postgres: a pool whose statements read much is not to take more of the machine than it has connections.
    """

    def __init__(
        self,
        dsn: str,
        *,
        pool_size: int = 5,
        overflow: int = 5,
        statement_timeout_ms: int = 15_000,
        alone: bool = False,
    ) -> None:
        async def connect() -> asyncpg.Connection:
            connection = await asyncpg.connect(
                dsn,
                timeout=5,
                command_timeout=statement_timeout_ms / 1000 + 5,
                server_settings=server_settings(statement_timeout_ms, lock_timeout_ms=5_000) | (ALONE if alone else {}),
            )
            self._made.add(connection)
            return connection

        self._pool_size = pool_size
        self._made: WeakSet[asyncpg.Connection] = WeakSet()

        self.engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=pool_size,
            max_overflow=overflow,
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
            if sqlstate == TIMED_OUT:
                raise StatementTooLong from error
            if is_connection_loss(error.orig) or sqlstate[:2] in PASSING_CLASSES:
                raise StoreUnavailable from error
            if sqlstate == NO_SUCH_TABLE:
                raise SchemaMissing from error
            raise

    async def rehearse(self, part: Callable[[Tx], Awaitable[None]]) -> None:
        """Opens all connections that the pool keeps; each does `part`, one after the other. Raises as `transaction` does."""
        async with AsyncExitStack() as held:
            for _ in range(self._pool_size):
                await part(await held.enter_async_context(self.transaction()))

    async def close(self) -> None:
        """Closes all connections. Those in use have half a second: a task that was cancelled gives its own back a bit later."""
        pool = self.engine.pool
        for _ in range(GIVEN_BACK_LOOKS):
            if not isinstance(pool, QueuePool) or not pool.checkedout():
                break
            await asyncio.sleep(GIVEN_BACK_WITHIN_S / GIVEN_BACK_LOOKS)
        await self.engine.dispose()
        # The pool forgets those that are in use: one that came back to it now would stay open until nobody knows it any more.
        for connection in tuple(self._made):
            if not connection.is_closed():
                connection.terminate()
