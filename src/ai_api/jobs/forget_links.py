"""Deletes links and letters that are long over."""

from __future__ import annotations

from ai_api import invitations, mail
from ai_api.core.clock import Clock
from ai_api.core.db import Database
from ai_api.jobs.forget import until_none_is_left
from ai_api.jobs.runner import Job

EVERY_S = 3600.0
BATCH_MAX = 500


def forget_links(database: Database, clock: Clock) -> Job:
    """One short transaction a batch, until none is left."""

    async def links(limit: int) -> int:
        async with database.transaction() as tx:
            return await invitations.forget_old(tx, now=clock.now(), limit=limit)

    async def letters(limit: int) -> int:
        async with database.transaction() as tx:
            return await mail.forget_old(tx, now=clock.now(), limit=limit)

    async def run() -> int:
        return await until_none_is_left(links, BATCH_MAX) + await until_none_is_left(letters, BATCH_MAX)

    return Job("forget_links", EVERY_S, run)
