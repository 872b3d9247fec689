"""Changes of holds on a real Postgres: asked together, each is answered as if it had been asked alone, one after another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio

from ai_api.core.db import Hot
from ai_api.core.errors import StoreUnavailable
from ai_api.core.ids import uuid7
from ai_api.gateway import hold_changes, store_extend
from ai_api.gateway.hold_changes import HoldChanges
from ai_api.gateway.store_extend import Change, Changed
from ai_api.quotas.rules import Wanted
from ai_api.quotas.windows import STILL, WHOLE, Bucket

LIMIT = 100


class Asked(Hot):
    """A pool that keeps what it was asked to change, question by question."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn, size=2)
        self.questions: list[list[UUID]] = []

    async def _fetch(self, statement, arguments, timeout_s):
        if statement == store_extend._CHANGE:
            self.questions.append(list(arguments[0]))
        return await super()._fetch(statement, arguments, timeout_s)


@dataclass
class Bench:
    """A database with accounts and holds, and what changes them."""

    connection: asyncpg.Connection
    hot: Asked
    changes: HoldChanges

    async def account(self, *, settled: int = 0, previous: int = 0, bucket: int = 0) -> UUID:
        account_id = uuid4()
        await self.connection.execute(
            """INSERT INTO quota_accounts (id, subject_kind, metric, window_start, settled, previous, bucket)
               VALUES ($1, 'global', 'total_tokens', '1970-01-01', $2, $3, $4)""",
            account_id, settled, previous, bucket,
        )  # fmt: skip
        return account_id

    async def hold(self, amounts: dict[UUID, int], *, parked: bool = False) -> UUID:
        """A call that holds so much, as admission leaves it."""
        call_id = uuid7()
        await self.connection.execute(
            "INSERT INTO holds (call_id, replica_id, amounts, record, parked) VALUES ($1, $2, $3, $4, $5)",
            call_id, uuid4(), json.dumps([[str(key), held] for key, held in amounts.items()]),
            json.dumps({"accounts": ["as admitted"], "kept": 1}), parked,
        )  # fmt: skip
        for account_id, held in amounts.items():
            await self.connection.execute("UPDATE quota_accounts SET held = held + $2 WHERE id = $1", account_id, held)
        return call_id

    async def make(self, *changes: Change) -> list[Changed]:
        """All of them in one batch."""
        self.hot.questions.clear()
        return list(await self.changes._commit(list(changes)))

    async def held(self, account_id: UUID) -> int:
        """What an account says is held on it: the sum of what its holds say, or the test ends here (Q1)."""
        held = await self.connection.fetchval("SELECT held FROM quota_accounts WHERE id = $1", account_id)
        rows = await self.connection.fetch("SELECT amounts FROM holds")
        said = [amount for row in rows for key, amount in json.loads(row["amounts"]) if UUID(key) == account_id]
        assert held == sum(said)
        return int(held)

    async def holds(self, call_id: UUID) -> dict[UUID, int]:
        amounts = json.loads(await self.connection.fetchval("SELECT amounts FROM holds WHERE call_id = $1", call_id))
        return {UUID(key): held for key, held in amounts}


@pytest_asyncio.fixture(loop_scope="module")
async def bench(database: str) -> AsyncIterator[Bench]:
    hot = Asked(database)
    await hot.open()
    connection = await asyncpg.connect(database)
    yield Bench(connection, hot, HoldChanges(hot))
    await connection.close()
    await hot.close()


def wanted(account_id: UUID, amount: int, *, limit: int = LIMIT, bucket: Bucket = STILL) -> Wanted:
    return Wanted(account_id, amount, limit, bucket, amount)


async def test_two_that_fit_alone_get_more_together(bench):
    account = await bench.account(settled=10)
    first, second = await bench.hold({account: 5}), await bench.hold({account: 5})
    said = await bench.make(Change(first, [wanted(account, 60)]), Change(second, [wanted(account, 50)]))
    assert [each.fits for each in said] == [True, False]
    assert all(each.is_held and each.is_decided for each in said)
    # What is left beside the settled 10 and the first one's 60, its own 5 included.
    assert said[1].room == {account: 30}
    assert await bench.holds(first) == {account: 60}
    assert await bench.holds(second) == {account: 5}
    assert await bench.held(account) == 65
    # Asked for just that it fits, and for one more it does not.
    (said,) = await bench.make(Change(second, [wanted(account, 31)]))
    assert (said.fits, said.room) == (False, {account: 30})
    (said,) = await bench.make(Change(second, [wanted(account, 30)]))
    assert said.fits
    assert await bench.held(account) == LIMIT - 10


