"""`ai-api ledger`: how long call records are kept."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from ai_api.audit import Actor
from ai_api.cli.run import refusing
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.ledger.retention import OldMonth, drop, old_months
from ai_api.settings import load_settings

app = typer.Typer(name="ledger", help="How long call records are kept.", no_args_is_help=True)

_ACTOR = Actor(kind="cli", member_id=None, name="ai-api ledger", address=None, request_id=None)
_STATEMENT_TIMEOUT_MS = 300_000
_TRIES = 10
_PAUSE_S = 3.0


@app.callback()
def records() -> None:
    """How long call records are kept."""


@app.command("retain")
def retain(
    months: Annotated[
        int | None,
        typer.Option("--months", min=1, help="Whole months to keep before this one, unless the setting says it."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and drop nothing.")] = False,
) -> None:
    """Drop the call records of months that are too old; roll-ups stay. As the role that owns the tables."""
    with refusing():
        settings = load_settings()
        kept = months if months is not None else settings.retention.call_records_months
        if kept is None:
            message = "Say how many months to keep: AI_API_RETENTION__CALL_RECORDS_MONTHS, or --months."
            raise Refusal("months_missing", "invalid", message)
        asyncio.run(_retain(settings.database_url.get_secret_value(), kept, dry_run=dry_run))


async def _retain(dsn: str, months: int, *, dry_run: bool) -> None:
    database = Database(dsn, pool_size=1, statement_timeout_ms=_STATEMENT_TIMEOUT_MS)
    try:
        found = await old_months(database, months=months, now=SystemClock().now())
        for old in found:
            told = f"{old.partition}: {old.records} records, {old.size_bytes / 2**20:.1f} MiB"
            if not dry_run:
                await _dropped(database, old)
            print(f"{told}, {'would go' if dry_run else 'dropped'}")
        print("Nothing is that old." if not found else f"{len(found)} months {'would go' if dry_run else 'are gone'}.")
    finally:
        await database.close()


async def _dropped(database: Database, old: OldMonth) -> None:
    """Tries again where somebody was in the way: an open statement on the ledger, or a backup of it. Raises Refusal."""
    for left in reversed(range(_TRIES)):
        try:
            await drop(database, _ACTOR, old)
        except StoreUnavailable:
            if not left:
                message = (
                    f"{old.partition} could not be locked in {_TRIES} tries: is a backup or a long report running?"
                )
                raise Refusal("ledger_in_use", "busy", message) from None
            print(f"{old.partition}: the ledger is in use; trying again", file=sys.stderr)
            await asyncio.sleep(_PAUSE_S)
        else:
            return
