"""`ai-api keys`: which encryption keys are in use, and sealing everything with the first one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, TypeVar

import typer

from ai_api import audit
from ai_api.audit import Actor
from ai_api.cli.run import refusing
from ai_api.core.db import Database, Hot, StatementRefused
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.core.seal import KeyRing
from ai_api.jobs import rotate_keys, store_sealed
from ai_api.settings import Settings, load_settings

T = TypeVar("T")
app = typer.Typer(name="keys", help="The keys that secrets at rest are sealed with.", no_args_is_help=True)

_ACTOR = Actor(kind="cli", member_id=None, name="ai-api keys", address=None, request_id=None)
_STATEMENT_TIMEOUT_MS = 300_000


@app.callback()
def keys() -> None:
    """The keys that secrets at rest are sealed with."""


@app.command("rotate")
def rotate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 while rows need another key than the first.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also while processes run that do not have the first key.")
    ] = False,
) -> None:
    """Seal every secret with the first of AI_API_ENCRYPTION_KEYS, while calls go on; exit 1 when some rows still need another."""
    with refusing():
        settings = load_settings()
        ring = settings.ring()
        if not check:
            _tell_rotated(asyncio.run(_rotated(settings, ring, force=force)))
        rows, others = asyncio.run(_with_hot(settings, lambda hot: _looked(hot, ring)))
        left = _tell_rows(rows, ring)
        if others:
            told = (
                f"{others} running processes seal with another key than {ring.current_id}: put it in front everywhere"
            )
            print(f"{told}, then rotate again.", file=sys.stderr)
    if left or others:
        raise SystemExit(1)


async def _rotated(settings: Settings, ring: KeyRing, *, force: bool) -> rotate_keys.Rotated:
    done = await _with_hot(settings, lambda hot: rotate_keys.rotate(hot, ring, although_unknown=force))
    if done.sealed_anew.total():
        database = Database(settings.database_url.get_secret_value(), pool_size=1)
        try:
            async with database.transaction() as tx:
                after = {"to": ring.current_id, "rows": dict(done.sealed_anew)}
                await audit.note(
                    tx,
                    _ACTOR,
                    action="encryption.rotate",
                    target_kind="encryption",
                    target_id=None,
                    before=None,
                    after=after,
                )
        finally:
            await database.close()
    return done


async def _looked(hot: Hot, ring: KeyRing) -> tuple[dict[str, dict[str, int]], int]:
    """Rows by table and key, and how many processes seal with another key than the first one here."""
    return await rotate_keys.rows_by_key(hot), await store_sealed.sealing_with_others(hot, ring.current_id)


async def _with_hot(settings: Settings, work: Callable[[Hot], Awaitable[T]]) -> T:
    """What `work` gives with the configured database. Raises Refusal where that is away, or was never migrated."""
    hot = Hot(settings.database_url.get_secret_value(), size=1, statement_timeout_ms=_STATEMENT_TIMEOUT_MS)
    try:
        await hot.open()
        return await work(hot)
    except StoreUnavailable as error:
        raise StoreUnavailable("The database cannot be reached: look at AI_API_DATABASE_URL.") from error
    except StatementRefused as error:
        message = f"The database refuses ({error}): run `ai-api migrate` first, and look at AI_API_DATABASE_APP_ROLE."
        raise Refusal("statement_refused", "unavailable", message) from error
    finally:
        await hot.close()


def _tell_rotated(done: rotate_keys.Rotated) -> None:
    for table, count in done.sealed_anew.items():
        print(f"{table}: {count} sealed anew")
    for table, count in done.unopened.items():
        if count:
            print(f"{table}: {count} cannot be opened with any key of the ring, and stay as they are", file=sys.stderr)


def _tell_rows(rows: Mapping[str, Mapping[str, int]], ring: KeyRing) -> int:
    """Prints how many rows need each key; gives how many need another one than the first."""
    for table, keys_of in rows.items():
        for key_id, count in keys_of.items():
            known = "" if key_id in ring.ids else ", which is not in AI_API_ENCRYPTION_KEYS"
            print(f"{table}: {count} need {key_id}{known}")
    left = rotate_keys.left_of(rows, ring.current_id)
    told = (
        f"{left} rows need another key than {ring.current_id}."
        if left
        else f"Nothing needs another key than {ring.current_id}."
    )
    print(told)
    return left
