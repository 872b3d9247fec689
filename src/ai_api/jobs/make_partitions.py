"""Makes the ledger's partitions ahead of time, and alarms when a record lies outside of them."""

from __future__ import annotations

from ai_api import ledger
from ai_api.core.clock import Clock
from ai_api.core.db import Database
from ai_api.jobs.runner import Job, JobLog

EVERY_S = 3600.0


def make_partitions(database: Database, clock: Clock, log: JobLog) -> Job:
    """One short transaction a partition."""

    async def run() -> None:
        await ensure(database, clock)
        async with database.transaction() as tx:
            strays = await ledger.count_strays(tx)
        if strays:
            log.error("stray_records", count=strays)

    return Job("make_partitions", EVERY_S, run)


async def ensure(database: Database, clock: Clock) -> list[str]:
    """Makes the partitions that are missing; gives their names. Raises StoreUnavailable."""
    async with database.transaction() as tx:
        months = await ledger.missing_partitions(tx, clock.now())
    for month in months:
        async with database.transaction() as tx:
            await ledger.make_partition(tx, month)
    return [ledger.partition_name(month) for month in months]
