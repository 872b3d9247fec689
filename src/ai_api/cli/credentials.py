"""`ai-api credentials`: issuing and revoking members' application keys from the machine itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer

from ai_api import credentials, identity
from ai_api.audit import Actor
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database
from ai_api.core.errors import Refusal
from ai_api.credentials import Credential, Issued, Order
from ai_api.quotas import Terms
from ai_api.settings import Settings, SettingsRefused, load_settings

T = TypeVar("T")

app = typer.Typer(name="credentials", help="Issue and revoke members' application keys.", no_args_is_help=True)

_ACTOR = Actor(kind="cli", member_id=None, name="ai-api credentials", address=None, request_id=None)


async def issue_credential(
    database: Database,
    *,
    identifier: str,
    name: str,
    prefix: str,
    expires_at: datetime | None,
    now: datetime,
    limits: Sequence[Terms] = (),
) -> Issued:
    """A credential under `limits` for all allocations of the member called `identifier`; `expires_at` None is never.

    Raises Refusal `member_not_found` and what `credentials.issue` raises, StoreUnavailable.
    """
    async with database.transaction() as tx:
        member = await identity.find_member(tx, identifier)
        order = Order(member_id=member.id, name=name, prefix=prefix, expires_at=expires_at, limits=limits)
        return await credentials.issue(tx, _ACTOR, order, at=now)


async def revoke_credential(database: Database, *, public_id: str, now: datetime) -> Credential:
    """The credential with this public id, revoked for good.

    Raises Refusal `credential_not_found`, `credential_revoked`, StoreUnavailable.
    """
    async with database.transaction() as tx:
        found = await credentials.find_public(tx, public_id)
        return await credentials.revoke(tx, _ACTOR, found.id, reason="revoked on the command line", at=now)


@app.command("issue")
def issue(
    member: Annotated[str, typer.Option("--member", help="The member's identifier.")],
    name: Annotated[str, typer.Option("--name", help="What the key is called.")],
    days: Annotated[int | None, typer.Option("--days", min=1, max=36_500, help="How long it lives.")] = None,
    never: Annotated[bool, typer.Option("--never", help="It does not expire.")] = False,
) -> None:
    """Issue a credential for all of a member's allocations and print its secret, once."""
    if never and days is not None:
        raise typer.BadParameter("Give --days or --never, not both.")
    settings, now = _settings(), SystemClock().now()
    life_days = days if days is not None else settings.credentials.ttl_days
    expires_at = None if never or life_days is None else now + timedelta(days=life_days)
    issued = _run(
        settings,
        lambda database: issue_credential(
            database,
            identifier=member,
            name=name,
            prefix=settings.credentials.prefix,
            expires_at=expires_at,
            now=now,
            limits=[Terms(*each) for each in settings.credential_limits],
        ),
    )
    # The secret alone on standard output, so that a script can take it; what it belongs to beside it.
    until = "never expires" if expires_at is None else f"expires {expires_at.isoformat(timespec='seconds')}"
    typer.echo(f"{issued.credential.public_id} of {member}, {until}. The secret is shown only now:", err=True)
    typer.echo(issued.secret)


@app.command("revoke")
def revoke(public_id: Annotated[str, typer.Argument(help="The credential's public id, cred_…")]) -> None:
    """Revoke a credential for good; open calls of it end within a second."""
    settings, now = _settings(), SystemClock().now()
    revoked = _run(settings, lambda database: revoke_credential(database, public_id=public_id, now=now))
    typer.echo(f"{revoked.public_id} ({revoked.name}) is revoked.")


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsRefused as refused:
        typer.echo("\n".join(refused.lines), err=True)
        raise typer.Exit(2) from None


def _run(settings: Settings, work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """What `work` gives, with the configured database; a refusal is printed and ends the program with 1."""

    async def run() -> T:
        database = Database(settings.database_url.get_secret_value(), pool_size=1)
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Refusal as refusal:
        typer.echo(f"{refusal.message} ({refusal.code})", err=True)
        raise typer.Exit(1) from None
