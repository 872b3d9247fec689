"""Sums up the days whose calls are all over, and months of such days.

So that reports over long need not read every quarter of an hour.
"""

from __future__ import annotations

from ai_api.core.db import Database, Hot
from ai_api.jobs import store_days
from ai_api.jobs.runner import Job

EVERY_S = 60.0
DAYS_AT_ONCE, MONTHS_AT_ONCE = 8, 1
"""So that no run of this job keeps the others waiting: years are caught up with in hours."""


def sum_days(hot: Hot, database: Database) -> Job:
    """One short transaction a day or month, the newest first."""

    async def run() -> int:
        days = await store_days.due(hot, limit=DAYS_AT_ONCE)
        for day in days:
            async with database.transaction(repeatable_read=True) as tx:
                await store_days.sum_up(tx, day)
        months = await store_days.months_due(hot, limit=MONTHS_AT_ONCE)
        for month in months:
            async with database.transaction(repeatable_read=True) as tx:
                await store_days.sum_up_month(tx, month)
        return len(days) + len(months)

    return Job("sum_days", EVERY_S, run)
