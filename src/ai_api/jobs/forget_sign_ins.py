"""Deletes sessions that have been over for a month, and counts of attempts to sign in that keep nobody waiting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from ai_api import sign_in
from ai_api.core.clock import Clock
from ai_api.core.db import Database, Tx
from ai_api.jobs.forget import until_none_is_left
from ai_api.jobs.runner import Job

EVERY_S = 3_600.0
BATCH_MAX = 1_000


class Forget(Protocol):
    """Deletes at most `limit` rows that are over `now`, and gives how many."""

    def __call__(self, tx: Tx, *, now: datetime, limit: int) -> Awaitable[int]:
        """Deletes them in the transaction."""
        ...


def forget_sign_ins(database: Database, clock: Clock) -> Job:
    """One short transaction a batch, until none is left."""

    async def run() -> int:
        ended = await until_none_is_left(_in_batches(database, clock, sign_in.forget_sessions), BATCH_MAX)
        return ended + await until_none_is_left(_in_batches(database, clock, sign_in.forget_attempts), BATCH_MAX)

    return Job("forget_sign_ins", EVERY_S, run)


def _in_batches(database: Database, clock: Clock, forget: Forget) -> Callable[[int], Awaitable[int]]:
    async def batch(limit: int) -> int:
        async with database.transaction() as tx:
            return await forget(tx, now=clock.now(), limit=limit)

    return batch
