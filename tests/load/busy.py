"""Work for Postgres that touches no table: as much of its time as somebody wants, and nothing else."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

_WORK = "SELECT max(number) FROM (SELECT generate_series(1, $1::bigint) AS number) numbers"
"""Counts, one number after the other, on one core."""
_TRIED = 3_000_000
_TRIES = 3


class Busy:
    """Connections that do nothing but count. No caller of the gateway has anything to do with what they touch."""

    def __init__(self, pool: asyncpg.Pool, per_ms: float) -> None:
        """`per_ms` is how far one counts in a millisecond."""
        self._pool = pool
        self._per_ms = per_ms

    @classmethod
    @asynccontextmanager
    async def beside(cls, dsn: str, several: int) -> AsyncIterator[Busy]:
        """So many that may count at a time. How fast one counts is found out first, while nobody else does anything."""
        async with asyncpg.create_pool(dsn, min_size=several, max_size=several) as pool:
            took_s = []
            for _ in range(_TRIES):
                began = time.perf_counter()
                await pool.fetchval(_WORK, _TRIED)
                took_s.append(time.perf_counter() - began)
            yield cls(pool, _TRIED / min(took_s) / 1000)

    async def work(self, ms: float) -> None:
        """Keeps Postgres busy for so long, or longer where others want the core as well."""
        await self._pool.fetchval(_WORK, max(1, round(ms * self._per_ms)))
