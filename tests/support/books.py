"""Reading what the gateway wrote down, and the laws that every book must keep."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from ai_api.core.ids import first_id_of
from tests.support.upstream import Event

_Q1 = """
SELECT coalesce(a.id, h.id) AS account, coalesce(a.held, 0) AS says, coalesce(h.amount, 0) AS holds FROM quota_accounts a
FULL JOIN (SELECT (each->>0)::uuid AS id, sum((each->>1)::bigint) AS amount
           FROM holds CROSS JOIN LATERAL jsonb_array_elements(amounts) each GROUP BY 1) h USING (id)
WHERE coalesce(a.held, 0) <> coalesce(h.amount, 0)
"""
_Q3 = """
SELECT coalesce(a.id, b.id) AS account, coalesce(a.settled, 0) AS says, coalesce(b.amount, 0) AS bookings FROM quota_accounts a
FULL JOIN (SELECT (each->>'account_id')::uuid AS id, sum(coalesce(each->>'tokens', each->>'cost_nanos')::bigint) AS amount
           FROM call_records CROSS JOIN LATERAL jsonb_array_elements(bookings) each GROUP BY 1) b USING (id)
WHERE coalesce(a.settled, 0) <> coalesce(b.amount, 0)
"""
_BILLED = """
SELECT call_id, allocation_id, billed_cost_nanos, input_tokens + output_tokens AS tokens, bookings FROM call_records
"""


@dataclass(frozen=True)
class Balance:
    """One account: tokens, or nano-USD."""

    settled: int
    held: int


class Books:
    """The ledger and the accounts of one database, read on a connection of its own."""

    def __init__(self, dsn: str) -> None:
        self.since = UUID(int=0)
        """Records of calls before this id are not looked at, but for the laws."""
        self._dsn = dsn

    def forget(self) -> None:
        """From now on, looks only at calls that are still to come."""
        time.sleep(0.001)
        self.since = first_id_of(datetime.now(UTC))

    async def records(self, **where: Any) -> list[asyncpg.Record]:
        """Call records, oldest first; `attempts`, `details` and `bookings` are JSON text. `where` compares columns."""
        conditions = "".join(f" AND {name} = ${number}" for number, name in enumerate(where, 2))
        statement = f"SELECT * FROM call_records WHERE call_id >= $1{conditions} ORDER BY call_id"
        return await self.fetch(statement, self.since, *where.values())

    async def record(self, *, timeout_s: float = 5.0, **where: Any) -> asyncpg.Record:
        """The one record there is (of those that `where` means), waited for: one that is written after the client has
        left takes a moment."""
        async with asyncio.timeout(timeout_s):
            while not (found := await self.records(**where)):
                await asyncio.sleep(0.01)
        assert len(found) == 1, [dict(each) for each in found]
        return found[0]

    async def records_when(self, count: int, *, timeout_s: float = 5.0, **where: Any) -> list[asyncpg.Record]:
        """The records once there are `count` of them."""
        async with asyncio.timeout(timeout_s):
            while len(found := await self.records(**where)) < count:
                await asyncio.sleep(0.01)
        assert len(found) == count
        return found

    async def holds(self) -> int:
        return int((await self.fetch("SELECT count(*) AS holds FROM holds"))[0]["holds"])

    async def balances(self, allocation_id: UUID) -> dict[str, Balance]:
        """The accounts of an allocation by metric."""
        statement = "SELECT metric, settled, held FROM quota_accounts WHERE subject_id = $1"
        return {
            row["metric"]: Balance(row["settled"], row["held"]) for row in await self.fetch(statement, allocation_id)
        }

    async def unsettled(self) -> list[asyncpg.Record]:
        """Records that Postgres refused."""
        return await self.fetch("SELECT * FROM unsettled")

    async def assert_laws(self) -> None:
        """Q1: an account holds what its open holds hold. Q3: it has settled what its records have booked."""
        async with self._connection() as connection, connection.transaction(isolation="repeatable_read"):
            # One snapshot: calls may be under way.
            assert [dict(row) for row in await connection.fetch(_Q1)] == []
            assert [dict(row) for row in await connection.fetch(_Q3)] == []
            billed = await connection.fetch(_BILLED)
        for row in billed:
            booked = {name: each[name] for each in json.loads(row["bookings"]) for name in each if name != "account_id"}
            expected = {"tokens": row["tokens"], "cost_nanos": row["billed_cost_nanos"] or 0}
            assert booked == {name: amount for name, amount in expected.items() if amount}, dict(row)

    async def assert_at_rest(self) -> None:
        """Nothing is open: no hold, nothing held, nothing refused by the database, and the laws."""
        open_things = """SELECT (SELECT count(*) FROM holds) AS holds, (SELECT count(*) FROM unsettled) AS unsettled,
            (SELECT count(*) FROM quota_accounts WHERE held <> 0) AS holding_accounts"""
        assert dict((await self.fetch(open_things))[0]) == {"holds": 0, "unsettled": 0, "holding_accounts": 0}
        await self.assert_laws()

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows of one statement."""
        async with self._connection() as connection:
            return list(await connection.fetch(statement, *arguments))

    @asynccontextmanager
    async def _connection(self) -> Any:
        connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=10)
        try:
            yield connection
        finally:
            await connection.close()


def assert_records_match_witness(records: Iterable[asyncpg.Record], events: Sequence[Event]) -> None:
    """Every call that the provider answered has its record, and a record that quotes the provider quotes it rightly."""
    by_call = {str(record["call_id"]): record for record in records}
    started = {event.x_request_id.partition(".")[0] for event in events if event.what == "started"}
    assert started - by_call.keys() == set(), "lost"
    for event in events:
        record = by_call.get(event.x_request_id.partition(".")[0])
        if event.what != "finished" or record is None or event.tokens is None or record["usage_source"] != "provider":
            continue
        said = (event.tokens.input, event.tokens.output)
        assert (record["input_tokens"], record["output_tokens"]) == said, dict(record)
