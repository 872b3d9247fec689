"""Migrations: where they are, what the newest is, how they run, and whether this build can work with a schema.

A build can work with a schema when the schema is at least as new as the build's own newest migration, and not so new that
builds of its age can no longer read it (`readable_from`). So two neighbouring versions run side by side.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from ai_api.core.db import Builder, Database, MissingPart, is_connection_loss, is_lock_timeout, read_schema_state
from ai_api.core.errors import StoreUnavailable

LOCK_TRIES = 20
LOCK_PAUSE_S = 3.0
LOCK_WAIT_S = 1.0
BUILD_WAIT_S = 120.0
"""For how long a part of an index waits for transactions that began before it: a report, a backup. Nobody waits for it."""
FINISH = "Run `ai-api migrate` again."
_IN_USE = (
    f"A table could not be locked within a second, {LOCK_TRIES} times: end the long statement or the backup that uses it, and "
    "migrate again. What was migrated stays, and nothing is half done."
)
_AWAY = "The database cannot be reached: look at AI_API_DATABASE_URL."


class MigrationsMissing(Exception):
    """Neither the package nor a checkout around it holds the migrations: a broken installation."""


def head() -> str:
    """The newest migration of this build."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise MigrationsMissing("there are no migrations")
    return found


class SchemaTooNew(Exception):
    """The database is past what this build can work with: it was migrated by a newer version, and contracted."""

    def __init__(self, revision: str, readable_from: str, newest: str) -> None:
        super().__init__(
            f"The database's schema is at {revision} and is for versions that know {readable_from}; this version knows "
            f"{newest}. Run the newer version, or restore a backup from before its migration."
        )


def upgrade(dsn: str) -> str:
    """Brings a database up to this build's newest migration, and gives the revision it is at then.

    A newer schema that this build can work with stays as it is. Blocks; never call it on a running event loop's thread.
    Raises StoreUnavailable, SchemaTooNew.
    """
    newest = head()
    revision, readable_from = asyncio.run(_state(dsn))
    if revision is not None and readable_from is not None and revision > newest:
        if fault_of(revision, readable_from, newest) is not None:
            raise SchemaTooNew(revision, readable_from, newest)
        return revision
    _upgrade(dsn)
    return newest


async def _state(dsn: str) -> tuple[str, str] | tuple[None, None]:
    database = Database(dsn, pool_size=1)
    try:
        async with database.transaction() as tx:
            return await read_schema_state(tx)
    except StoreUnavailable as error:
        raise StoreUnavailable(_AWAY) from error
    finally:
        await database.close()


def _upgrade(dsn: str) -> None:
    config = _config()
    config.attributes["dsn"] = dsn
    for left in reversed(range(LOCK_TRIES)):
        try:
            command.upgrade(config, "head")
        except Exception as error:
            # Asked of its causes: alembic hands on what its migrations raise, as it is or wrapped. What is neither goes on.
            if not is_lock_timeout(error):
                if is_connection_loss(error):
                    raise StoreUnavailable(_AWAY) from error
                raise
            if not left:
                raise StoreUnavailable(_IN_USE) from error
            # What was done stays done: each migration is a transaction of its own. Those who waited behind it go first.
            time.sleep(LOCK_PAUSE_S)
        else:
            return


def finish_indexes(dsn: str) -> list[MissingPart]:
    """Builds the indexes of the ledger that its partitions have no part of yet, also those that an earlier run was killed over.

    Gives what is missing all the same, because somebody else's transaction has gone on for too long: a backup may take hours, and
    calls are served without. Blocks, as `upgrade` does. Raises StoreUnavailable.
    """
    return asyncio.run(_finish_indexes(dsn))


async def _finish_indexes(dsn: str) -> list[MissingPart]:
    try:
        builder = await Builder.open(dsn)
        try:
            return await _build_in_turn(builder)
        finally:
            await builder.close()
    except Exception as error:
        # Asked of its causes, as above. What is no loss of the connection goes on as it is.
        if not is_connection_loss(error):
            raise
        raise StoreUnavailable(_AWAY) from error


async def _build_in_turn(builder: Builder) -> list[MissingPart]:
    """Builds what is missing, in turns with another `migrate` that does so too; gives what could not be built."""
    while not await builder.take_turn():
        if not await builder.missing():
            return []
        await asyncio.sleep(LOCK_PAUSE_S)
    left = LOCK_TRIES
    while missing := await builder.missing():
        if not await builder.build(missing[0], wait_s=BUILD_WAIT_S):
            return missing
        if not await builder.attach(missing[0], wait_s=LOCK_WAIT_S):
            left -= 1
            if not left:
                return missing
            await asyncio.sleep(LOCK_PAUSE_S)
    return []


def fault_of(revision: str | None, readable_from: str | None, newest: str) -> str | None:
    """Why a build whose newest migration is `newest` cannot work with a schema (None: an empty one); None when it can."""
    if revision is None or readable_from is None or revision < newest:
        return "schema_too_old"
    if readable_from > newest:
        return "schema_too_new"
    return None


def unfinished(missing: Sequence[MissingPart]) -> str:
    """What is missing of indexes, in words. This build serves without, and some pages have less to tell."""
    names = ", ".join(sorted({part.index for part in missing}))
    return (
        f"Not built yet on {len(missing)} partitions of the ledger: {names}. Some pages have less to tell until it is."
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    return config


def _folder() -> Path:
    packaged = Path(str(files("ai_api"))) / "_alembic"
    checkout = Path(__file__).resolve().parents[3] / "alembic"
    for folder in (packaged, checkout):
        if (folder / "env.py").is_file():
            return folder
    raise MigrationsMissing("the migrations are not where the package keeps them")
