"""Which jobs were done is written down, so that one that stands still is seen from outside of the worker."""

from __future__ import annotations

import asyncio

from ai_api.core.errors import StoreUnavailable
from ai_api.jobs import runner
from ai_api.jobs.run_figures import JobFigures
from ai_api.jobs.run_notes import NOTE_EVERY_S, RunNotes
from ai_api.jobs.runner import Job


async def test_a_job_that_stands_still_looks_well(hot, books, log):
    """Of three jobs one is done, one fails, and one was an older version's."""
    stop = asyncio.Event()
    await books.fetch("INSERT INTO job_runs (name, every_s, done_at) VALUES ('gone', 1, now()), ('well', 9, NULL)")

    async def well() -> None:
        return

    async def ill() -> None:
        stop.set()
        raise ZeroDivisionError("the words of a fault are not written down")

    figures = JobFigures(["well", "ill"], lambda: 1_000.0)
    await runner.run(hot, [Job("well", 5, well), Job("ill", 7, ill)], log, stop, figures)
    rows = await books.fetch("SELECT name, every_s, done_at, failed_at, error FROM job_runs ORDER BY name")
    assert [(row["name"], row["every_s"], row["done_at"] is None, row["error"]) for row in rows] == [
        ("ill", 7, True, "ZeroDivisionError"),
        ("well", 5, False, None),
    ]
    assert rows[0]["failed_at"] is not None
    shown = {name: samples for name, _, _, samples in figures.families()}
    assert [(labels["task"], value) for _, labels, value in shown["ai_gateway_job_done_at_seconds"]] == [
        ("well", 1_000.0),
        ("ill", 0.0),
    ]
    runs = {(labels["task"], labels["result"]): value for _, labels, value in shown["ai_gateway_job_runs_total"]}
    assert runs == {
        ("well", "done"): 1,
        ("well", "waits"): 0,
        ("well", "failed"): 0,
        ("ill", "done"): 0,
        ("ill", "waits"): 0,
        ("ill", "failed"): 1,
    }


async def test_a_job_that_waits_for_the_database_is_done(hot, log):
    stop = asyncio.Event()
    figures = JobFigures(["waiting"], lambda: 1_000.0)

    async def waiting() -> None:
        stop.set()
        raise StoreUnavailable

    await runner.run(hot, [Job("waiting", 5, waiting)], log, stop, figures)
    [runs] = [samples for name, _, _, samples in figures.families() if name == "ai_gateway_job_runs_total"]
    assert {labels["result"]: value for _, labels, value in runs} == {"done": 0, "waits": 1, "failed": 0}


async def test_every_run_of_a_job_is_a_write(hot, books):
    now_s = 1_000.0
    notes = RunNotes(hot, lambda: now_s)
    await notes.begin({"job": 2.0})

    async def noted() -> bool:
        """Whether it is noted that the job was done; then that is forgotten."""
        rows = await books.fetch("SELECT done_at, failed_at FROM job_runs")
        await books.fetch("UPDATE job_runs SET done_at = NULL")
        return rows[0]["done_at"] is not None and rows[0]["failed_at"] is None

    await notes.done("job")
    assert await noted()
    now_s += NOTE_EVERY_S - 1
    await notes.done("job")
    assert not await noted()
    now_s += 1
    await notes.done("job")
    assert await noted()
    # One that failed is well again as soon as it was done.
    await notes.failed("job", ValueError())
    assert not await noted()
    await notes.done("job")
    assert await noted()
