"""Deletes links, letters, and programs that waited with a code, when they are long over."""

from __future__ import annotations

from ai_api import devices, invitations, mail
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

    async def programs(limit: int) -> int:
        async with database.transaction() as tx:
            return await devices.forget_old(tx, now=clock.now(), limit=limit)

    async def run() -> int:
        return sum([await until_none_is_left(each, BATCH_MAX) for each in (links, letters, programs)])

    return Job("forget_links", EVERY_S, run)
