"""What the runbook tells people to type does what it says."""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from ai_api.core.ids import time_of
from tests.integration.jobs.test_prove_books import NOW, OFF, ONE, Prover, call, some_calls, tokens

ROOT = Path(__file__).parents[3]
BLOCKS = [
    part.partition("\n```")[0]
    for part in (ROOT / "docs/runbooks/unexplained-amount.md").read_text(encoding="utf-8").split("```sql\n")[1:]
]


def block(beginning: str, **values: str) -> str:
    """The one block that begins so, with its words in capitals replaced."""
    (found,) = (each for each in BLOCKS if each.startswith(beginning))
    for name, value in values.items():
        assert name in found
        found = found.replace(name, value)
    return found


@pytest.fixture
def prover(hot, log) -> Prover:
    return Prover(hot, log)


async def type_in(dsn: str, statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


async def test_the_runbook_mends_nothing(desk, prover, books, database):
    await some_calls(desk)
    account = str(tokens().id)
    await books.fetch("UPDATE quota_accounts SET settled = settled + 1, held = held - 7 WHERE id = $1", tokens().id)
    await books.fetch(OFF + ONE)
    await books.fetch("DELETE FROM usage_quarters WHERE quarter = (SELECT max(quarter) FROM usage_quarters)")
    found = await prover.laps(2)
    assert (found["held"], found["settled"]) == (7, 1)
    for line in prover.lines():
        if line["law"] == "quarters":
            await type_in(database, block("BEGIN;\nLOCK", QUARTER=line["quarter"]))
        else:
            mend = block("UPDATE", COLUMN=line["what"], AMOUNT=str(line["amount"]), ACCOUNT=line["account"])
            await type_in(database, mend)
    assert await prover.laps() == {}
    await books.assert_laws()
    await type_in(database, block("SELECT * FROM quota_accounts", ACCOUNT=account))
    await type_in(database, block("SELECT call_id, outcome", ACCOUNT=account))


async def test_sums_that_are_made_anew_miss_what_was_altered(desk, prover, books, database):
    await some_calls(desk)
    await prover.laps()
    statement = (
        "UPDATE call_records SET bookings = '[]' WHERE call_id = (SELECT min(call_id::text)::uuid FROM call_records)"
    )
    await books.fetch("ALTER TABLE call_records DISABLE TRIGGER only_added")
    await books.fetch(statement)
    assert await prover.laps(2) == {}
    await type_in(database, block("TRUNCATE"))
    # A request, its tokens and its cost; the request is of a bucket that counts or not, as the clock will have it.
    assert (await prover.laps(2))["settled"] in {620, 621}


async def test_quarters_before_there_were_roll_ups_alarm(desk, prover, books):
    """The migration begins the proof an hour after itself, where there are records already."""
    await some_calls(desk)
    await books.fetch("DELETE FROM usage_quarters")
    await books.fetch("DELETE FROM proof_marks")
    path = ROOT / "alembic/versions/0002_limits_tags_rollups.py"
    spec = importlib.util.spec_from_file_location("migration_0002", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (begin,) = (each for each in module.SCHEMA.split(";\n") if "INSERT INTO proof_marks" in each)
    await books.fetch(begin)
    marks = await books.fetch("SELECT name, up_to FROM proof_marks ORDER BY name")
    assert [row["name"] for row in marks] == ["quarters", "quarters_again"]
    begins = time_of(marks[0]["up_to"])
    assert begins.timestamp() % 900 == 0
    assert timedelta(minutes=45) <= begins - NOW <= timedelta(minutes=70)
    await desk.used(call())
    assert await prover.laps(2) == {}
