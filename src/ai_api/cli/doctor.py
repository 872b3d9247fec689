"""`ai-api doctor`: looks at what a deployment stands on, and says of each thing that is wrong how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import typer

from ai_api import identity, setup
from ai_api.cli.run import refusing
from ai_api.core import migrations
from ai_api.core.db import Database, Tx, read_schema_state
from ai_api.core.errors import StoreUnavailable
from ai_api.settings import Settings, load_settings

CLOCK_OFF_MAX: Final = timedelta(seconds=2)
"""From here on a replica is not ready: see `clock_off`."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one thing. `advice` can wait; with `wrong` calls fail, or will. `repair` is empty where all is well."""

    check: str
    verdict: Literal["ok", "advice", "wrong"]
    words: str
    repair: str = ""


def doctor() -> None:
    """Examine database, schema, roles, clock and owner, each with its repair; exit 1 when something is wrong."""
    with refusing():
        found = asyncio.run(_examined(load_settings()))
    for each in found:
        typer.echo(f"{each.verdict:<7} {each.check:<9} {each.words}" + (f" {each.repair}" if each.repair else ""))
    if any(each.verdict == "wrong" for each in found):
        raise SystemExit(1)


async def _examined(settings: Settings) -> list[Found]:
    database = Database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        return [found async for found in _findings(database)]
    finally:
        await database.close()


async def _findings(database: Database) -> AsyncIterator[Found]:
    """In an order in which whatever stands on something broken is not looked at."""
    try:
        async with database.transaction() as tx:
            behind = await setup.now_of_database(tx) - datetime.now(UTC)
    except StoreUnavailable:
        yield Found(
            "database", "wrong", "It cannot be reached.", "Look at AI_API_DATABASE_URL, and whether it is running."
        )
        return
    yield Found("database", "ok", "It answers.")
    yield _clock(behind)
    async with database.transaction() as tx:
        schema = await _schema(tx)
    yield schema
    if schema.verdict == "wrong":
        return
    for look in _OF_TABLES:
        async with database.transaction() as tx:
            found = await look(tx)
        for each in found:
            yield each


def _clock(behind: timedelta) -> Found:
    seconds = abs(behind.total_seconds())
    if abs(behind) <= CLOCK_OFF_MAX:
        return Found("clock", "ok", f"{seconds:.1f} s from the database's.")
    return Found(
        "clock",
        "wrong",
        f"{seconds:.1f} s from the database's: replicas here are not ready.",
        "Let both machines take their time from a time server.",
    )


async def _schema(tx: Tx) -> Found:
    revision, readable_from = await read_schema_state(tx)
    newest = migrations.head()
    fault = migrations.fault_of(revision, readable_from, newest)
    shown = f"It is at {revision or 'nothing'}, this build's newest is {newest}."
    if fault is None:
        return Found("schema", "ok", shown)
    repair = (
        "Run `ai-api migrate`." if fault == "schema_too_old" else "Use a newer build: this one is too old for the data."
    )
    return Found("schema", "wrong", shown, repair)


async def _roles(tx: Tx) -> list[Found]:
    missing = await setup.missing_assurances(tx)
    if not missing:
        return [Found("roles", "ok", "Nothing of the audit trail or the ledger can be changed by this program's role.")]
    return [Found("roles", "advice", each.detail) for each in missing]


async def _owner(tx: Tx) -> list[Found]:
    if await identity.has_owner(tx):
        return [Found("owner", "ok", "There is one.")]
    return [Found("owner", "advice", "Nobody is owner yet.", "Run `ai-api admin link`, and follow what it prints.")]


_OF_TABLES: tuple[Callable[[Tx], Awaitable[list[Found]]], ...] = (_roles, _owner)