async def test_the_order_of_ids_decides_and_not_that_of_asking(bench):
    account = await bench.account()
    first, second = await bench.hold({account: 1}), await bench.hold({account: 1})
    said = await bench.make(Change(second, [wanted(account, 60)]), Change(first, [wanted(account, 60)]))
    assert [each.fits for each in said] == [True, False]
    assert await bench.holds(second) == {account: 60}


async def test_a_refusal_takes_the_room_of_those_behind_it(bench):
    account, other = await bench.account(), await bench.account(settled=LIMIT)
    first, second = await bench.hold({account: 1}), await bench.hold({account: 1})
    third = await bench.hold({account: 1})
    said = await bench.make(
        Change(first, [wanted(account, 200)]),
        Change(second, [wanted(account, 90)]),
        # All of its accounts or none.
        Change(third, [wanted(account, 2), wanted(other, 1)]),
    )
    assert [each.fits for each in said] == [False, True, False]
    # Those two were refused at once, and only then it was clear that the second may have it.
    assert said[0].room == {account: 98}
    assert said[2].room == {account: 98, other: 0}
    assert await bench.held(account) == 92
    assert await bench.held(other) == 0
    assert await bench.holds(third) == {account: 1}


async def test_who_is_refused_beside_one_that_fits_is_told_of_room_that_is_gone(bench):
    account = await bench.account()
    first, second = await bench.hold({account: 1}), await bench.hold({account: 1})
    said = await bench.make(Change(first, [wanted(account, 91)]), Change(second, [wanted(account, 200)]))
    assert [each.fits for each in said] == [True, False]
    assert len(bench.hot.questions) == 1
    assert said[1].room == {account: 9}
    (said,) = await bench.make(Change(second, [wanted(account, 9)]))
    assert said.fits


async def test_two_changes_of_one_call_are_made_at_once(bench):
    account = await bench.account()
    call_id = await bench.hold({account: 10})
    said = await bench.make(Change(call_id, [wanted(account, 70)]), Change(call_id, [wanted(account, 40)]))
    assert [each.fits for each in said] == [True, True]
    assert len(bench.hot.questions) == 2
    # The second one's wish is the last.
    assert await bench.held(account) == 40
    said = await bench.make(Change(call_id, [wanted(account, 101)]), Change(call_id, [wanted(account, 100)]))
    assert [each.fits for each in said] == [False, True]
    assert await bench.held(account) == LIMIT


async def test_a_hold_that_is_gone_comes_back(bench):
    account = await bench.account()
    parked = await bench.hold({account: 3}, parked=True)
    here = await bench.hold({account: 3})
    gone, kept_aside, said = await bench.make(
        *(Change(call_id, [wanted(account, 50)]) for call_id in (uuid7(), parked, here))
    )
    assert (gone.is_held, kept_aside.is_held, said.is_held) == (False, False, True)
    assert said.fits
    assert await bench.holds(parked) == {account: 3}
    assert await bench.held(account) == 53
    assert await bench.connection.fetchval("SELECT count(*) FROM holds") == 2


async def test_an_account_that_does_not_exist_has_room(bench):
    account, missing = await bench.account(), uuid4()
    first, second = await bench.hold({account: 1}), await bench.hold({account: 1})
    said = await bench.make(
        Change(first, [wanted(account, 5), wanted(missing, 7)]), Change(second, [wanted(account, 99)])
    )
    assert [each.fits for each in said] == [False, True]
    assert said[0].room == {account: 99, missing: None}
    assert await bench.held(account) == LIMIT
    await bench.connection.execute(
        "INSERT INTO quota_accounts (id, subject_kind, metric, window_start) VALUES ($1, 'global', 'requests', '1970-01-01')",
        missing,
    )
    (said,) = await bench.make(Change(first, [wanted(missing, 7)], accounts_json='["as tried"]'))
    assert said.fits
    # What it holds on others stays.
    assert await bench.holds(first) == {account: 1, missing: 7}
    record = json.loads(await bench.connection.fetchval("SELECT record FROM holds WHERE call_id = $1", first))
    assert record == {"accounts": ["as tried"], "kept": 1}


