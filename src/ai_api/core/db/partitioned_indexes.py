"""Indexes of partitioned tables, built a partition at a time while everybody goes on writing.

A migration makes such an index `ON ONLY` the table, which takes no time and says what it is. Until every partition has its part,
Postgres itself marks the index as invalid: so what is missing can be read off it after any crash, and nothing is written down.
New partitions get their part when they are attached, while they are empty.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import asyncpg
from sqlalchemy import text

from ai_api.core.db.database import Tx

# Two programs that migrate at once take turns. Another number than that of migrations: whoever waits for that one waits in a
# statement, and an index that is built CONCURRENTLY waits for all statements that are older.
_TURN: Final = 0x61692D696478
_CONNECT_S: Final = 10
NAME_BYTES_MAX: Final = 63

_MISSING: Final = """
SELECT ic.relname, p.relname, pg_get_indexdef(ic.oid)
FROM pg_index x JOIN pg_class ic ON ic.oid = x.indexrelid JOIN pg_inherits h ON h.inhparent = x.indrelid
    JOIN pg_class p ON p.oid = h.inhrelid
WHERE ic.relkind = 'I' AND NOT x.indisvalid AND ic.relnamespace = to_regnamespace(quote_ident(current_schema())) AND NOT EXISTS (
    SELECT 1 FROM pg_inherits part JOIN pg_index px ON px.indexrelid = part.inhrelid
    WHERE part.inhparent = ic.oid AND px.indrelid = p.oid)
ORDER BY ic.relname, p.relname
"""
_IS_VALID: Final = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(quote_ident($1))"


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A partition that has no part of an index yet. `definition` is how Postgres tells the index."""

    index: str
    partition: str
    definition: str

    @property
    def name(self) -> str:
        """What the part is called: always the same, so that one left behind by a crash is found. Short enough for Postgres."""
        name = f"{self.partition}_{self.index}"
        if len(name) <= NAME_BYTES_MAX:
            return name
        return f"{self.partition[:40]}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


async def missing_parts(tx: Tx) -> list[MissingPart]:
    """The partitions that have no part yet of an index that their table is to have."""
    return [MissingPart(*row) for row in await tx.execute(text(_MISSING))]


class Builder:
    """One connection that builds what is missing, outside of any transaction. Build only while it is its turn."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @staticmethod
    async def open(dsn: str) -> Builder:
        """Connects, to wait for as long as building takes."""
        settings = {"application_name": "ai-api", "statement_timeout": "0"}
        return Builder(await asyncpg.connect(dsn, timeout=_CONNECT_S, server_settings=settings))

    async def close(self) -> None:
        """Lets go of the turn too."""
        await self._connection.close()

    async def take_turn(self) -> bool:
        """Whether nobody else builds: asked, and not waited for, because who builds would wait for whoever waits."""
        taken: bool = await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", _TURN)
        return taken

    async def missing(self) -> list[MissingPart]:
        """The parts that are not there yet."""
        return [MissingPart(*row) for row in await self._connection.fetch(_MISSING)]

    async def build(self, part: MissingPart, *, wait_s: float) -> bool:
        """Builds a part while others write; whether it is there then. It waits so long for transactions that began earlier.

        One that is whole stays. What an attempt that broke off has left is dropped first: Postgres keeps it up to date, and
        never reads it.
        """
        is_valid = await self._connection.fetchval(_IS_VALID, part.name)
        if is_valid is False and not await self._done(f'DROP INDEX CONCURRENTLY "{part.name}"', wait_s):
            return False
        if is_valid:
            return True
        _, _, what = part.definition.partition(" USING ")
        return await self._done(f'CREATE INDEX CONCURRENTLY "{part.name}" ON "{part.partition}" USING {what}', wait_s)

    async def attach(self, part: MissingPart, *, wait_s: float) -> bool:
        """Makes a part that is built one of the index's, if it gets its lock in time: whoever waits keeps everybody waiting."""
        return await self._done(f'ALTER INDEX "{part.index}" ATTACH PARTITION "{part.name}"', wait_s)

    async def _done(self, statement: str, wait_s: float) -> bool:
        await self._connection.execute(f"SET lock_timeout = {round(wait_s * 1000)}")
        try:
            await self._connection.execute(statement)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            return False
        except (asyncpg.UndefinedTableError, asyncpg.UndefinedObjectError):
            # Its partition was dropped meanwhile: nothing is missing there any more.
            return True
        return True
