"""`ai-api doctor`: looks at what a deployment stands on, and says of each thing that is wrong how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from ai_api import identity, providers, setup
from ai_api.cli import doctor_address, doctor_keys
from ai_api.cli.findings import Found
from ai_api.cli.run import configure_log, learn_secrets, refusing
from ai_api.core import migrations
from ai_api.core.db import Database, Tx, missing_parts, read_schema_state
from ai_api.core.egress import Egress
from ai_api.core.errors import StoreUnavailable
from ai_api.observability.redact import Redactor
from ai_api.settings import Settings, load_settings

_GROUND: Final = frozenset({"database", "schema"})
"""Where one of these is wrong, nothing can be read of what stands on them."""
CLOCK_OFF_MAX: Final = timedelta(seconds=2)
"""From here on a replica is not ready: see `clock_off`."""


def doctor(
    *,
    outside: Annotated[
        bool, typer.Option("--outside", help="Also ask the public address and each provider. Nothing is spent.")
    ] = False,
) -> None:
    """Examine database, schema, roles, clock, owner, encryption keys, providers and the way in, each with its repair.

    Exits with 1 when something is wrong.
    """
    with refusing():
        settings, redactor = load_settings(), configure_log("ERROR")
        learn_secrets(redactor, settings)
        found = asyncio.run(_examined(settings, redactor, outside=outside))
    for each in found:
        typer.echo(f"{each.verdict:<7} {each.check:<9} {each.words}" + (f" {each.repair}" if each.repair else ""))
    if any(each.verdict == "wrong" for each in found):
        raise SystemExit(1)


async def _examined(settings: Settings, redactor: Redactor, *, outside: bool) -> list[Found]:
    database, egress = Database(settings.database_url.get_secret_value(), pool_size=1), Egress()
    try:
        found = [doctor_address.address(settings), doctor_address.proxies(settings), doctor_address.traces(settings)]
        if outside:
            found += await doctor_address.reached(settings, egress)
        found += [each async for each in _findings(database)]
        if all(each.verdict != "wrong" for each in found if each.check in _GROUND):
            async with database.transaction() as tx:
                keys = await providers.load_keys(tx)
            ring = settings.ring()
            found += await doctor_keys.needed(settings, ring)
            found += doctor_keys.opened(keys, ring)
            found += doctor_keys.flagged(keys, is_asked=outside)
            if outside:
                found += await doctor_keys.tried(database, keys, ring, egress=egress, learn=redactor.learn)
        return found
    finally:
        await egress.close()
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


async def _indexes(tx: Tx) -> list[Found]:
    missing = await missing_parts(tx)
    return [Found("schema", "advice", migrations.unfinished(missing), migrations.FINISH)] if missing else []


async def _roles(tx: Tx) -> list[Found]:
    missing = await setup.missing_assurances(tx)
    if not missing:
        return [Found("roles", "ok", "Nothing of the audit trail or the ledger can be changed by this program's role.")]
    return [Found("roles", "advice", each.detail) for each in missing]


async def _owner(tx: Tx) -> list[Found]:
    if await identity.has_owner(tx):
        return [Found("owner", "ok", "There is one.")]
    return [Found("owner", "advice", "Nobody is owner yet.", "Run `ai-api admin link`, and follow what it prints.")]


_OF_TABLES: tuple[Callable[[Tx], Awaitable[list[Found]]], ...] = (_indexes, _roles, _owner)
