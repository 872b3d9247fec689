"""How migrations run: online only, in one transaction each, under a lock, with a lock timeout.

Whoever waits for a table keeps everybody waiting who comes after. Calls wait for two seconds before they give up: so a migration
waits for one, and `ai-api migrate` tries again.

The DSN comes from the caller (`config.attributes["dsn"]`) or from AI_API_DATABASE_URL.
"""

from __future__ import annotations

import asyncio
import os

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ai_api.core.db import load_tables

# One number for "a migration of ai-api is running": two `migrate` at once take turns.
ADVISORY_LOCK = 0x61692D617069


# Of an expression, and finished beside the calls: the tables of the code do not describe it.
BUILT_AFTERWARDS = frozenset({"ix_call_records_limit"})


def include_object(_object: object, name: str | None, kind: str, reflected: bool, _compare_to: object) -> bool:  # noqa: FBT001
    """Partitions are made by a job, not by migrations."""
    if kind == "index":
        return name not in BUILT_AFTERWARDS
    return not (kind == "table" and reflected and name is not None and name.startswith("call_records_"))


def run(connection: Connection) -> None:
    """Runs the migrations on an open connection."""
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
    connection.execute(text("SET lock_timeout = '1s'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=load_tables(),
        include_object=include_object,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Connects and runs."""
    dsn = context.config.attributes.get("dsn") or os.environ["AI_API_DATABASE_URL"]

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(dsn, timeout=10)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(main())
