"""A thousand calls at once on three replicas: never over a limit, and nobody refused while there is room."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from ai_api.quotas.limit import Limit
from ai_api.quotas.rules import Denied, Granted
from tests.races.replicas import Call, Crew, replicas

pytestmark = pytest.mark.usefixtures("unhurried")

AT_ONCE = 1_000
REPLICAS = 3


@pytest.fixture
def rounds(full: bool) -> int:
    return 100 if full else 10


@asynccontextmanager
async def watched(crew: Crew, limits: dict[str, int]) -> AsyncIterator[Counter[str]]:
    """Looks at the accounts all the while, on a connection of its own. `limits` are amounts by account id."""
    seen: Counter[str] = Counter()

    async def look() -> None:
        connection = await asyncpg.connect(crew.dsn)
        try:
            while True:
                rows = await connection.fetch("SELECT id, settled, held FROM quota_accounts")
                for row in rows:
                    if str(row["id"]) in limits:
                        assert row["settled"] + row["held"] <= limits[str(row["id"])], dict(row)
                        seen["looks"] += 1
                        seen["full"] += row["settled"] + row["held"] == limits[str(row["id"])]
                await asyncio.sleep(0.002)
        finally:
            await connection.close()

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        if not looking.done():
            looking.cancel()
        outcome = (await asyncio.gather(looking, return_exceptions=True))[0]
        if isinstance(outcome, AssertionError):
            raise outcome
    assert seen["looks"]


def assert_explained(call: Call, verdict: Denied) -> None:
    """The account that refused had no room for the call at the moment the verdict speaks of."""
    used = verdict.balance.used(verdict.charge.bucket) + verdict.balance.held
    assert verdict.charge.limit in call.limits
    assert used + call.size > verdict.charge.limit.amount, verdict


async def storm(crew: Crew, calls: list[Call]) -> tuple[list[Call], list[Call]]:
    """All at once, over the replicas in turn: who was admitted, and who refused."""
    verdicts = await asyncio.gather(*(crew[n % len(crew)].ask(call) for n, call in enumerate(calls)))
    for call, verdict in zip(calls, verdicts, strict=True):
        if isinstance(verdict, Denied):
            assert_explained(call, verdict)
    admitted = [call for call, verdict in zip(calls, verdicts, strict=True) if isinstance(verdict, Granted)]
    return admitted, [call for call, verdict in zip(calls, verdicts, strict=True) if isinstance(verdict, Denied)]


async def settled(crew: Crew, calls: list[Call]) -> None:
    await asyncio.gather(*(crew[n % len(crew)].settle(call) for n, call in enumerate(calls)))


async def test_a_thousand_calls_at_once_pass_the_limit_or_leave_room_behind(database, rounds):
    async with replicas(database, REPLICAS) as crew:
        chance = random.Random(3)
        for number in range(rounds):
            fits, size = chance.choice((0, 1, 333, 997, AT_ONCE)), chance.randrange(1, 50)
            # Room for so many, and all but one of another.
            limit = crew.limit(fits * size + size - 1, metric="total_tokens")
            calls = [crew.call(limit, size=size) for _ in range(AT_ONCE)]
            async with watched(crew, {str(calls[0].account(limit).id): limit.amount}):
                admitted, refused = await storm(crew, calls)
                assert (len(admitted), len(refused)) == (fits, AT_ONCE - fits), f"round {number}"
                await settled(crew, admitted)


async def test_calls_of_different_sizes_are_refused_although_they_fit(database, rounds):
    """Big and small ones while others end: what is refused did not fit just then, and at the end no room is left over."""
    async with replicas(database, REPLICAS) as crew:
        chance = random.Random(5)
        for _ in range(rounds):
            sizes = [chance.choice((1, 2, 5, 40)) for _ in range(AT_ONCE)]
            limit = crew.limit(sum(sizes) // 3, metric="total_tokens")
            calls = [crew.call(limit, size=size) for size in sizes]
            async with watched(crew, {str(calls[0].account(limit).id): limit.amount}):
                admitted, refused = await storm(crew, calls)
                used = sum(call.size for call in admitted)
                assert limit.amount - used < min(call.size for call in refused)
                await settled(crew, admitted)


async def test_calls_that_share_some_of_four_accounts_take_some_of_them(database, rounds):
    """All four or none, in whatever order they overlap: no deadlock, no limit passed, nobody refused without a reason."""
    async with replicas(database, REPLICAS, members=8) as crew:
        chance = random.Random(7)
        for _ in range(rounds):
            limits = [crew.limit(chance.choice((150, 300, 600, 2_000))) for _ in range(12)]
            calls = [_overlapping(crew, chance, limits, number) for number in range(AT_ONCE)]
            amounts = {str(calls[0].account(limit).id): limit.amount for limit in limits}
            async with watched(crew, amounts):
                admitted, refused = await storm(crew, calls)
                taken = Counter(limit.id for call in admitted for limit in call.limits)
                assert all(taken[limit.id] <= limit.amount for limit in limits)
                for call in refused:
                    assert any(taken[limit.id] == limit.amount for limit in call.limits), "room for it was left"
                await settled(crew, admitted)


def _overlapping(crew: Crew, chance: random.Random, limits: list[Limit], number: int) -> Call:
    chosen = chance.sample(limits, 4)
    return crew.call(*chosen, member=number % 8)


async def test_calls_that_come_and_go_leave_room_unused(database, rounds):
    """Calls that end at once, many times as many as fit at a time: each refusal is explained, and slots come back."""
    async with replicas(database, REPLICAS) as crew:
        for _ in range(rounds):
            limit = crew.limit(50, metric="concurrency")
            calls = [crew.call(limit) for _ in range(AT_ONCE)]

            async def one(replica: int, call: Call) -> bool:
                verdict = await crew[replica].ask(call)
                if isinstance(verdict, Denied):
                    assert_explained(call, verdict)
                    return False
                await asyncio.sleep(0.001)
                await crew[replica].settle(call)
                return True

            async with watched(crew, {str(calls[0].account(limit).id): limit.amount}):
                served = await asyncio.gather(*(one(n % REPLICAS, call) for n, call in enumerate(calls)))
            assert sum(served) >= 50
            again = [crew.call(limit) for _ in range(51)]
            admitted, refused = await storm(crew, again)
            assert (len(admitted), len(refused)) == (50, 1)
            await settled(crew, admitted)
