"""Days are summed once their calls are over, and whatever is written to one of them afterwards is not missed by a report."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text

from ai_api.core.db import Database, Hot, Tx
from ai_api.core.errors import StoreUnavailable
from ai_api.jobs import store_days
from ai_api.jobs.sum_days import DAYS_AT_ONCE, sum_days
from ai_api.ledger import middle_of
from ai_api.reports import Asked, By, Period, make
from tests.integration.jobs.desk import Account, Call, Desk, month_of
from tests.support.books import Books

FIELDS = {"member_id": UUID(int=1), "credential_id": UUID(int=2), "allocation_id": UUID(int=3), "model": "acme/one"}
TODAY = datetime.now(UTC).date()
OLD = TODAY - timedelta(days=5)


LATELY = datetime.combine(TODAY - timedelta(days=7), time(), UTC)


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[Database]:
    found = Database(database, pool_size=3)
    yield found
    await found.close()


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def call(when: datetime) -> Call:
    month = month_of(when)
    return Call([Account(metric, UUID(int=3), month) for metric in ("cost", "total_tokens")], when, fields=FIELDS)


async def days_of(books: Books, table: str) -> set[date]:
    return {row["day"] for row in await books.fetch(f"SELECT day FROM {table}")}


async def run(hot: Hot, pool: Database) -> None:
    await sum_days(hot, pool).run()


async def run_until_done(hot: Hot, pool: Database) -> None:
    while await sum_days(hot, pool).run():
        pass


async def told(pool: Database, by: By = "model", *, since: datetime = LATELY) -> tuple[int, int]:
    """Calls and costs from a day on, as a report says them."""
    asked = Asked(period=Period(since, at(TODAY + timedelta(days=1), 0)))
    async with pool.transaction(repeatable_read=True) as tx:
        total = (await make(tx, asked, by)).total
    return total.calls, total.billed_cost_nanos


async def test_a_day_is_summed_while_calls_of_it_may_be_open(
    hot: Hot, pool: Database, desk: Desk, books: Books
) -> None:
    days = [TODAY - timedelta(days=back) for back in range(5)]
    await desk.used(*(call(at(day)) for day in days))
    await run(hot, pool)
    now = (await books.fetch("SELECT now() AS now"))[0]["now"]
    over = {day for day in days if at(day + timedelta(days=1), 0) + timedelta(hours=36) <= now}
    assert 2 <= len(over) <= 3
    assert await days_of(books, "usage_days_ready") == over
    assert not over & await days_of(books, "usage_days_stale")
    assert await told(pool) == (5, 2500)
    await books.assert_at_rest()


async def test_a_report_reads_every_quarter_of_a_day_that_is_summed(
    hot: Hot, pool: Database, desk: Desk, books: Books
) -> None:
    await desk.used(call(at(OLD)))
    await run(hot, pool)
    await books.fetch("UPDATE usage_days SET calls = 70 WHERE cut = 'models'")
    await books.fetch("UPDATE usage_days SET calls = 80 WHERE cut = 'callers'")
    assert (await told(pool, "model"), await told(pool, "credential")) == ((70, 500), (80, 500))


async def test_what_comes_late_is_in_no_report(hot: Hot, pool: Database, desk: Desk, books: Books) -> None:
    """A call of a day that was summed is settled, another is swept and corrected; and the day is summed again."""
    late, cut_off = call(at(OLD)), call(at(OLD, 13))
    await desk.used(call(at(OLD)))
    await desk.admit(late, cut_off)
    await run(hot, pool)
    assert (await told(pool), await told(pool, "member")) == ((1, 500), (1, 500))
    for step, expected in (
        (desk.settle(late), (2, 1000)),
        (desk.sweep(cut_off), (3, 1090)),
        (desk.correct(cut_off), (3, 1500)),
    ):
        await step
        assert await days_of(books, "usage_days_stale") == {OLD}
        assert (await told(pool), await told(pool, "member")) == (expected, expected)
        await books.assert_laws()
        await run(hot, pool)
        assert await days_of(books, "usage_days_stale") == set()
        assert (await told(pool), await told(pool, "member")) == (expected, expected)
        await books.assert_laws()
    await books.assert_at_rest()


async def test_what_is_written_while_a_day_is_summed_is_missed(
    hot: Hot, pool: Database, database: str, desk: Desk, books: Books
) -> None:
    await desk.used(call(at(OLD)))
    writer = await asyncpg.connect(database)
    try:
        async with writer.transaction():
            await writer.execute("UPDATE usage_quarters SET calls = calls + 1, told_calls = told_calls + 1")
            await run(hot, pool)
            assert await told(pool) == (1, 500)
    finally:
        await writer.close()
    assert await days_of(books, "usage_days_stale") == {OLD}
    assert await told(pool) == (2, 500)


async def test_what_is_taken_away_stays_in_reports(hot: Hot, pool: Database, desk: Desk, books: Books) -> None:
    await desk.used(call(at(OLD)))
    await run(hot, pool)
    await books.fetch("UPDATE usage_quarters SET quarter = quarter - interval '1 day'")
    assert await days_of(books, "usage_days_stale") == {OLD, OLD - timedelta(days=1)}
    await run(hot, pool)
    assert await told(pool) == (1, 500)
    await books.fetch("DELETE FROM usage_quarters")
    assert await told(pool) == (0, 0)


async def test_what_comes_late_is_in_no_month(hot: Hot, pool: Database, desk: Desk, books: Books) -> None:
    """In the middle of a month of summed days, and on its last day, which is in no month's sums."""
    month = (TODAY.replace(day=1) - timedelta(days=45)).replace(day=1)
    first, after = middle_of(month)
    within, last, late = call(at(first + timedelta(days=9))), call(at(after)), call(at(first + timedelta(days=20)))
    await desk.used(call(at(month)), within, last)
    await desk.admit(late)
    await run_until_done(hot, pool)
    in_months = "SELECT cut, begins, sum(calls) AS calls FROM usage_days WHERE cut LIKE '%month' GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 2"
    assert [(row["cut"], row["begins"], row["calls"]) for row in await books.fetch(in_months)] == [
        ("callers_month", at(first, 0), 1), ("models_month", at(first, 0), 1),
    ]  # fmt: skip
    await books.assert_laws()
    since = at(month, 0)
    assert (await told(pool, since=since), await told(pool, "member", since=since)) == ((3, 1500), (3, 1500))
    await books.fetch("UPDATE usage_days SET calls = 70 WHERE cut LIKE '%month'")
    assert (await told(pool, since=since), await told(pool, "member", since=since)) == ((72, 1500), (72, 1500))
    await desk.settle(late)
    assert (await told(pool, since=since), await told(pool, "member", since=since)) == ((4, 2000), (4, 2000))
    await run_until_done(hot, pool)
    assert (await told(pool, since=since), await told(pool, "member", since=since)) == ((4, 2000), (4, 2000))
    assert [row["calls"] for row in await books.fetch(in_months)] == [2, 2]
    await books.assert_at_rest()


