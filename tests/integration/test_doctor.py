"""`ai-api doctor`: each thing that is wrong is said with its repair, and nothing is said to be wrong that is not."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from ai_api import setup
from ai_api.cli import _app as app
from ai_api.core.db import Database

pytestmark = pytest.mark.integration


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command against this test's database, or another."""
    monkeypatch.setenv("AI_API_ENCRYPTION_KEYS", "k1:" + base64.b64encode(bytes(range(32))).decode())

    def examine(dsn: str = database) -> Result:
        monkeypatch.setenv("AI_API_DATABASE_URL", dsn)
        return CliRunner().invoke(app, ["doctor"])

    return examine


def change(dsn: str, statement: str) -> None:
    async def write() -> None:
        database = Database(dsn, pool_size=1)
        try:
            async with database.transaction() as tx:
                await tx.execute(text(statement))
        finally:
            await database.close()

    asyncio.run(write())


def verdicts(told: Result) -> dict[str, str]:
    return {check: verdict for verdict, check, *_ in map(str.split, told.stdout.splitlines())}


WELL = {"database": "ok", "clock": "ok", "schema": "ok", "roles": "advice", "owner": "advice"}


def test_what_is_missing_has_no_name_or_no_repair(run: Callable[..., Result], database: str) -> None:
    told = run()
    assert (told.exit_code, verdicts(told)) == (0, WELL)
    assert "serve as another role, named by AI_API_DATABASE_APP_ROLE." in told.stdout
    assert "Run `ai-api admin link`" in told.stdout
    change(database, "ALTER TABLE audit_events DISABLE TRIGGER USER")
    assert "is switched off or missing: enable it." in run().stdout


def test_a_schema_that_cannot_be_used_is_well(run: Callable[..., Result], database: str) -> None:
    change(database, "UPDATE schema_state SET revision = '0001'")
    told = run()
    assert (told.exit_code, verdicts(told)["schema"]) == (1, "wrong")
    assert "Run `ai-api migrate`." in told.stdout
    change(database, "UPDATE schema_state SET revision = '9999', readable_from = '9999'")
    assert "Use a newer build" in run().stdout


def test_a_clock_that_is_off_is_well(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = setup.now_of_database

    async def ahead(tx):
        return await asked(tx) + timedelta(seconds=3)

    monkeypatch.setattr(setup, "now_of_database", ahead)
    told = run()
    assert (told.exit_code, verdicts(told)["clock"]) == (1, "wrong")
    assert "replicas here are not ready" in told.stdout


def test_a_database_that_is_away_is_a_traceback(run: Callable[..., Result]) -> None:
    told = run("postgresql://nobody:nothing-secret@127.0.0.1:1/none")
    assert (told.exit_code, verdicts(told)) == (1, {"database": "wrong"})
    assert "nothing-secret" not in told.output
