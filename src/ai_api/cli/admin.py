"""`ai-api admin`: owners, passwords and access tokens, for whoever can open a shell on the machine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from ai_api import identity, setup
from ai_api.audit import Actor
from ai_api.cli.run import refusing
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database
from ai_api.identity import ACCESS_TOKEN_DAYS_DEFAULT, AccessToken, Member, Passwords
from ai_api.settings import load_settings

T = TypeVar("T")

app = typer.Typer(name="admin", help="Owners, passwords and access tokens.", no_args_is_help=True)

ACTOR = Actor(kind="cli", member_id=None, name="ai-api admin", address=None, request_id=None)


async def create_admin(
    database: Database,
    *,
    identifier: str,
    display_name: str,
    password: str,
    now: datetime,
    only_if_first: bool = False,
) -> Member:
    """An owner with a password, as a rule whether or not there are others. Raises what `setup.create_first_owner` raises."""
    return await setup.create_first_owner(
        database,
        Passwords(),
        ACTOR,
        identifier=identifier,
        display_name=display_name,
        password=password,
        now=now,
        only_if_first=only_if_first,
    )


async def has_owner(database: Database) -> bool:
    """Whether there is an owner already."""
    async with database.transaction() as tx:
        return await identity.has_owner(tx)


async def reset_password(database: Database, *, identifier: str, password: str, now: datetime) -> None:
    """Gives a person another password: they are signed out everywhere, links to come in by end, and attempts so far do not keep
    them waiting.

    Raises Refusal `member_not_found`, `service_password`, `bad_password`, `common_password`.
    """
    password_hash = await Passwords().hash(password, identifier=identifier)
    async with database.transaction() as tx:
        await setup.reset_password(tx, ACTOR, identifier, password_hash=password_hash, now=now)


async def make_access_token(
    database: Database, *, identifier: str, name: str, days: int | None, now: datetime
) -> tuple[AccessToken, str]:
    """A new access token of a member, for `days` (None is never), and its secret.

    Raises Refusal `member_not_found`, `member_disabled`, `bad_name`, `too_many_access_tokens`.
    """
    async with database.transaction() as tx:
        member = await identity.find_member(tx, identifier)
        expires_at = identity.expiry_of(days=days, now=now)
        return await identity.issue_access_token(tx, ACTOR, member.id, name=name, expires_at=expires_at, now=now)


async def make_set_up_link(database: Database, *, public_url: str, now: datetime) -> tuple[datetime, str]:
    """When a new set-up link ends, and its address. An earlier one ends now. Raises Refusal `owner_exists`."""
    async with database.transaction() as tx:
        link, url = await setup.make_set_up_link(tx, ACTOR, public_url=public_url, now=now)
    return link.expires_at, url


async def read_portal_networks(database: Database) -> list[str] | None:
    """The networks the portal may be used from; None is from anywhere."""
    async with database.transaction() as tx:
        networks = await setup.portal_networks(tx)
    return None if networks is None else [str(each) for each in networks]


async def clear_portal_networks(database: Database, *, now: datetime) -> None:
    """Lets the portal be used from anywhere again."""
    async with database.transaction() as tx:
        await setup.clear_portal_networks(tx, ACTOR, now=now)


Identifier = Annotated[str, typer.Option("--identifier", help="Who, such as an e-mail address.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of making one up.")
]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help="Read the password from the first line of this file.")
]


@app.command("create")
def create_command(
    identifier: Identifier,
    display_name: Annotated[str, typer.Option("--display-name", help="What people call them.")],
    password_stdin: PasswordStdin = False,
    password_file: PasswordFile = None,
    if_none: Annotated[
        bool, typer.Option("--if-none", help="Change nothing, and exit 0, where there is an owner already.")
    ] = False,
) -> None:
    """Create an owner."""
    if password_stdin and password_file is not None:
        raise typer.BadParameter("Give --password-stdin or --password-file, not both.")
    with refusing():
        # Looked at first: a password that has been taken away since, or is no longer good enough, is nobody's concern then.
        if if_none and _run(lambda database, _now: has_owner(database)):
            typer.echo("There is an owner already.", err=True)
            return
        password = _password_in(password_file) if password_file else _password(from_stdin=password_stdin)
        member = _run(
            lambda database, now: create_admin(
                database,
                identifier=identifier,
                display_name=display_name,
                password=password,
                now=now,
                only_if_first=if_none,
            )
        )
        typer.echo(f"{member.identifier} is an owner now.", err=True)
        _tell(password, made_up=not (password_stdin or password_file))


@app.command("link")
def link_command() -> None:
    """Print a link by which whoever follows it becomes the first owner, once, within 24 hours."""
    with refusing():
        settings = load_settings()
        here = settings.public_url or f"http://127.0.0.1:{settings.listen.port}"
        expires_at, url = _run(lambda database, now: make_set_up_link(database, public_url=here, now=now))
        typer.echo(f"Good once, until {expires_at.isoformat(timespec='seconds')}. It is shown only now:", err=True)
        typer.echo(url)


@app.command("reset-password")
def reset_password_command(identifier: Identifier, password_stdin: PasswordStdin = False) -> None:
    """Give a person another password, and sign them out everywhere."""
    with refusing():
        password = _password(from_stdin=password_stdin)
        _run(lambda database, now: reset_password(database, identifier=identifier, password=password, now=now))
        typer.echo(f"{identifier} has another password now.", err=True)
        _tell(password, made_up=not password_stdin)


@app.command("access-token")
def access_token_command(
    identifier: Identifier,
    name: Annotated[str, typer.Option("--name", help="What the token is called.")],
    days: Annotated[int | None, typer.Option("--days", min=1, max=36_500, help="How long it lives.")] = None,
    never: Annotated[bool, typer.Option("--never", help="It does not expire.")] = False,
) -> None:
    """Make a personal access token of a member and print its secret, once."""
    if never and days is not None:
        raise typer.BadParameter("Give --days or --never, not both.")
    life_days = None if never else days or ACCESS_TOKEN_DAYS_DEFAULT
    with refusing():
        token, secret = _run(
            lambda database, now: make_access_token(database, identifier=identifier, name=name, days=life_days, now=now)
        )
        until = (
            "never expires" if token.expires_at is None else f"expires {token.expires_at.isoformat(timespec='seconds')}"
        )
        typer.echo(f"{token.display} of {identifier}, {until}. The secret is shown only now:", err=True)
        typer.echo(secret)


@app.command("networks")
def networks_command(
    clear: Annotated[bool, typer.Option("--clear", help="Let the portal be used from anywhere again.")] = False,
) -> None:
    """Print the networks the portal may be used from, one a line, or clear them."""
    with refusing():
        if clear:
            _run(lambda database, now: clear_portal_networks(database, now=now))
        networks = _run(lambda database, _now: read_portal_networks(database))
        if networks is None:
            typer.echo("The portal may be used from anywhere.", err=True)
        for network in networks or ():
            typer.echo(network)


def _password(*, from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else identity.generate_password()


def _password_in(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter("--password-file: the file cannot be read.") from None


def _tell(password: str, *, made_up: bool) -> None:
    """The password alone on standard output, so that a script can take it; nothing when the caller knows it."""
    if made_up:
        typer.echo("The password is shown only now:", err=True)
        typer.echo(password)


def _run(work: Callable[[Database, datetime], Coroutine[Any, Any, T]]) -> T:
    """What `work` gives with the configured database. Raises SettingsRefused and what `work` raises."""
    settings = load_settings()

    async def run() -> T:
        database = Database(settings.database_url.get_secret_value(), pool_size=1)
        try:
            return await work(database, SystemClock().now())
        finally:
            await database.close()

    return asyncio.run(run())
