"""Old accounts go, and nothing that somebody still needs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ai_api.jobs.drop_accounts import drop
from tests.integration.jobs.desk import Account, Call, month_of
from tests.integration.jobs.test_prove_books import Prover

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=80)
SUBJECT = UUID(int=3)
FIELDS = {"allocation_id": SUBJECT}


@pytest.fixture
def prover(hot, log) -> Prover:
    return Prover(hot, log)


def month(at: datetime) -> list[Account]:
    return [Account("total_tokens", SUBJECT, month_of(at)), Account("cost", SUBJECT, month_of(at))]


async def dropped(hot, log) -> int:
    """How many accounts one lap drops."""
    log.lines.clear()
    async for _ in drop(hot, log, accounts=2):
        pass
    return sum(line["count"] for line in log.lines if line["event"] == "accounts_dropped")


async def left(books) -> set[UUID]:
    return {row["id"] for row in await books.fetch("SELECT id FROM quota_accounts")}


async def test_accounts_of_past_windows_are_kept_for_ever(desk, books, prover, hot, log):
    day_ended_lately = Account("requests", SUBJECT, (NOW - timedelta(days=35), NOW - timedelta(days=34)))
    lifetime = Account("requests", SUBJECT)
    await desk.used(Call(month(LONG_AGO), LONG_AGO, fields=FIELDS), Call([*month(NOW), lifetime], NOW, fields=FIELDS))
    await desk.used(
        Call([*month(day_ended_lately.window[0]), day_ended_lately], day_ended_lately.window[0], fields=FIELDS)
    )
    await prover.laps()
    gone = {each.id for each in month(LONG_AGO)}
    before = await left(books)
    assert await dropped(hot, log) == 2
    assert before - await left(books) == gone
    sums = await books.fetch("SELECT account_id FROM proof_sums")
    assert gone.isdisjoint(row["account_id"] for row in sums)
    assert await prover.laps(3) == {}


async def test_a_hold_on_an_old_account_is_lost(desk, books, prover, hot, log):
    open_call = Call(month(LONG_AGO), LONG_AGO, fields=FIELDS)
    await desk.admit(open_call)
    assert await dropped(hot, log) == 0
    await desk.settle(open_call)
    assert await dropped(hot, log) == 2
    assert await prover.laps(3) == {}


async def test_a_hold_that_is_just_being_taken_is_lost(desk, books, hot, log):
    """The account is locked by the call that takes it: the job leaves it alone, and sees the hold the next time."""
    call = Call(month(LONG_AGO), LONG_AGO, fields=FIELDS)
    await desk.used(call)
    statement = "UPDATE quota_accounts SET held = held + 1 WHERE id = $1"
    async with hot.transaction() as connection:
        await connection.execute(statement, call.accounts[0].id)
        assert await dropped(hot, log) == 1
    assert await dropped(hot, log) == 0
    assert await left(books) == {call.accounts[0].id}


async def test_an_idle_sliding_account_is_kept_for_ever(desk, books, prover, hot, log):
    idle, busy, lately = (
        Account("requests", UUID(int=number), window_s=seconds) for number, seconds in ((4, 60), (5, 60), (6, 86_400))
    )
    old = NOW - timedelta(days=4)
    await desk.used(*(Call([each], old) for each in (idle, busy, lately)))
    await desk.used(Call([busy], NOW), Call([lately], NOW - timedelta(days=2)))
    # Unproven, they stay.
    assert await dropped(hot, log) == 0
    await prover.laps()
    assert await dropped(hot, log) == 1
    assert idle.id not in await left(books)
    assert await prover.laps(3) == {}
    # It begins anew when it is used.
    await desk.used(Call([idle], NOW))
    assert await prover.laps(3) == {}


async def test_an_idle_account_that_is_off_is_dropped_before_anybody_looks(desk, books, prover, hot, log):
    idle = Account("requests", UUID(int=4), window_s=60)
    await desk.used(Call([idle], NOW - timedelta(days=4)))
    await prover.laps()
    await books.fetch("UPDATE quota_accounts SET settled = settled + 1")
    assert await dropped(hot, log) == 0
    assert await prover.laps(2) == {"settled": 1}


async def test_sums_made_anew_know_dropped_accounts(desk, books, prover, hot, log):
    """An administrator may have all sums made again: what was dropped long ago is no difference."""
    slides = Account("requests", UUID(int=4), window_s=60)
    await desk.used(Call([*month(LONG_AGO), slides], LONG_AGO, fields=FIELDS), Call(month(NOW), NOW, fields=FIELDS))
    await prover.laps()
    assert await dropped(hot, log) == 3
    await books.fetch("TRUNCATE proof_marks, proof_sums, proof_open, proof_quarters")
    assert await prover.laps(3) == {}


async def test_dropping_and_admitting_at_once_deadlock(desk, books, prover, hot, log):
    async def call_on(at: datetime) -> None:
        for _ in range(20):
            await desk.used(Call(month(at), at, fields=FIELDS))

    async def keep_dropping() -> int:
        total = 0
        for _ in range(15):
            total += await dropped(hot, log)
        return total

    # A call of a window that is long over cannot be admitted between its account's creation and its hold: that is for others.
    results: list[Any] = await asyncio.gather(call_on(NOW), call_on(NOW), keep_dropping())
    assert results[-1] == 0
    deadlocks = await books.fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert deadlocks[0]["deadlocks"] == 0
    assert await prover.laps(3) == {}
