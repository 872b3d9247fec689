"""Calls of today, as if they had been made on the days before, too: the ledger takes records and changes none.

A copy has a moment of its own and costs what its call cost. The accounts of this month's limits and the roll-ups are brought up
to date with it, so that every sum of the portal is still the ledger's.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from ai_api.core.db import Database
from ai_api.core.ids import uuid7
from ai_api.ledger import partitions
from ai_api.local.postgres_cluster import DATABASE, ROLE

T = TypeVar("T")
DAYS = 52
_ROLL_UPS = """
INSERT INTO usage_quarters (quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome,
    calls, input_tokens, cached_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, billed_cost_nanos,
    unpriced_calls, list_cost_nanos, estimated_cost_nanos, told_calls, tags)
SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00:00+00'), member_id, credential_id, allocation_id,
    model_id, model, provider, provider_key_id, outcome, sum(greatest(1, refused_count)), sum(input_tokens),
    sum(cached_read_tokens), sum(cache_write_tokens), sum(output_tokens), sum(reasoning_tokens),
    coalesce(sum(billed_cost_nanos), 0), count(*) FILTER (WHERE billed_cost_nanos IS NULL), coalesce(sum(list_cost_nanos), 0),
    coalesce(sum(billed_cost_nanos) FILTER (WHERE usage_source = 'estimated'), 0),
    sum(greatest(1, refused_count)), min(tags::text)::jsonb
FROM call_records WHERE started_at < $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
_COPY = """
INSERT INTO call_records SELECT (jsonb_populate_record(r, to_jsonb(r) || jsonb_build_object(
    'call_id', c.id, 'started_at', r.started_at - c.back, 'finished_at', r.finished_at - c.back,
    'first_byte_at', r.first_byte_at - c.back, 'request_id', 'req_' || c.id,
    'bookings', (SELECT coalesce(jsonb_agg(b), '[]') FROM jsonb_array_elements(r.bookings) b JOIN quota_accounts a ON a.id = (b->>'account_id')::uuid
        WHERE a.window_start <= r.started_at - c.back AND a.window_end > r.started_at - c.back)))).*
FROM unnest($1::uuid[], $2::uuid[], $3::interval[]) AS c (of, id, back) JOIN call_records r ON r.call_id = c.of
"""
_BOOK = """
UPDATE quota_accounts a SET settled = settled + more.amount FROM (
    SELECT (b->>'account_id')::uuid AS id, sum(coalesce(b->>'tokens', b->>'cost_nanos', b->>'requests')::bigint) AS amount
    FROM call_records r, jsonb_array_elements(r.bookings) b WHERE r.started_at < $1 GROUP BY 1) more
WHERE a.id = more.id
"""


def spread(data: Path) -> None:
    """Copies the calls of the database in a data folder of `ai-api up` over the days before today. None may be older yet."""
    _run(_spread(_dsn(data)))


def billed_nanos(data: Path, since: datetime, until: datetime) -> int:
    """What the ledger itself says that the calls of a span cost, in nano-dollars: the sum of its records."""
    return _run(_billed_nanos(_dsn(data), since, until))


def _dsn(data: Path) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={data / 'postgres'}"


def _run(work: Coroutine[Any, Any, T]) -> T:
    # A thread of its own: the browser's driver keeps a loop in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _billed_nanos(dsn: str, since: datetime, until: datetime) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        asked = "SELECT coalesce(sum(billed_cost_nanos), 0)::bigint FROM call_records WHERE started_at >= $1 AND started_at < $2"
        return await connection.fetchval(asked, since, until)
    finally:
        await connection.close()


async def _spread(dsn: str) -> None:
    await _make_partitions(dsn)
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            calls = await connection.fetch(
                "SELECT call_id, started_at FROM call_records WHERE outcome = 'ok' ORDER BY call_id"
            )
            first = min(call["started_at"] for call in calls)
            copies = _copies([(call["call_id"], call["started_at"]) for call in calls])
            await connection.execute(_COPY, *map(list, zip(*copies, strict=True)))
            await connection.execute(_BOOK, first)
            await connection.execute(_ROLL_UPS, first)
    finally:
        await connection.close()


async def _make_partitions(dsn: str) -> None:
    """Of the months before this one: what lies outside of every partition needs an administrator."""
    now = datetime.now(UTC)
    earlier = {((now - timedelta(days=days)).year, (now - timedelta(days=days)).month) for days in range(DAYS + 2)}
    database = Database(dsn)
    try:
        async with database.transaction() as tx:
            for year, month in sorted(earlier - {(now.year, now.month)}):
                await partitions.make(tx, datetime(year, month, 1, tzinfo=UTC))
    finally:
        await database.close()


def _copies(calls: Sequence[tuple[UUID, datetime]]) -> Iterator[tuple[UUID, UUID, timedelta]]:
    """Of each call a copy on most working days, and on few of the others; always the same ones."""
    chance = random.Random(20_261_122)
    for days in range(1, DAYS + 1):
        back = timedelta(days=days)
        for call_id, started_at in calls:
            moment = started_at - back
            if chance.random() < (0.7 if moment.weekday() < 5 else 0.15):
                yield call_id, uuid7(round(moment.timestamp() * 1000)), back
