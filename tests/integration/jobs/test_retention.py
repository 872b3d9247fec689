"""Old months of the ledger are dropped: exactly those, only once they are proven, and the books go on being provable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from ai_api.audit import Actor
from ai_api.cli import _app as app
from ai_api.core.db import Database, Hot
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.core.ids import first_id_of
from ai_api.ledger.partitions import name_of
from ai_api.ledger.retention import drop, months_before, old_months
from tests.integration.jobs.conftest import Log
from tests.integration.jobs.desk import Account, Call, Desk, month_of
from tests.integration.jobs.test_prove_books import FIELDS, SUBJECT, Prover
from tests.support.books import Books
from tests.support.organization import KEYS_TEXT

ACTOR = Actor(kind="cli", member_id=None, name="test", address=None, request_id=None)
NOW = datetime.now(UTC)
MONTHS = [months_before(NOW, back) for back in range(5, -1, -1)]
"""The present one last."""
NAMES = [name_of(month) for month in MONTHS]
LIFETIME = Account("total_tokens", UUID(int=9))
USAGE_OF = (
    "SELECT sum(calls) AS calls, sum(billed_cost_nanos) AS cost, sum(list_cost_nanos) AS list_cost FROM usage_quarters"
)


@pytest_asyncio.fixture
async def owner(database: str) -> AsyncIterator[Database]:
    pool = Database(database, pool_size=2)
    yield pool
    await pool.close()


@pytest.fixture
def prover(hot: Hot, log: Any) -> Prover:
    return Prover(hot, log)


def call(at: datetime, **fields: Any) -> Call:
    counted = [Account("cost", SUBJECT, month_of(at)), LIFETIME, Account("requests", SUBJECT, window_s=3600)]
    return Call(counted, at, fields=FIELDS | fields)


async def fill(hot: Hot, desk: Desk) -> None:
    """Half a year: three calls a month, one of them in the first and one in the last instant of its month."""
    for month in MONTHS:
        upper = months_before(month, -1)
        await hot.fetch(
            "SELECT make_ledger_partition($1, $2, $3)", name_of(month), first_id_of(month), first_id_of(upper)
        )
        last = min(upper, datetime.now(UTC)) - timedelta(milliseconds=1)
        await desk.used(*(call(at) for at in (month, month + (last - month) / 2, last)))


async def partitions(hot: Hot) -> list[str]:
    rows = await hot.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'call_records'::regclass"
    )
    return sorted(row["name"] for row in rows if row["name"] != "call_records_default")


async def retained(owner: Database, months: int, now: datetime = NOW) -> list[str]:
    found = await old_months(owner, months=months, now=now)
    for old in found:
        await drop(owner, ACTOR, old)
    return [old.partition for old in found]


async def test_records_go_that_are_to_be_kept(
    hot: Hot, desk: Desk, owner: Database, prover: Prover, books: Books
) -> None:
    await fill(hot, desk)
    assert await prover.laps(2) == {}
    before = [dict(row) for row in await hot.fetch(USAGE_OF)]
    assert await retained(owner, 4) == NAMES[:1]
    assert await partitions(hot) == NAMES[1:]
    assert await retained(owner, 2) == NAMES[1:3]
    assert await retained(owner, 2) == []
    # Two whole months, and the present one.
    assert await partitions(hot) == NAMES[3:]
    assert len(await books.records()) == 9
    assert [dict(row) for row in await hot.fetch(USAGE_OF)] == before
    dropped = await hot.fetch("SELECT month, records FROM dropped_months ORDER BY month")
    assert [(row["month"], row["records"]) for row in dropped] == [(month, 3) for month in MONTHS[:3]]
    events = await hot.fetch("SELECT action, before::text AS said FROM audit_events")
    assert {event["action"] for event in events} == {"call_records.drop"}
    assert min(event["said"] for event in events) == f'{{"month": "{MONTHS[0]:%Y-%m}", "records": 3}}'


@pytest.mark.parametrize("day", [1, 28])
@pytest.mark.parametrize("months", [2, 3, 13])
def test_the_present_month_goes(day: int, months: int) -> None:
    for month in range(1, 13):
        now = datetime(2026, month, day, 23, 59, 59, tzinfo=UTC)
        first_kept = months_before(now, months)
        assert first_kept < datetime(2026, month, 1, tzinfo=UTC) - timedelta(days=58)
        assert (now.year * 12 + now.month) - (first_kept.year * 12 + first_kept.month) == months


async def test_fewer_months_are_kept_than_the_books_need(owner: Database) -> None:
    with pytest.raises(Refusal) as refused:
        await old_months(owner, months=1, now=NOW)
    assert refused.value.code == "months_too_few"


async def test_books_cannot_be_proven_any_more(hot: Hot, desk: Desk, owner: Database, prover: Prover) -> None:
    """A lifetime's account outlives its records: by what is remembered, by counting again, and when all begins anew."""
    await fill(hot, desk)
    assert await prover.laps(2) == {}
    assert await retained(owner, 2) == NAMES[:3]
    assert await prover.laps(2) == {}
    # What is remembered is lost or wrong: the records that are left are counted again, with what the others had booked.
    await hot.fetch("UPDATE proof_sums SET amount = amount + 7 WHERE account_id = $1", LIFETIME.id)
    assert await prover.laps(3) == {}
    # As docs/runbooks/unexplained-amount.md has all of them summed again.
    await hot.fetch("TRUNCATE proof_sums, proof_open")
    await hot.fetch("DELETE FROM proof_marks")
    assert await prover.laps(3) == {}
    # And still nothing is overlooked.
    await hot.fetch("UPDATE quota_accounts SET settled = settled + 5 WHERE id = $1", LIFETIME.id)
    assert await prover.laps(3) == {"settled": 5}


