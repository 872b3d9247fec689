"""Drops accounts of windows that are long over, so that the hot table stays small."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from ai_api.core.db import Hot
from ai_api.jobs import store_books, store_retention
from ai_api.jobs.laps import Laps
from ai_api.jobs.prove_books import kept_at
from ai_api.jobs.runner import Job, JobLog
from ai_api.jobs.store_books import FIRST, LAST

EVERY_S = 30.0
LAP_EVERY_S = 3600.0
ACCOUNTS = 1_000


def drop_accounts(hot: Hot, log: JobLog, monotonic: Callable[[], float]) -> Job:
    """Goes through all accounts once an hour, a second at a time."""

    async def lap() -> AsyncIterator[None]:
        async for _ in drop(hot, log, accounts=ACCOUNTS):
            yield

    return Job("drop_accounts", EVERY_S, Laps(lap, monotonic, every_s=LAP_EVERY_S).run)


async def drop(hot: Hot, log: JobLog, *, accounts: int) -> AsyncIterator[None]:
    """One lap: drops accounts whose window ended 35 days ago, and sliding ones that were not booked on for three days.

    One that holds something stays, whatever its age. Yields after every statement. Raises StoreUnavailable.
    """
    kept = kept_at(await store_books.now(hot))
    dropped = 0
    after = FIRST
    while after < LAST:
        end = await store_books.slice_end(hot, after, accounts=accounts)
        dropped += await store_retention.drop_past(hot, after, end, kept)
        after = end
        yield
    if dropped:
        log.info("accounts_dropped", count=dropped)
