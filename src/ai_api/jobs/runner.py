"""Runs jobs by their intervals, on the one process that holds the jobs' advisory lock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ai_api.core.db import Hot
from ai_api.core.errors import StoreUnavailable
from ai_api.jobs.run_figures import JobFigures
from ai_api.jobs.run_notes import RunNotes

ADVISORY_LOCK = 0x61692D6A6F6273
ASK_AGAIN_S = 5.0


class JobLog(Protocol):
    """Where the runner says what went wrong."""

    def info(self, event: str, **fields: Any) -> Any:
        """A line worth keeping."""
        ...

    def error(self, event: str, **fields: Any) -> Any:
        """A line somebody has to read."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every `every_s` seconds. A run that fails is logged, and tried again at its next time."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[object]]


async def run(hot: Hot, jobs: Sequence[Job], log: JobLog, stop: asyncio.Event, figures: JobFigures) -> None:
    """Runs until `stop` is set; `figures` hear how each run ends.

    Holds the lock on a connection of its own; when that breaks, somebody else may take over.
    """
    notes = RunNotes(hot, asyncio.get_running_loop().time)
    while not stop.is_set():
        try:
            async with hot.reserved() as connection:
                if await connection.fetchval("SELECT pg_try_advisory_lock($1)", ADVISORY_LOCK):
                    await notes.begin({job.name: job.every_s for job in jobs})
                    await _run_while_held(connection, jobs, notes, figures, log=log, stop=stop)
        except StoreUnavailable:
            log.info("jobs_waiting", reason="store_unavailable")
        await pause(stop, ASK_AGAIN_S)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Sleeps, or less if `stop` is set meanwhile."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def _run_while_held(
    connection: Any, jobs: Sequence[Job], notes: RunNotes, figures: JobFigures, *, log: JobLog, stop: asyncio.Event
) -> None:
    loop = asyncio.get_running_loop()
    due = dict.fromkeys(range(len(jobs)), loop.time())
    while not stop.is_set():
        # Proves that the connection, and with it the lock, is still ours.
        await connection.fetchval("SELECT 1", timeout=5)
        for index, job in enumerate(jobs):
            if loop.time() < due[index]:
                continue
            due[index] = loop.time() + job.every_s
            try:
                await job.run()
                figures.note(job.name, "done")
                await notes.done(job.name)
            except StoreUnavailable:
                figures.note(job.name, "waits")
                log.info("job_waits", job=job.name, reason="store_unavailable")
            except Exception as error:
                # A boundary: one job's defect must not stop the others.
                figures.note(job.name, "failed")
                log.error("job_failed", job=job.name, exc_info=error)  # noqa: TRY400  -- a protocol, not logging
                await notes.failed(job.name, error)
        await pause(stop, max(0.2, min(due.values()) - loop.time()))
