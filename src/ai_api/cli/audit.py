"""`ai-api audit`: proof that the trail is whole, and the trail as a file."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from ai_api import audit
from ai_api.audit import Filters, Head, Verified
from ai_api.cli.run import refusing
from ai_api.core.db import Database
from ai_api.core.exports import FileForm
from ai_api.settings import load_settings

T = TypeVar("T")

app = typer.Typer(
    name="audit", help="Proof that the audit trail is whole, and the trail as a file.", no_args_is_help=True
)

_KNOWN = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", re.ASCII)
_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


@app.command("verify")
def verify_command(
    from_seq: Annotated[int, typer.Option("--from", min=1, help="The first place to check.")] = 1,
    known: Annotated[
        str | None,
        typer.Option("--known", help="A place and its hash noted down earlier, SEQ:HASH: it has to be there."),
    ] = None,
) -> None:
    """Check that no event was changed or removed; exit 1 when one was."""
    noted = None if known is None else _head(known)
    with refusing():
        found = _run(lambda database: audit.verify(database, from_seq=from_seq, known=noted))
    _tell(found)
    if found.broken is not None:
        raise SystemExit(1)


@app.command("export")
def export_command(
    form: Annotated[str, typer.Option("--form", help="jsonl or csv.", metavar="FORM")] = "jsonl",
    since: Annotated[
        datetime | None, typer.Option("--since", formats=_DAYS, help="The first instant that is included, in UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=_DAYS, help="The first instant that is not, in UTC.")
    ] = None,
) -> None:
    """Print the trail, the oldest event first."""
    if form not in {"csv", "jsonl"}:
        raise typer.BadParameter("Give jsonl or csv.", param_hint="--form")
    chosen: FileForm = "csv" if form == "csv" else "jsonl"
    filters = Filters(since=_utc(since), until=_utc(until))

    async def write(database: Database) -> None:
        async for piece in audit.export(database, form=chosen, filters=filters):
            sys.stdout.write(piece)

    with refusing():
        _run(write)


def _tell(found: Verified) -> None:
    """The last right place and its hash alone on standard output, to be noted down and given as --known some day."""
    print(f"{found.checked} places are right.", file=sys.stderr)
    if found.broken is not None:
        print(found.broken, file=sys.stderr)
    print(f"{found.head.seq}:{found.head.hash.hex()}")


def _head(given: str) -> Head:
    parts = _KNOWN.fullmatch(given)
    if parts is None:
        raise typer.BadParameter("Give a place and its hash: SEQ:HASH, as verify prints it.", param_hint="--known")
    return Head(int(parts[1]), bytes.fromhex(parts[2]))


def _utc(given: datetime | None) -> datetime | None:
    return None if given is None else given.replace(tzinfo=UTC)


def _run(work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """What `work` gives with the configured database. Raises SettingsRefused and what `work` raises."""
    settings = load_settings()

    async def run() -> T:
        database = Database(settings.database_url.get_secret_value(), pool_size=1)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())
