"""Migrations: where they are, what the newest is, how they run, and whether this build can work with a schema.

A build can work with a schema when the schema is at least as new as the build's own newest migration, and not so new that
builds of its age can no longer read it (`readable_from`). So two neighbouring versions run side by side.
"""

from __future__ import annotations

import asyncio
import time
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from ai_api.core.db import Database, is_connection_loss, is_lock_timeout, read_schema_state
from ai_api.core.errors import StoreUnavailable

LOCK_TRIES = 20
LOCK_PAUSE_S = 3.0
_IN_USE = (
    f"A table could not be locked within a second, {LOCK_TRIES} times: end the long statement or the backup that uses it, and "
    "migrate again. What was migrated stays, and nothing is half done."
)


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
        raise StoreUnavailable("The database cannot be reached: look at AI_API_DATABASE_URL.") from error
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
                    raise StoreUnavailable("The database cannot be reached: look at AI_API_DATABASE_URL.") from error
                raise
            if not left:
                raise StoreUnavailable(_IN_USE) from error
            # What was done stays done: each migration is a transaction of its own. Those who waited behind it go first.
            time.sleep(LOCK_PAUSE_S)
        else:
            return


def fault_of(revision: str | None, readable_from: str | None, newest: str) -> str | None:
    """Why a build whose newest migration is `newest` cannot work with a schema (None: an empty one); None when it can."""
    if revision is None or readable_from is None or revision < newest:
        return "schema_too_old"
    if readable_from > newest:
        return "schema_too_new"
    return None


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