async def test_a_month_is_summed_out_of_a_day_that_was_summed_again(
    hot: Hot, pool: Database, desk: Desk, books: Books
) -> None:
    month = (TODAY.replace(day=1) - timedelta(days=45)).replace(day=1)
    day = middle_of(month)[0]
    late = call(at(day))
    await desk.used(call(at(month)), call(at(day)))
    await desk.admit(late)
    await run_until_done(hot, pool)
    await desk.settle(late)
    with pytest.raises(StoreUnavailable):
        await _while_another_sums_up(pool, day, lambda tx: store_days.sum_up_month(tx, month))
    assert await told(pool, since=at(month, 0)) == (3, 1500)
    await books.assert_at_rest()


async def test_two_who_sum_up_a_day_count_it_twice(pool: Database, desk: Desk, books: Books) -> None:
    await desk.used(call(at(OLD)))
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await _while_another_sums_up(pool, OLD, lambda tx: store_days.sum_up(tx, OLD))
    await books.assert_laws()
    assert await told(pool) == (1, 500)


async def test_days_of_years_keep_other_jobs_waiting(hot: Hot, pool: Database, desk: Desk, books: Books) -> None:
    first = TODAY - timedelta(days=20)
    await desk.used(call(at(first)))
    await run(hot, pool)
    assert len(await days_of(books, "usage_days_ready")) == DAYS_AT_ONCE
    assert first not in await days_of(books, "usage_days_ready")
    await run_until_done(hot, pool)
    assert first in await days_of(books, "usage_days_ready")
    await books.assert_at_rest()


async def test_a_call_of_today_pays_for_the_days(desk: Desk, books: Books) -> None:
    await desk.used(call(datetime.now(UTC)), call(datetime.now(UTC) - timedelta(hours=29)))
    assert await days_of(books, "usage_days_stale") == set()


async def _while_another_sums_up(pool: Database, day: date, what: Callable[[Tx], Awaitable[None]]) -> None:
    async with pool.transaction(repeatable_read=True) as tx:
        # Its look at the ledger begins here.
        await tx.execute(text("SELECT 1"))
        async with pool.transaction(repeatable_read=True) as another:
            await store_days.sum_up(another, day)
        await what(tx)
