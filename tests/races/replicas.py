"""Replicas as admission knows them: the production `Admission` and `Settlement` on connections of their own, without HTTP.

```python
async with replicas(database, 3) as crew:
    account = crew.account(amount=100)                  # a limit of 100 requests in all
    verdict = await crew[0].ask(crew.call(account))     # Granted, Denied, or a Refusal raised
    await crew[0].settle(call)
```
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from ai_api.core.db import Hot
from ai_api.core.ids import time_of, unix_ms_of, uuid7
from ai_api.gateway import store_admission, store_look, store_settlement
from ai_api.gateway.admit import Admission, Candidate
from ai_api.gateway.settle import Settlement
from ai_api.gateway.store_admission import Row
from ai_api.quotas.limit import AccountKey, Limit, Metric, account_of
from ai_api.quotas.rules import Charge, Demand, Denied, Granted, amounts
from ai_api.quotas.windows import bucket_at
from ai_api.wire.json_body import encode
from tests.support.books import Books
from tests.support.organization import Organization

_REHEARSAL = (*store_admission.REHEARSAL, *store_look.REHEARSAL, *store_settlement.REHEARSAL)
_AMPLE = 2**53


@dataclass(frozen=True)
class Asker:
    """A member whose copy is current."""

    id: UUID
    epoch: int
    world_epoch: int


@dataclass
class Call:
    """One call. It demands `size` of each of its limits, and uses what it demands."""

    asker: Asker
    limits: Sequence[Limit]
    size: int = 1
    id: UUID = field(default_factory=lambda: uuid7(int(time.time() * 1000)))

    def account(self, limit: Limit) -> AccountKey:
        return account_of(limit, zone="UTC", at=time_of(self.id), member_id=self.asker.id, credential_id=self.asker.id)

    def candidate(self) -> Candidate:
        """The call as admission gets it: nothing of it can be shortened."""
        charges = tuple(
            Charge(
                self.account(limit),
                limit,
                bucket_at(limit.window_s, unix_ms_of(self.id)),
                lambda _: self.size,
                lambda room: _AMPLE if room >= self.size else -1,
            )
            for limit in self.limits
        )
        demand = Demand(charges, 1, 1)
        return Candidate(lambda output_tokens: self._row(demand, output_tokens), demand)

    def record(self) -> dict[str, Any]:
        """The record of the call, ended: by column name, as the settlement takes it."""
        now = datetime.now(UTC)
        accounts, bookings = [], []
        for limit in self.limits:
            account, bucket = self.account(limit), bucket_at(limit.window_s, unix_ms_of(self.id)).number
            accounts.append(
                [
                    account.id,
                    account.subject_kind,
                    account.subject_id,
                    account.metric,
                    account.window_start,
                    account.window_end,
                    bucket,
                ]
            )
            if limit.metric != "concurrency":
                unit = "requests" if limit.metric == "requests" else "tokens"
                bookings.append({"account_id": account.id, unit: self.size, **({"bucket": bucket} if bucket else {})})
        tokens = next((self.size for limit in self.limits if limit.metric == "total_tokens"), 0)
        return {
            **dict.fromkeys(name for name, _ in store_settlement.RECORD_COLUMNS),
            "call_id": self.id,
            "started_at": time_of(self.id),
            "finished_at": now,
            "member_id": self.asker.id,
            "allocation_id": self.limits[0].subject_id,
            "dialect": "openai",
            "operation": "chat",
            "stream": False,
            "attempts": [],
            "outcome": "ok",
            "details": {},
            "input_tokens": tokens,
            "cached_read_tokens": 0,
            "cache_write_tokens": 0,
            "output_tokens": 0,
            "reasoning_tokens": 0,
            "usage_source": "provider",
            "multiplier_millionths": 1_000_000,
            "list_cost_nanos": 0,
            "billed_cost_nanos": 0,
            "held_nanos": 0,
            "overrun_nanos": 0,
            "funded_by": "quota",
            "bookings": bookings,
            "swept": False,
            "refused_count": 0,
            "request_id": str(self.id),
            "tags": [],
            "accounts": accounts,
            "holdless": False,
        }

    def _row(self, demand: Demand, output_tokens: int) -> Row:
        return Row(
            call_id=self.id,
            member_id=self.asker.id,
            member_epoch=self.asker.epoch,
            world_epoch=self.asker.world_epoch,
            holds=True,
            wanted=demand.wanted(output_tokens),
            amounts_json=encode(amounts(demand.wanted(output_tokens))).decode(),
            record_json="{}",
        )


class Replica:
    """One replica's admission and settlement."""

    def __init__(self, hot: Hot) -> None:
        self.id = uuid4()
        self.hot = hot
        self.alarms: list[str] = []
        self.admission = Admission(hot, lambda: self.id)
        self.settlement = Settlement(hot, lambda what, _, reason: self.alarms.append(f"{what} {reason}"))

    async def ask(self, call: Call) -> Granted | Denied:
        """The verdict on a call whose copies are current. Raises Refusal."""
        verdict = await self.admission.admit(call.candidate())
        assert isinstance(verdict, Granted | Denied), verdict
        return verdict

    async def settle(self, call: Call) -> None:
        """Ends an admitted call; returns when its record is committed."""
        await self.settlement.submit(call.record())


