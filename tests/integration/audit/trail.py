"""What the tests of the trail do to it: write as the program does, and tamper as its worst enemy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import text

from ai_api import audit
from ai_api.core.db import Database, Tx
from tests.support.portal import CLI


async def note(tx: Tx, number: int = 0, *, after: dict[str, Any] | None = None) -> None:
    """One event about a probe."""
    shown = {"number": number} if after is None else after
    await audit.note(tx, CLI, action="probe.write", target_kind="probe", target_id=None, before=None, after=shown)


@dataclass
class Trail:
    """A database with an audit trail. `dsn` is its owner's."""

    database: Database
    dsn: str

    async def write(self, *numbers: int) -> None:
        """Events, each in a transaction of its own."""
        for number in numbers:
            async with self.database.transaction() as tx:
                await note(tx, number)

    async def numbers(self) -> list[int]:
        """The events' numbers in the order of the chain."""
        statement = (
            "SELECT (e.after->>'number')::int FROM audit_chain c JOIN audit_events e ON e.id = c.event_id ORDER BY seq"
        )
        async with self.database.transaction() as tx:
            return list((await tx.execute(text(statement))).scalars())

    async def verify(self, **given: Any) -> audit.Verified:
        """What the walk finds, in chunks that do not fit evenly."""
        return await audit.verify(self.database, **{"chunk": 3, **given})

    async def tamper(self, *statements: str) -> None:
        """Does as the tables' owner whatever it wants, with every trigger and foreign key out of its way."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(
                "ALTER TABLE audit_chain DROP CONSTRAINT IF EXISTS fk_audit_chain_event_id_audit_events"
            )
            for table in ("audit_chain", "audit_events"):
                await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()