async def test_what_is_given_back_is_refused(bench):
    account = await bench.account(settled=20)
    first, second = await bench.hold({account: 40}), await bench.hold({account: 40})
    # The account is full: one gives back while the other asks, for what will be there and for what is there.
    said = await bench.make(Change(first, [wanted(account, 10)]), Change(second, [wanted(account, 40)]))
    assert [each.fits for each in said] == [True, True]
    assert await bench.held(account) == 50
    said = await bench.make(Change(first, [wanted(account, 0)]), Change(second, [wanted(account, 70)]))
    assert [each.fits for each in said] == [True, True]
    assert await bench.holds(first) == {}
    assert await bench.held(account) == 70
    # Past a limit that was lowered, less is still less.
    said = await bench.make(Change(second, [wanted(account, 60, limit=30)]))
    assert said[0].fits
    assert await bench.held(account) == 60


async def test_a_sliding_window_is_weighed_wrong(bench):
    account = await bench.account(settled=40, previous=60, bucket=7)
    call_id = await bench.hold({account: 1})
    half = WHOLE // 2
    # In its own bucket: 40 and half of 60; in the next one: half of 40; after that nothing; and who comes late finds all.
    for bucket, room in ((Bucket(7, half), 30), (Bucket(8, half), 80), (Bucket(9, half), 100), (Bucket(6, half), 0)):
        (said,) = await bench.make(Change(call_id, [wanted(account, room + 2, bucket=bucket)]))
        assert (said.fits, said.room) == (False, {account: room}), bucket
    (said,) = await bench.make(Change(call_id, [wanted(account, 100, bucket=Bucket(9, half))]))
    assert said.fits
    assert await bench.held(account) == 100


async def test_twenty_at_once_pass_the_limit_or_leave_room(bench):
    account = await bench.account(settled=10)
    calls = [await bench.hold({account: 1}) for _ in range(20)]
    # 70 are free: each asks for 9 more, which seven of them can have; the rest is asked for by who is content with less.
    said = await asyncio.gather(*(bench.changes.make(Change(call_id, [wanted(account, 10)])) for call_id in calls))
    assert sum(each.fits for each in said) == 7
    assert await bench.held(account) == 20 + 7 * 9
    for each in said:
        if not each.fits:
            assert each.is_held
            assert each.room[account] < 10
    small = [call_id for call_id, each in zip(calls, said, strict=True) if not each.fits]
    said = await asyncio.gather(*(bench.changes.make(Change(call_id, [wanted(account, 2)])) for call_id in small))
    assert sum(each.fits for each in said) == 7
    assert await bench.held(account) == LIMIT - 10
    # Two replicas at once, calls of each beside calls of the other: what some give back, others may have by now, or soon.
    replicas = (bench.changes, HoldChanges(bench.hot))

    async def even(call_ids):
        return await asyncio.gather(
            *(replicas[at % 2].make(Change(call_id, [wanted(account, 4)])) for at, call_id in enumerate(call_ids))
        )

    said = await even(calls)
    assert await bench.held(account) <= LIMIT - 10
    again = [call_id for call_id, each in zip(calls, said, strict=True) if not each.fits]
    assert all(each.fits for each in await even(again))
    assert await bench.held(account) == 20 * 4


async def test_a_thousand_changes_take_a_thousand_questions(bench):
    account = await bench.account()
    calls = [await bench.hold({account: 1}) for _ in range(hold_changes.BATCH_MAX + 50)]
    bench.hot.questions.clear()
    await asyncio.gather(*(bench.changes.make(Change(each, [wanted(account, 2, limit=10_000)])) for each in calls))
    assert await bench.held(account) == 2 * len(calls)
    # The first goes at once, and the others wait for it together.
    assert [len(each) for each in bench.hot.questions] == [1, hold_changes.BATCH_MAX, 49]


async def test_a_statement_that_is_refused_is_taken_for_an_answer(bench):
    account = await bench.account()
    call_id = await bench.hold({account: 1})
    try:
        await bench.make(Change(call_id, [wanted(account, 2**62, limit=2**63 - 1)], accounts_json="no json"))
    except StoreUnavailable:
        assert await bench.held(account) == 1
    else:
        raise AssertionError("Postgres takes what is no JSON")
