"""The portal over a test database, and people to knock on its door."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from ai_api import identity, sign_in
from ai_api.audit import Actor
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database
from ai_api.core.egress import Egress
from ai_api.core.seal import KeyRing
from ai_api.identity import By, Draft, Member, Role
from ai_api.portal.browser import cookie_name
from ai_api.portal.house import House, PortalSettings, reports_database
from ai_api.portal.router import create_portal
from ai_api.sign_in import OidcProvider, Visit

CLI = Actor(kind="cli", member_id=None, name="test", address=None, request_id=None)
OWNER_RIGHTS = By(None, "owner")
PASSWORD = "turnip gravel ocean seventeen"


class MovableClock(SystemClock):
    """The system's clock, moved ahead by a test."""

    def move(self, by: timedelta) -> None:
        self.offset_ms += int(by.total_seconds() * 1000)


@dataclass(frozen=True)
class Caller:
    """A member with an access token and a client that sends it."""

    member: Member
    secret: str
    client: httpx.AsyncClient


@dataclass
class Portal:
    """The application, its house, and a way to make callers. Open one with `open_portal`."""

    app: FastAPI
    house: House
    clock: MovableClock
    _clients: list[httpx.AsyncClient] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def client(self, secret: str | None = None, *, address: str = "192.0.2.7") -> httpx.AsyncClient:
        """A client of the portal, signed with `secret` if there is one. Faults are answers, as in production."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 50_000))
        headers = {} if secret is None else {"authorization": f"Bearer {secret}"}
        client = httpx.AsyncClient(transport=transport, base_url="http://portal.test", headers=headers)
        self._clients.append(client)
        return client

    async def member(self, role: Role = "member", *, identifier: str | None = None, **fields: Any) -> Member:
        """A new member."""
        name = identifier or f"{role}{next(self._numbers)}@example.test"
        draft = Draft(identifier=name, display_name=fields.pop("display_name", name), role=role, **fields)
        async with self.house.database.transaction() as tx:
            return await identity.create_member(tx, CLI, draft, by=OWNER_RIGHTS, now=self.now())

    async def give_password(self, member: Member, password: str = PASSWORD) -> None:
        """Lets a member sign in by a password."""
        password_hash = await self.house.passwords.hash(password)
        async with self.house.database.transaction() as tx:
            await identity.set_password(tx, CLI, member.id, password_hash=password_hash, now=self.now())

    async def token(self, member: Member, *, expires_at: datetime | None = None) -> str:
        """A new access token of a member."""
        async with self.house.database.transaction() as tx:
            _, secret = await identity.issue_access_token(
                tx, CLI, member.id, name="test", expires_at=expires_at, now=self.now()
            )
        return secret

    async def caller(self, role: Role = "member", **fields: Any) -> Caller:
        """A new member who can call."""
        member = await self.member(role, **fields)
        secret = await self.token(member)
        return Caller(member, secret, self.client(secret))

    async def browser(self, member: Member) -> httpx.AsyncClient:
        """A browser that is signed in as a member, with a page of ours that sends what it should beside the cookie."""
        async with self.house.database.transaction() as tx:
            _, secret = await sign_in.open_session(
                tx,
                member.id,
                method="password",
                address="192.0.2.7",
                user_agent="a browser",
                terms=self.house.settings.sessions,
                now=self.now(),
            )
        client = self.client()
        client.cookies.set(cookie_name(self.house.settings.public_url), secret)
        client.headers["x-csrf-token"] = sign_in.csrf_token_of(secret)
        client.headers["origin"] = self.house.settings.public_url or "http://portal.test"
        return client

    async def identity(self, member: Member) -> UUID:
        """A member is bound to somebody of a provider."""
        provider = OidcProvider(name="idp", label="IdP", issuer="https://idp.example.test", client_id="x")
        claims = {"email": member.identifier, "email_verified": True}
        vouched = sign_in.Vouched(provider.issuer, f"subject {member.id}", claims, None)
        async with self.house.database.transaction() as tx:
            await sign_in.bind_vouched(tx, provider, vouched, domains=(), visit=Visit(None, None), now=self.now())
            (bound,) = await sign_in.list_identities(tx, member.id)
        return bound.id

    async def owner(self) -> Caller:
        return await self.caller("owner")

    async def admin(self) -> Caller:
        return await self.caller("admin")

    def now(self) -> datetime:
        return self.clock.now()


@asynccontextmanager
async def open_portal(
    dsn: str, *, settings: PortalSettings | None = None, egress: Egress | None = None
) -> AsyncIterator[Portal]:
    """The portal over the database of `dsn`."""
    clock = MovableClock()
    house = House(
        database=Database(dsn),
        reports=reports_database(dsn),
        ring=KeyRing({"test": bytes(range(32))}),
        egress=egress or Egress(),
        clock=clock,
        learn=lambda _secret: None,
        settings=settings or PortalSettings(public_url="http://portal.test"),
    )
    portal = Portal(create_portal(house), house, clock)
    try:
        yield portal
    finally:
        for client in portal._clients:
            await client.aclose()
        await house.egress.close()
        await house.reports.close()
        await house.database.close()
