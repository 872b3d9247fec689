"""What both doors stand on: the clock, the database pools, the way out, the log."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from ai_api.app.tasks import Tasks
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database, Hot
from ai_api.core.egress import Egress
from ai_api.gateway import store_admission, store_extend, store_idempotency, store_look, store_settlement, store_watch
from ai_api.gateway.tell import CallLog
from ai_api.observability.redact import Redactor
from ai_api.portal.house import reports_database
from ai_api.settings import Settings

CLOSE_S = 3.0
_REHEARSAL = (
    *store_admission.REHEARSAL,
    *store_extend.REHEARSAL,
    *store_look.REHEARSAL,
    *store_idempotency.REHEARSAL,
    *store_settlement.REHEARSAL,
    *store_watch.REHEARSAL,
)
"""What each new connection of the data plane runs before a call is given it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """All connections to the database, in pools that cannot take from one another."""

    database: Database
    """The portal's, and what else takes its time."""
    reports: Database
    """That of reports alone: who browses keeps nobody waiting."""
    hot: Hot
    """The calls'."""
    watch: Hot
    """The watch's alone: what fills the others must not keep it from beating, or from ending calls."""
    world: Database
    """The world's alone: browsing must not keep a change of it from being read."""

    @classmethod
    def of(cls, settings: Settings) -> Pools:
        """The pools, none of them open yet."""
        dsn = settings.database_url.get_secret_value()
        return cls(
            database=Database(dsn, pool_size=settings.pools.portal),
            reports=reports_database(dsn, pool_size=settings.pools.reports),
            hot=Hot(dsn, size=settings.pools.hot, by_key=True, rehearsal=_REHEARSAL),
            watch=Hot(dsn, size=2, by_key=True, rehearsal=store_watch.REHEARSAL),
            world=Database(dsn, pool_size=1),
        )

    async def open(self) -> None:
        """Opens those that have to be opened. Raises StoreUnavailable."""
        await self.hot.open()
        await self.watch.open()

    async def close(self) -> None:
        """Closes all of them; a server that has frozen is not told goodbye for long."""
        pools = (self.watch, self.hot, self.world, self.reports, self.database)
        closing = [asyncio.create_task(pool.close()) for pool in pools]
        _, left = await asyncio.wait(closing, timeout=CLOSE_S)
        for task in left:
            task.cancel()
        if left:
            # What is cancelled hangs up; nobody waits for the server any more.
            await asyncio.wait(left, timeout=CLOSE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the parts of one process share."""

    clock: SystemClock
    pools: Pools
    egress: Egress
    redactor: Redactor
    tasks: Tasks
    log: CallLog

    @classmethod
    def of(cls, settings: Settings, redactor: Redactor) -> Ground:
        """That of production. Nothing is opened yet."""
        return cls(
            clock=SystemClock(),
            pools=Pools.of(settings),
            egress=Egress(),
            redactor=redactor,
            tasks=Tasks(),
            log=structlog.get_logger("ai_api"),
        )
