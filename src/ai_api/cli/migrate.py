"""`ai-api migrate`: brings the database's schema up to this build, and makes the ledger's next partitions."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ai_api import providers, setup
from ai_api.cli.run import refusing
from ai_api.core import migrations
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database, MissingPart, missing_parts, read_schema_state
from ai_api.jobs.make_partitions import ensure
from ai_api.settings import Settings, load_settings


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 when this build cannot serve.")
    ] = False,
) -> None:
    """Migrate the database, or check that it is migrated."""
    with refusing():
        settings = load_settings()
        if check:
            raise SystemExit(asyncio.run(_check(settings)))
        dsn = settings.database_url.get_secret_value()
        revision = migrations.upgrade(dsn)
        made = asyncio.run(complete(dsn, app_role=settings.database_app_role))
        newer = (
            ""
            if revision == migrations.head()
            else f", newer than this version's {migrations.head()}, which can use it"
        )
        print(f"The schema is at {revision}{newer}; partitions made: {', '.join(made) or 'none'}.")
        _tell(migrations.finish_indexes(dsn) if not newer else [])


async def complete(dsn: str, *, app_role: str | None = None) -> list[str]:
    """What every migration is followed by: keys wired as this build wires them, the missing partitions, which it names, and
    the rights of the application's role if it has one. Raises Refusal `role_missing`, `role_owns`.
    """
    database = Database(dsn, pool_size=1)
    try:
        async with database.transaction() as tx:
            await providers.rewire(tx)
        made = await ensure(database, SystemClock())
        if app_role is not None:
            async with database.transaction() as tx:
                await setup.grant_rights(tx, app_role)
        return made
    finally:
        await database.close()


async def _check(settings: Settings) -> int:
    database = Database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        async with database.transaction() as tx:
            revision, readable_from = await read_schema_state(tx)
            missing = await missing_parts(tx)
    finally:
        await database.close()
    fault = migrations.fault_of(revision, readable_from, migrations.head())
    print(f"schema {revision or 'empty'}, this build {migrations.head()}: {fault or 'ready'}", file=sys.stderr)
    _tell(missing)
    return 1 if fault else 0


def _tell(missing: Sequence[MissingPart]) -> None:
    if missing:
        print(f"{migrations.unfinished(missing)} {migrations.FINISH}", file=sys.stderr)
