"""The same house, running jobs: a composition root."""

from __future__ import annotations

import asyncio

import structlog

from ai_api.core import migrations
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database, Hot, read_schema_state
from ai_api.core.errors import StoreUnavailable
from ai_api.gateway.settle import Settlement
from ai_api.gateway.sweep import Sweep
from ai_api.gateway.tell import Tell
from ai_api.gateway.world import Worlds
from ai_api.jobs import runner
from ai_api.jobs.drop_accounts import drop_accounts
from ai_api.jobs.forget_idempotency_keys import forget_idempotency_keys
from ai_api.jobs.forget_links import forget_links
from ai_api.jobs.forget_sign_ins import forget_sign_ins
from ai_api.jobs.forget_stored_responses import forget_stored_responses
from ai_api.jobs.key_watch import KeyWatch
from ai_api.jobs.make_partitions import make_partitions
from ai_api.jobs.prove_books import BookProof, prove_books
from ai_api.jobs.run_figures import JobFigures
from ai_api.jobs.send_mail import Postman
from ai_api.jobs.sum_days import sum_days
from ai_api.jobs.sweep_holds import sweep_holds
from ai_api.jobs.unexplained import Unexplained
from ai_api.mail import SmtpServer
from ai_api.observability.listener import Family
from ai_api.observability.metrics import unsettled_metric
from ai_api.settings import Settings, Smtp

BEGIN_AGAIN_S = 1.0
DRAIN_S = 10.0


class Worker:
    """Everything the jobs need. `faults` says why it is not ready."""

    def __init__(self, settings: Settings) -> None:
        dsn = settings.database_url.get_secret_value()
        self.faults: set[str] = {"starting"}
        self._log = structlog.get_logger("ai_api")
        self._clock = SystemClock()
        self._database = Database(dsn, pool_size=2)
        self._hot = Hot(dsn, size=4)
        self._keys = KeyWatch(self._hot, settings.ring(), self._log)
        self._tell = Tell(self._log)
        self._settlement = Settlement(self._hot, self._tell.alarm)
        sweep = Sweep(
            self._hot,
            Worlds(self._database, zone=settings.organization_zone),
            self._settlement,
            self._clock.monotonic,
            silent_s=settings.sweep_silent_s,
        )
        self._unexplained = Unexplained(self._log, self._unix_s)
        self._jobs = [
            make_partitions(self._database, self._clock, self._log),
            sweep_holds(sweep, settings.sweep_silent_s),
            forget_idempotency_keys(self._hot),
            forget_stored_responses(self._hot),
            forget_sign_ins(self._database, self._clock),
            forget_links(self._database, self._clock),
            prove_books(BookProof(self._hot, self._unexplained), self._clock.monotonic),
            drop_accounts(self._hot, self._log, self._clock.monotonic),
            sum_days(self._hot, self._database),
        ]
        self._figures = JobFigures((job.name for job in self._jobs), self._unix_s)
        server = _server_of(settings.smtp)
        self._postman = (
            None if server is None else Postman(self._database, settings.ring(), server, self._clock, self._log)
        )

    def metrics(self) -> list[Family]:
        """What `/metrics` shows of the jobs."""
        return [
            *self._unexplained.families(),
            *self._figures.families(),
            unsettled_metric(self._tell.counters.unsettled),
            *(self._postman.families() if self._postman else []),
        ]

    async def run(self, stop: asyncio.Event) -> None:
        """Runs the jobs until `stop` is set; a job under way is finished."""
        try:
            while not stop.is_set() and not await self._begin():
                await runner.pause(stop, BEGIN_AGAIN_S)
            announcing = asyncio.create_task(self._keys.go_on())
            try:
                await self._work(stop)
            finally:
                announcing.cancel()
            await self._keys.leave()
            await self._settlement.drain(DRAIN_S)
        finally:
            await self._hot.close()
            await self._database.close()

    async def _work(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as both:
            # Beside the jobs and not one of them: a mail server that is slow must not keep them waiting.
            if self._postman is not None:
                both.create_task(self._postman.run(stop))
            await runner.run(self._hot, self._jobs, self._log, stop, self._figures)

    def _unix_s(self) -> float:
        return self._clock.unix_ms() / 1000

    async def _begin(self) -> bool:
        try:
            await self._hot.open()
            async with self._database.transaction() as tx:
                revision, readable_from = await read_schema_state(tx)
            fault = migrations.fault_of(revision, readable_from, migrations.head())
            if fault is None:
                await self._keys.look()
        except StoreUnavailable:
            self.faults = {"store_unavailable"}
            return False
        if fault is not None and fault not in self.faults:
            self._log.error(fault, revision=revision, readable_from=readable_from, newest_known=migrations.head())
        self.faults = {each for each in (fault, self._keys.fault) if each is not None}
        return not self.faults


def _server_of(smtp: Smtp) -> SmtpServer | None:
    if smtp.host is None or smtp.sender is None:
        return None
    return SmtpServer(
        host=smtp.host,
        port=smtp.port,
        sender=smtp.sender,
        security=smtp.security,
        username=smtp.username,
        password=smtp.password.get_secret_value() if smtp.password else None,
    )
