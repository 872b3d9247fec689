"""A raw asyncpg pool, for the data plane's few statements."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from ai_api.core.db.failures import LOST, refused
from ai_api.core.db.session_settings import PLANS_BY_KEY, server_settings
from ai_api.core.errors import StoreUnavailable
from ai_api.core.pool_opening import PoolOpening
from ai_api.core.silence import Silence


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a caller waits: `away_after_s` while Postgres says nothing to anybody, `timeout_s` while it answers others."""

    away_after_s: float
    timeout_s: float


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
                server_settings=server_settings(self._statement_timeout_ms, lock_timeout_ms=2_000)
                | (PLANS_BY_KEY if self._by_key else {}),
            )
            opening.has_succeeded()
        except LOST as error:
            raise StoreUnavailable from error
        finally:
            if self._pool is None:
                # Nobody closes a pool that nobody was given: also where the process ends while its pools are being opened.
                opening.give_up()

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
            raise refused(error) from error
        except LOST as error:
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
            raise refused(error) from error
        except LOST as error:
            raise StoreUnavailable from error

    @asynccontextmanager
    async def reserved(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of one's own outside of the pool, closed at the end. Raises StoreUnavailable."""
        try:
            connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=10)
        except LOST as error:
            raise StoreUnavailable from error
        try:
            yield connection
        except LOST as error:
            raise StoreUnavailable from error
        finally:
            connection.terminate()

    def _opened(self) -> asyncpg.Pool:
        if self._pool is None:
            raise StoreUnavailable
        return self._pool


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    return None


def dump_json(value: object) -> str:
    """JSON text for a jsonb parameter of a raw statement."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