class Crew(list[Replica]):
    """Replicas on one database, and what they serve."""

    def __init__(self, dsn: str, members: Sequence[Asker]) -> None:
        super().__init__()
        self.dsn = dsn
        self.books = Books(dsn)
        self.members = members

    def limit(
        self, amount: int, *, metric: Metric = "requests", window_s: int | None = None, subject: UUID | None = None
    ) -> Limit:
        """A limit of an allocation that is its own: of tokens a month, of others in all or sliding."""
        return Limit(
            id=uuid4(),
            subject_kind="allocation",
            subject_id=subject or uuid4(),
            metric=metric,
            window_kind="sliding" if window_s else "month" if metric == "total_tokens" else "lifetime",
            window_s=window_s,
            zone=None,
            partition="subject",
            on_exceed="reject",
            amount=amount,
        )

    def call(self, *limits: Limit, member: int = 0, size: int = 1) -> Call:
        """A call of a member that starts now."""
        return Call(self.members[member], limits, size)

    async def give_back(self, calls: Iterable[Call]) -> int:
        """Settles at zero what refused calls hold, as the watch does with holds that are nobody's; gives how many."""
        by_id, cleared = {call.id: call for call in calls}, 0
        # A statement that was given up on may still be on its way in the server.
        await asyncio.sleep(0.2)
        for row in await self.books.fetch("SELECT call_id FROM holds"):
            if row["call_id"] in by_id:
                record = by_id[row["call_id"]].record()
                await self[0].settlement.submit(
                    {**record, "outcome": "store_unavailable", "input_tokens": 0, "bookings": []}
                )
                cleared += 1
        return cleared

    @asynccontextmanager
    async def replica(self, dsn: str | None = None, *, pool: int = 8) -> AsyncIterator[Replica]:
        """One more replica, which ends at the end of the block."""
        hot = Hot(dsn or self.dsn, size=pool, rehearsal=_REHEARSAL)
        await hot.open()
        one = Replica(hot)
        try:
            yield one
            await one.admission.drain()
            assert await one.settlement.drain(20) == 0
            assert one.alarms == []
        finally:
            await hot.close()


@asynccontextmanager
async def meanwhile(*doings: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """What goes on all the while, until the end of the block; what goes wrong with it is raised there."""
    tasks = [asyncio.create_task(doing) for doing in doings]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


@asynccontextmanager
async def replicas(dsn: str, count: int, *, members: int = 1, pool: int = 8) -> AsyncIterator[Crew]:
    """A crew over the database of `dsn`. At the end nothing may be held and the books must keep the laws."""
    crew = Crew(dsn, await _members(dsn, members))
    async with asyncio.timeout(600):
        running = [crew.replica(pool=pool) for _ in range(count)]
        try:
            crew.extend([await each.__aenter__() for each in running])
            yield crew
        finally:
            for each in running:
                await each.__aexit__(None, None, None)
    await crew.books.assert_at_rest()


async def _members(dsn: str, count: int) -> list[Asker]:
    organization = Organization(dsn, "http://127.0.0.1:9")
    made = [await organization.member() for _ in range(count)]
    await organization.close()
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        "SELECT id, epoch FROM members WHERE id = ANY($1::uuid[])", [each.id for each in made]
    )
    world_epoch = await connection.fetchval("SELECT epoch FROM world")
    await connection.close()
    return [Asker(row["id"], row["epoch"], world_epoch) for row in rows]