async def test_records_go_before_the_books_are_proven_with_them(
    hot: Hot, desk: Desk, owner: Database, prover: Prover
) -> None:
    await fill(hot, desk)
    for _ in range(2):
        with pytest.raises(Refusal, match="the worker has not proven the books") as refused:
            await retained(owner, 2)
        assert refused.value.code == "books_not_proven"
    await prover.laps(2)
    await hot.fetch("UPDATE quota_accounts SET settled = settled + 5 WHERE id = $1", LIFETIME.id)
    await prover.laps(3)
    with pytest.raises(Refusal, match="an amount in the books is unexplained"):
        await retained(owner, 2)
    await hot.fetch("UPDATE quota_accounts SET settled = settled - 5 WHERE id = $1", LIFETIME.id)
    await prover.laps(2)
    parked = call(NOW)
    await desk.admit(parked)
    await desk.park(parked)
    with pytest.raises(Refusal, match="1 calls are not settled for good"):
        await retained(owner, 2)
    assert await partitions(hot) == NAMES


async def test_reports_lose_what_only_records_told(hot: Hot, desk: Desk, owner: Database, prover: Prover) -> None:
    """Calls of one quarter whose tags differ: their list cost stays exact, and they count for the tags that most of them had."""
    await fill(hot, desk)
    at, one, other = MONTHS[0] + timedelta(days=3), str(uuid4()), str(uuid4())
    many = [call(at + timedelta(seconds=n), tags=[one] if n % 3 else [other], model="b/c") for n in range(6)]
    for each in many:
        await desk.used(each)
    await prover.laps(2)
    row = "SELECT is_told, calls, list_cost_nanos, tags::text FROM usage_quarters WHERE model = 'b/c'"
    assert not (await hot.fetch(row))[0]["is_told"]
    before = [dict(found) for found in await hot.fetch(USAGE_OF)]
    await retained(owner, 2)
    assert [dict(found) for found in await hot.fetch(row)] == [
        {"is_told": True, "calls": 6, "list_cost_nanos": 3_000, "tags": f'["{one}"]'}
    ]
    assert [dict(found) for found in await hot.fetch(USAGE_OF)] == before


