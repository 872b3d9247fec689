"""`ai-api credentials`: the secret alone on standard output, refusals in words, every write in the audit trail."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from ai_api import identity
from ai_api.cli.credentials import app
from ai_api.core.db import Database, Tx
from ai_api.credentials.secret import hash_of, looks_valid
from ai_api.identity import Draft
from tests.support.portal import CLI, OWNER_RIGHTS

pytestmark = pytest.mark.integration


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command against this test's database, with a member `ci@example.test` in it."""
    monkeypatch.setenv("AI_API_DATABASE_URL", database)
    monkeypatch.setenv("AI_API_ENCRYPTION_KEYS", "k1:" + base64.b64encode(bytes(range(32))).decode())
    monkeypatch.setenv("AI_API_CREDENTIALS__PREFIX", "acme-")

    async def member(tx: Tx) -> None:
        draft = Draft(identifier="ci@example.test", display_name="CI")
        await identity.create_member(tx, CLI, draft, by=OWNER_RIGHTS, now=datetime.now(UTC))

    asyncio.run(within(database, member))
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


async def within(dsn: str, work: Callable[[Tx], Awaitable[Any]]) -> Any:
    database = Database(dsn, pool_size=1)
    try:
        async with database.transaction() as tx:
            return await work(tx)
    finally:
        await database.close()


def rows(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    async def read(tx: Tx) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await tx.execute(text(statement))]

    found: list[tuple[Any, ...]] = asyncio.run(within(dsn, read))
    return found


@pytest.mark.parametrize(
    ("options", "life"),
    [((), timedelta(days=90)), (("--days", "7"), timedelta(days=7)), (("--never",), None)],
    ids=["default", "days", "never"],
)
def test_issue_prints_the_secret_alone_and_it_lives_as_asked(
    run: Callable[..., Result], database: str, options: tuple[str, ...], life: timedelta | None
) -> None:
    done = run("issue", "--member", "CI@example.test", "--name", "pipeline", *options)
    assert done.exit_code == 0, done.output
    secret = done.stdout.removesuffix("\n")
    assert secret.startswith("acme-")
    assert looks_valid(secret)
    kept = rows(database, "SELECT secret_hash, name, expires_at - created_at FROM credentials")
    assert kept == [(hash_of(secret), "pipeline", life)]
    noted = rows(database, "SELECT actor_kind, actor_name FROM audit_events WHERE action = 'credential.issue'")
    assert noted == [("cli", "ai-api credentials")]


def test_revoke_ends_a_credential_once(run: Callable[..., Result], database: str) -> None:
    assert run("issue", "--member", "ci@example.test", "--name", "a").exit_code == 0
    ((public_id,),) = rows(database, "SELECT public_id FROM credentials")
    done = run("revoke", public_id)
    assert (done.exit_code, done.stdout) == (0, f"{public_id} (a) is revoked.\n")
    assert rows(database, "SELECT revoked_at IS NOT NULL FROM credentials") == [(True,)]
    again = run("revoke", public_id)
    assert again.exit_code == 1
    assert "(credential_revoked)" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("issue", "--member", "nobody", "--name", "a"), 1, "(member_not_found)"),
        (("issue", "--member", "ci@example.test", "--name", ""), 1, "(bad_name)"),
        (("issue", "--member", "ci@example.test", "--name", "a", "--days", "1", "--never"), 2, "not both"),
        (("issue", "--member", "ci@example.test", "--name", "a", "--days", "0"), 2, "--days"),
        (("revoke", "cred_nothing"), 1, "(credential_not_found)"),
    ],
)
def test_a_refusal_is_told_in_words(
    run: Callable[..., Result], database: str, arguments: tuple[str, ...], status: int, said: str
) -> None:
    done = run(*arguments)
    assert done.exit_code == status
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert rows(database, "SELECT id FROM credentials") == []


def test_wrong_settings_are_named_without_their_value(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AI_API_DATABASE_URL", "mysql://root:hunter2@db")
    done = run("revoke", "cred_x")
    assert done.exit_code == 2
    assert "AI_API_DATABASE_URL" in done.stderr
    assert "hunter2" not in done.output
