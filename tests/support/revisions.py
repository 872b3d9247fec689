"""Databases of an older schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

ALEMBIC = Path(__file__).parents[2] / "alembic"


def migrated_to(dsn: str, revision: str) -> None:
    """Brings a database up to a revision, as `ai-api migrate` runs migrations. Blocks; never on a running loop's thread.

    Raises what a migration raises, also where a table could not be locked in time.
    """
    config = Config()
    config.set_main_option("script_location", str(ALEMBIC))
    config.set_main_option("path_separator", "os")
    config.attributes["dsn"] = dsn
    command.upgrade(config, revision)