async def test_a_drop_waits_behind_a_long_report_and_calls_wait_behind_the_drop(
    hot: Hot, desk: Desk, owner: Database, prover: Prover
) -> None:
    await fill(hot, desk)
    await prover.laps(2)
    async with hot.reserved() as reader:
        await reader.execute("BEGIN; SELECT count(*) FROM call_records")
        loop = asyncio.get_running_loop()
        began = loop.time()
        dropping = asyncio.create_task(retained(owner, 2))
        await asyncio.sleep(0.5)
        await desk.used(call(datetime.now(UTC)))
        assert loop.time() - began < 3.5
        with pytest.raises(StoreUnavailable):
            await dropping
        await reader.execute("ROLLBACK")
    assert await partitions(hot) == NAMES
    assert await hot.fetch("SELECT 1 FROM dropped_months UNION ALL SELECT 1 FROM dropped_bookings") == []
    assert await hot.fetch("SELECT 1 FROM audit_events") == []
    assert await retained(owner, 2) == NAMES[:3]
    assert await prover.laps(2) == {}


async def test_the_application_drops_records(
    hot: Hot, desk: Desk, owner: Database, prover: Prover, postgres_server: Any, database: str
) -> None:
    await fill(hot, desk)
    await prover.laps(2)
    role = f"app_{uuid4().hex[:12]}"
    postgres_server.execute(f"CREATE ROLE {role} LOGIN")
    try:
        (old, *_) = await old_months(owner, months=2, now=NOW)
        # As `ai-api migrate` leaves it: without a right to a partition by its own name.
        await hot.fetch(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
        await hot.fetch(f"REVOKE ALL ON {', '.join(NAMES)} FROM {role}")
        theirs = Database(database.replace("ai_api@", f"{role}@", 1), pool_size=1)
        try:
            for asked in (old_months(theirs, months=2, now=NOW), drop(theirs, ACTOR, old)):
                with pytest.raises(Refusal) as refused:
                    await asked
                assert refused.value.code == "not_the_owner"
        finally:
            await theirs.close()
        assert await partitions(hot) == NAMES
    finally:
        await hot.fetch(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        postgres_server.execute(f"DROP ROLE {role}")


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("AI_API_DATABASE_URL", database)
    monkeypatch.setenv("AI_API_ENCRYPTION_KEYS", KEYS_TEXT)
    return lambda *arguments: CliRunner().invoke(app, ["ledger", "retain", *arguments])


def prepared(dsn: str) -> list[str]:
    async def do() -> list[str]:
        hot = Hot(dsn, size=1)
        await hot.open()
        try:
            await fill(hot, Desk(hot))
            await Prover(hot, Log()).laps(2)
            return await partitions(hot)
        finally:
            await hot.close()

    return asyncio.run(do())


def test_a_dry_run_drops_or_the_setting_is_not_asked(
    run: Callable[..., Result], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "AI_API_RETENTION__CALL_RECORDS_MONTHS" in run().stderr
    prepared(database)
    left = "SELECT count(*) AS count FROM call_records"
    told = run("--months", "3", "--dry-run")
    assert (told.exit_code, [line.split(":")[0] for line in told.stdout.splitlines()[:2]]) == (0, NAMES[:2])
    assert "2 months would go." in told.stdout
    assert asyncio.run(Books(database).fetch(left))[0]["count"] == 18
    monkeypatch.setenv("AI_API_RETENTION__CALL_RECORDS_MONTHS", "3")
    done = run()
    assert (done.exit_code, "2 months are gone." in done.stdout) == (0, True), done.output
    assert asyncio.run(Books(database).fetch(left))[0]["count"] == 12
    assert "Nothing is that old." in run().stdout
