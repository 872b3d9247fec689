"""What migrating costs a ledger of very many records: each migration by itself, with calls going on beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

from ai_api.core import migrations
from ai_api.core.db import is_lock_timeout
from tests.load import browsed
from tests.load.calls_beside import Calls, Way, by_gateway, by_old_columns
from tests.load.lock_watch import Watcher, proven
from tests.load.plan import Plan, Say
from tests.load.seeded import empty_database
from tests.load.stand import Stand
from tests.support.database import run_apart
from tests.support.revisions import ALEMBIC, migrated_to

DATABASE = "load_migrated"
FROM = "0017"
"""The first schema that can be asked for a month's partition; what follows is measured."""
ROLLED_UP_FROM = "0021"
"""From here on roll-ups have all columns that are filled."""
SETTLED_FROM = "0025"
"""The oldest schema that this build settles calls on."""
INDEXES = "indexes"
_TABLES = ("call_records", "usage_quarters", "members", "credentials")
_MORE_CALLS = 5
_CALLS_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Step:
    """One migration, or the building of indexes after them (`INDEXES`).

    `locked_s` is for how long a table can have been kept from readers or writers at most, and `locked` which one, where a
    lock was seen; `call_s` is the slowest of the calls made meanwhile, `waits` how often it let go of a table to try again.
    """

    revision: str
    title: str
    took_s: float
    locked_s: float
    locked: str | None
    calls: int
    call_s: float
    waits: int


@dataclass(slots=True)
class MigratingResults:
    """The steps in their order, and how many rows the large tables had."""

    steps: list[Step] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    partitions: int = 0


async def run(stand: Stand, plan: Plan, say: Say) -> MigratingResults:
    """Fills a database of an old schema, and migrates it step by step. Raises RuntimeError, TimeoutError, asyncpg's errors."""
    found = MigratingResults()
    dsn = await empty_database(stand, DATABASE)
    await asyncio.to_thread(run_apart, migrated_to, dsn, FROM)
    say(f"   filling a database of the schema {FROM}: {plan.records:,} records of half a year")
    await browsed.fill(
        dsn, records=plan.records, members=plan.members // 5, now=datetime.now(UTC), is_told=FROM >= ROLLED_UP_FROM
    )
    found.rows, found.partitions = await _counted(dsn)
    every = list(changes(dsn))
    for way, some in (
        (by_old_columns, [each for each in every if each.before < SETTLED_FROM]),
        (by_gateway, [each for each in every if each.before >= SETTLED_FROM]),
    ):
        async with _beside(dsn, way) as meter:
            for each in some:
                step = await meter.measure(each)
                found.steps.append(step)
                say(
                    f"   {step.revision}: {step.took_s:.2f} s, locked {step.locked_s:.2f} s, a call {step.call_s:.2f} s"
                )
    if (at := await _fetched(dsn, "SELECT revision FROM schema_state")) != migrations.head():
        raise RuntimeError(f"it was migrated to {at}, not to {migrations.head()}")
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a schema that is at `before`; `do` blocks, and gives how often it had to wait for a table."""

    before: str
    revision: str
    title: str
    do: Callable[[], int]


def changes(dsn: str) -> Iterator[Change]:
    """Each migration after FROM, and what `ai-api migrate` does after them."""
    config = Config()
    config.set_main_option("script_location", str(ALEMBIC))
    config.set_main_option("path_separator", "os")
    following = [
        each for each in ScriptDirectory.from_config(config).walk_revisions("base", "head") if each.revision > FROM
    ]
    before = FROM
    for each in reversed(following):
        yield Change(before, each.revision, each.doc, partial(_migrate, dsn, each.revision))
        before = each.revision
    yield Change(before, INDEXES, "Indexes of the ledger, month by month.", partial(_finish, dsn))


def _migrate(dsn: str, revision: str) -> int:
    """To a revision, trying again as `ai-api migrate` does. Raises what a migration raises."""
    for waits in range(migrations.LOCK_TRIES):
        try:
            migrated_to(dsn, revision)
        except Exception as error:
            if not is_lock_timeout(error):
                raise
            time.sleep(migrations.LOCK_PAUSE_S)
        else:
            return waits
    raise RuntimeError(f"{revision} could not lock a table in {migrations.LOCK_TRIES} tries")


def _finish(dsn: str) -> int:
    if missing := migrations.finish_indexes(dsn):
        raise RuntimeError(migrations.unfinished(missing))
    return 0


class _Meter:
    """Measures changes while calls are made and locks are looked at."""

    def __init__(self, watcher: Watcher, calls: Calls, tasks: list[asyncio.Task[None]]) -> None:
        self._watcher = watcher
        self._calls = calls
        self._tasks = tasks

    async def measure(self, change: Change) -> Step:
        """Makes it, and waits for the calls that it has kept waiting. Raises TimeoutError, and what was raised beside it."""
        await self.some_calls()
        self._watcher.forget()
        self._calls.longest_s, before = 0.0, self._calls.made
        began = time.monotonic()
        waits = await asyncio.to_thread(run_apart, change.do)
        took_s = time.monotonic() - began
        await self.some_calls()
        longest = max(self._watcher.longest_s.items(), key=lambda each: each[1], default=None)
        return Step(
            revision=change.revision,
            title=change.title,
            took_s=took_s,
            locked_s=max(longest[1] if longest else 0.0, self._watcher.between_s),
            locked=longest[0][0] if longest else None,
            calls=self._calls.made - before,
            call_s=self._calls.longest_s,
            waits=waits,
        )

    async def some_calls(self) -> None:
        """Until a few more have been made from beginning to end."""
        wanted = self._calls.made + _MORE_CALLS
        async with asyncio.timeout(_CALLS_WITHIN_S):
            while self._calls.made < wanted:
                for task in self._tasks:
                    if task.done():
                        task.result()
                        raise RuntimeError("what was to go on beside has ended")
                await asyncio.sleep(0.02)


@asynccontextmanager
async def _beside(dsn: str, way: Way) -> AsyncIterator[_Meter]:
    watcher, calls = Watcher(dsn), Calls(dsn, way)
    tasks = [asyncio.create_task(watcher.look()), asyncio.create_task(calls.go_on())]
    meter = _Meter(watcher, calls, tasks)
    try:
        await meter.some_calls()
        await proven(watcher, dsn)
        yield meter
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            # What a task has raised was raised where it was missed.
            with suppress(asyncio.CancelledError, Exception):
                await task


async def _counted(dsn: str) -> tuple[dict[str, int], int]:
    rows = {table: await _fetched(dsn, f"SELECT count(*) FROM {table}") for table in _TABLES}
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'call_records'::regclass"
    return rows, await _fetched(dsn, months)


async def _fetched(dsn: str, query: str) -> Any:
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=browsed.WITHIN_S)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
