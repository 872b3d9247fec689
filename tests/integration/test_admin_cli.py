"""`ai-api admin`: the secret alone on standard output, refusals in words, every write in the audit trail."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import argon2
import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from ai_api import identity, sign_in
from ai_api.audit import Actor
from ai_api.cli.admin import app
from ai_api.core.db import Database
from ai_api.core.errors import Refusal
from ai_api.identity import Passwords
from ai_api.setup import create_first_owner

pytestmark = pytest.mark.integration
SYSTEM = Actor(kind="system", member_id=None, name="first run", address=None, request_id=None)


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("AI_API_DATABASE_URL", database)
    monkeypatch.setenv("AI_API_ENCRYPTION_KEYS", "k1:" + base64.b64encode(bytes(range(32))).decode())
    return lambda *arguments, **more: CliRunner().invoke(app, list(arguments), **more)


def rows(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    async def read() -> list[tuple[Any, ...]]:
        database = Database(dsn, pool_size=1)
        try:
            async with database.transaction() as tx:
                return [tuple(row) for row in await tx.execute(text(statement))]
        finally:
            await database.close()

    return asyncio.run(read())


def test_an_owner_is_made_with_a_password_that_is_printed_once(run: Callable[..., Result], database: str) -> None:
    made = run("create", "--identifier", "ada@example.test", "--display-name", "Ada")
    assert made.exit_code == 0, made.output
    password = made.stdout.strip()
    assert len(password) == 24
    ((role, kind, stored),) = rows(database, "SELECT role, kind, password_hash FROM members")
    assert (role, kind) == ("owner", "person")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert argon2.PasswordHasher().verify(stored, password)
    ((actor, action, after),) = rows(database, "SELECT actor_kind, action, after::text FROM audit_events")
    assert (actor, action) == ("cli", "member.create")
    assert password not in after
    assert "argon2" not in after
    assert run("create", "--identifier", "bob", "--display-name", "Bob").exit_code == 0


def test_a_given_password_is_not_printed(run: Callable[..., Result], database: str) -> None:
    given = "correct horse battery"
    made = run("create", "--identifier", "ada", "--display-name", "A", "--password-stdin", input=f"{given}\n")
    assert (made.exit_code, made.stdout) == (0, "")
    again = run("reset-password", "--identifier", "ADA", "--password-stdin", input="another horse battery\r\n")
    assert (again.exit_code, again.stdout) == (0, "")
    ((stored,),) = rows(database, "SELECT password_hash FROM members")
    assert argon2.PasswordHasher().verify(stored, "another horse battery")
    actions = rows(database, "SELECT action FROM audit_events ORDER BY id")
    assert sorted(actions) == [("member.create",), ("member.reset_password",)]


def test_a_job_that_makes_the_first_owner_makes_a_second_one_or_fails_when_there_is_one(
    run: Callable[..., Result], database: str, tmp_path: Path
) -> None:
    """What the chart runs after every install and upgrade: the image has no shell that could give a file on standard input."""
    (file := tmp_path / "password").write_text("correct horse battery\n")
    words = ("create", "--if-none", "--identifier", "ada", "--display-name", "Ada", "--password-file")
    made = run(*words, str(file))
    assert (made.exit_code, made.stdout) == (0, ""), made.output
    again = run(*words, str(tmp_path / "gone"))
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "There is an owner already.\n")
    ((stored,),) = rows(database, "SELECT password_hash FROM members")
    assert argon2.PasswordHasher().verify(stored, "correct horse battery")


def test_a_password_file_that_is_not_there_makes_an_owner_without_one(
    run: Callable[..., Result], database: str, tmp_path: Path
) -> None:
    words = ("create", "--identifier", "ada", "--display-name", "Ada", "--password-file", str(tmp_path / "gone"))
    assert "cannot be read" in run(*words).stderr
    assert "not both" in run(*words, "--password-stdin").stderr
    assert rows(database, "SELECT 1 FROM members") == []


def test_whoever_knew_the_password_before_stays_signed_in(run: Callable[..., Result], database: str) -> None:
    run("create", "--identifier", "ada", "--display-name", "A")
    (member_id,) = rows(database, "SELECT id FROM members")[0]

    async def browse() -> None:
        opened, now = Database(database, pool_size=1), datetime.now(UTC)
        terms = sign_in.SessionTerms()
        async with opened.transaction() as tx:
            await sign_in.open_session(
                tx, member_id, method="password", address=None, user_agent="", terms=terms, now=now
            )
        await opened.close()

    asyncio.run(browse())
    assert len(run("reset-password", "--identifier", "ADA").stdout.strip()) == 24
    assert rows(database, "SELECT count(*) FROM sessions WHERE ended_at IS NULL") == [(0,)]


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "x" * 1025])
def test_a_weak_password_is_refused_and_nothing_is_made(
    run: Callable[..., Result], database: str, password: str
) -> None:
    made = run("create", "--identifier", "ada", "--display-name", "A", "--password-stdin", input=password + "\n")
    assert made.exit_code == 2
    assert "A password has 12 to" in made.stderr
    assert rows(database, "SELECT 1 FROM members") == []


@pytest.mark.parametrize(
    ("options", "life"),
    [((), timedelta(days=90)), (("--days", "7"), timedelta(days=7)), (("--never",), None)],
    ids=["default", "days", "never"],
)
def test_an_access_token_is_printed_once(
    run: Callable[..., Result], database: str, options: tuple[str, ...], life: Any
) -> None:
    run("create", "--identifier", "ada", "--display-name", "A")
    made = run("access-token", "--identifier", "Ada", "--name", "ci", *options)
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert secret not in made.stderr
    ((name, display, expires_at),) = rows(database, "SELECT name, display, expires_at FROM access_tokens")
    assert (name, display) == ("ci", f"{secret[:16]}…{secret[-4:]}")
    if life is None:
        assert expires_at is None
    else:
        assert abs(expires_at - datetime.now(UTC) - life) < timedelta(minutes=5)


def test_what_cannot_be_is_refused_in_words(run: Callable[..., Result]) -> None:
    for arguments in (
        ("access-token", "--identifier", "nobody", "--name", "x"),
        ("reset-password", "--identifier", "nobody"),
    ):
        refused = run(*arguments)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "There is no such member." in refused.stderr
        assert "Traceback" not in refused.stderr
    assert run("access-token", "--identifier", "a", "--name", "x", "--days", "1", "--never").exit_code == 2
    assert run("access-token", "--identifier", "a", "--name", "x", "--days", "0").exit_code == 2


async def test_of_two_first_owners_one_is_made(database: str) -> None:
    house = Database(database)
    passwords = Passwords()

    async def first(name: str) -> str:
        try:
            member = await create_first_owner(
                house, passwords, SYSTEM, identifier=name, display_name=name,
                password=identity.generate_password(), now=datetime.now(UTC),
            )  # fmt: skip
        except Refusal as refusal:
            return refusal.code
        return member.role

    try:
        assert sorted(await asyncio.gather(first("a"), first("b"), first("c"))) == [
            "owner",
            "owner_exists",
            "owner_exists",
        ]
    finally:
        await house.close()


def test_a_link_for_the_first_owner_is_printed_alone_until_there_is_one(
    run: Callable[..., Result], database: str
) -> None:
    printed = run("link")
    assert (printed.exit_code, printed.stdout.count("\n")) == (0, 1), printed.output
    assert printed.stdout.startswith("http://127.0.0.1:8080/app/set-up#aiapi_lnk_")
    ((stored, kind),) = rows(database, "SELECT secret_hash, kind FROM invitations")
    assert (len(stored), kind) == (32, "set_up")
    ((after,),) = rows(database, "SELECT after::text FROM audit_events")
    assert "aiapi_lnk_" not in after
    assert run("create", "--identifier", "ada", "--display-name", "A").exit_code == 0
    refused = run("link")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "owner already" in refused.stderr


def test_whoever_has_a_shell_is_locked_out_of_the_portal(run: Callable[..., Result], database: str) -> None:
    """A way back in where the networks of the portal are no longer anybody's."""
    rows_of_settings = "SELECT value FROM settings WHERE name = 'portal_networks'"

    async def lock_out() -> None:
        house = Database(database, pool_size=1)
        try:
            async with house.transaction() as tx:
                statement = "INSERT INTO settings (name, value, updated_at) VALUES ('portal_networks', :value, now())"
                await tx.execute(text(statement), {"value": '["203.0.113.0/24"]'})
        finally:
            await house.close()

    asyncio.run(lock_out())
    assert run("networks").stdout.split() == ["203.0.113.0/24"]
    cleared = run("networks", "--clear")
    assert (cleared.exit_code, cleared.stdout) == (0, ""), cleared.output
    assert rows(database, rows_of_settings) == []
    ((actor, before),) = rows(database, "SELECT actor_kind, before->'portal_networks' FROM audit_events")
    assert (actor, before) == ("cli", ["203.0.113.0/24"])
