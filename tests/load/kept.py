"""A large database that is filled once and copied for each run: ten million records take as long to make as to look at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from tests.load import browsed
from tests.load.browsed import Browsed
from tests.load.plan import Say
from tests.load.seeded import database_of
from tests.load.stand import Stand, migrate

_FILLED, _RUN = "kept_browsed", "load_browsed"


@dataclass(frozen=True, slots=True)
class Copied:
    """A database for one run, by its URL, and what is in it."""

    dsn: str
    of: Browsed


async def browsed_database(stand: Stand, *, records: int, members: int, say: Say) -> Copied:
    """A copy of the database of so many calls, which is filled first where today's is not there. Raises asyncpg's errors.

    One that ends yesterday would make a report of the last days easier than it is. The copy is migrated.
    """
    now = datetime.now(UTC)
    filled = f"{_FILLED}_{_digest(records, members, now)}"
    if not await stand.statistics.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", filled):
        await _fill(stand, filled, records=records, members=members, now=now, say=say)
    until = datetime.fromisoformat(
        await stand.statistics.fetchval(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", filled
        )
    )
    parts = urlsplit(stand.postgres.dsn)
    say("   copying the database of the calls")
    await stand.statistics.execute(
        f'CREATE DATABASE {_RUN} TEMPLATE {filled} OWNER "{parts.username}" STRATEGY file_copy',
        timeout=browsed.WITHIN_S,
    )
    dsn = parts._replace(path=f"/{_RUN}").geturl()
    dsn = dsn if "://" in dsn else dsn.replace(":", "://", 1)
    await migrate(dsn)
    return Copied(dsn, await browsed.describe(dsn, records=records, now=until))


async def _fill(stand: Stand, name: str, *, records: int, members: int, now: datetime, say: Say) -> None:
    kept = await stand.statistics.fetch("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", _FILLED)
    for row in kept:
        await stand.statistics.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)", timeout=browsed.WITHIN_S)
    say(f"   filling a database to browse in: {records:,} records of half a year")
    filling = f"load_{name}"
    dsn = await database_of(stand, filling)
    await browsed.fill(dsn, records=records, members=members, now=now)
    await browsed.sum_up(dsn)
    await stand.statistics.execute(f"COMMENT ON DATABASE {filling} IS '{now.isoformat()}'")
    # Under this name it is whole.
    await stand.statistics.execute(f"ALTER DATABASE {filling} RENAME TO {name}")


def _digest(records: int, members: int, now: datetime) -> str:
    made = f"{records} {members} {now:%Y-%m-%d} ".encode() + Path(browsed.__file__).read_bytes()
    return hashlib.sha256(made).hexdigest()[:12]
