"""Migrations: where they are, what the newest is, how they run, and whether this build can work with a schema.

A build can work with a schema when the schema is at least as new as the build's own newest migration, and not so new that
builds of its age can no longer read it (`readable_from`). So two neighbouring versions run side by side.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from ai_api.core.db import is_connection_loss
from ai_api.core.errors import StoreUnavailable


class MigrationsMissing(Exception):
    """Neither the package nor a checkout around it holds the migrations: a broken installation."""


def head() -> str:
    """The newest migration of this build."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise MigrationsMissing("there are no migrations")
    return found


def upgrade(dsn: str) -> None:
    """Brings a database up to this build's newest migration. Raises StoreUnavailable.

    Blocks; never call it on a running event loop's thread.
    """
    config = _config()
    config.attributes["dsn"] = dsn
    try:
        command.upgrade(config, "head")
    except Exception as error:
        if is_connection_loss(error):
            raise StoreUnavailable("The database cannot be reached: look at AI_API_DATABASE_URL.") from error
        raise


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
