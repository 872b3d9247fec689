"""Every query about the settings of the organization and the state of the schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from ai_api.core.db import Tx, settings
from ai_api.core.db import schema_state as state


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Which revision the schema has, and the oldest build that can still read it."""

    revision: str
    readable_from: str


@dataclass(frozen=True, slots=True)
class JobRun:
    """A job of the worker, how often it is to run in seconds, and when it was done and failed last.

    `done_at` is None as long as it was never done since `known_at`; `failed_at` and `error`, the kind of fault, where it failed
    since it was done.
    """

    name: str
    every_s: float
    known_at: datetime
    done_at: datetime | None
    failed_at: datetime | None
    error: str | None


async def now_of_database(tx: Tx) -> datetime:
    """What the clock of the database shows."""
    moment: datetime = (await tx.execute(select(func.clock_timestamp()))).scalar_one()
    return moment


async def read_schema(tx: Tx) -> SchemaState:
    """The state of the schema."""
    row = (await tx.execute(select(state.c.revision, state.c.readable_from))).one()
    return SchemaState(row.revision, row.readable_from)


async def list_jobs(tx: Tx) -> list[JobRun]:
    """What a worker wrote down of its jobs, by name; empty where none ever ran."""
    rows = await tx.execute(
        text("SELECT name, every_s, known_at, done_at, failed_at, error FROM job_runs ORDER BY name")
    )
    return [JobRun(*row) for row in rows]


async def read_setting(tx: Tx, name: str) -> Any | None:
    """A stored setting, None where nobody set it."""
    return (await tx.execute(select(settings.c.value).where(settings.c.name == name))).scalar_one_or_none()


async def write_setting(tx: Tx, name: str, value: Any, *, now: datetime) -> None:
    """Stores a setting, whether or not it was there."""
    statement = insert(settings).values(name=name, value=value, updated_at=now)
    changed = {"value": statement.excluded.value, "updated_at": now}
    await tx.execute(statement.on_conflict_do_update(index_elements=[settings.c.name], set_=changed))


async def forget_setting(tx: Tx, name: str) -> None:
    """Takes a setting back to what it is where nobody set it."""
    await tx.execute(delete(settings).where(settings.c.name == name))
