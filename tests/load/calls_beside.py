"""Calls without a gateway, one after the other, beside something that may keep them waiting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from ai_api.core.db import Hot
from ai_api.core.errors import StatementUndone
from ai_api.core.ids import uuid7
from tests.integration.jobs.desk import Account, Call, Desk, month_of

Way = Callable[[str], AbstractAsyncContextManager[Callable[[], Awaitable[None]]]]
"""Takes a DSN, and gives in its block what makes one call: admitted and settled."""
_PAUSE_S = 0.02
_SUBJECT = UUID(int=3)

_ACCOUNT = """
INSERT INTO quota_accounts (id, subject_kind, subject_id, metric, window_start) VALUES ($1, 'allocation', $1, 'cost', '1970-01-01Z')
ON CONFLICT DO NOTHING
"""
_LOOK = """
SELECT c.id, c.member_id, a.id AS allocation_id, a.model_id FROM credentials c
    JOIN members m ON m.id = c.member_id JOIN allocations a ON a.member_id = m.id LEFT JOIN limits l ON l.allocation_id = a.id
WHERE c.public_id = 'cred_b0'
"""
_TAKE = "UPDATE quota_accounts SET held = held + 1000 WHERE id = $1"
_HOLD = "INSERT INTO holds (call_id, replica_id, amounts, record) VALUES ($1, $1, '[]', '{}')"
_BOOK = "UPDATE quota_accounts SET held = held - 1000, settled = settled + 500 WHERE id = $1"
_LET_GO = "DELETE FROM holds WHERE call_id = $1"
_RECORD = """
INSERT INTO call_records (call_id, started_at, finished_at, credential_id, allocation_id, member_id, model_id, dialect, operation,
    stream, outcome, input_tokens, output_tokens, usage_source, billed_cost_nanos, request_id)
VALUES ($1, now(), now(), $2, $3, $4, $5, 'openai', 'chat', false, 'ok', 100, 20, 'provider', 500, 'beside')
"""
_ROLL_UP = """
INSERT INTO usage_quarters (quarter, credential_id, allocation_id, member_id, model_id, outcome, calls, input_tokens, output_tokens,
    billed_cost_nanos)
VALUES (date_bin('15 minutes', now(), '2000-01-01Z'), $1, $2, $3, $4, 'ok', 1, 100, 20, 500)
ON CONFLICT (quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome)
DO UPDATE SET calls = usage_quarters.calls + 1
"""


class Calls:
    """Makes calls in a way, fifty a second at most. `longest_s` is the slowest, admitted and settled."""

    def __init__(self, dsn: str, way: Way) -> None:
        self._dsn = dsn
        self._way = way
        self.made = 0
        self.longest_s = 0.0

    async def go_on(self) -> None:
        """Until it is cancelled. Raises what the way raises."""
        async with self._way(self._dsn) as call:
            while True:
                began = time.monotonic()
                await call()
                self.longest_s = max(self.longest_s, time.monotonic() - began)
                self.made += 1
                await asyncio.sleep(_PAUSE_S)


@asynccontextmanager
async def by_gateway(dsn: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """By the gateway's own statements, which want the schema of 0025 at least.

    What Postgres undid (a deadlock, a lock that took too long) is asked again, as the gateway does; the time goes on.
    """
    hot = Hot(dsn, size=2)
    await hot.open()
    desk = Desk(hot)

    async def call() -> None:
        at = datetime.now(UTC)
        one = Call([Account("cost", _SUBJECT, month_of(at))], at)
        await _asked(desk.admit, one)
        await _asked(desk.settle, one)

    try:
        yield call
    finally:
        await hot.close()


async def _asked(what: Callable[[Call], Awaitable[object]], call: Call) -> None:
    while True:
        try:
            await what(call)
        except StatementUndone:
            continue
        return


@asynccontextmanager
async def by_old_columns(dsn: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Reads and writes the tables that a call does, by columns that all schemas since 0017 have; it waits for as long as it takes."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(_ACCOUNT, _SUBJECT)

    async def call() -> None:
        call_id = uuid7(int(time.time() * 1000))
        who = await connection.fetchrow(_LOOK)
        assert who is not None
        ids = (who["id"], who["allocation_id"], who["member_id"], who["model_id"])
        async with connection.transaction():
            await connection.execute(_TAKE, _SUBJECT)
            await connection.execute(_HOLD, call_id)
        async with connection.transaction():
            await connection.execute(_LET_GO, call_id)
            await connection.execute(_RECORD, call_id, *ids)
            await connection.execute(_ROLL_UP, *ids)
            await connection.execute(_BOOK, _SUBJECT)

    try:
        yield call
    finally:
        await connection.close()
