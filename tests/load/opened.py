"""How long pages of the portal take to open in a real browser, in a large organization with a long ledger.

A page is open when its heading stands, nothing in it says that it is loading, and the browser has had a moment to itself:
whoever presses something then is answered.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from playwright.async_api import Browser, Page, Response, async_playwright

from ai_api import identity
from ai_api.core.db import Database
from ai_api.identity import By, Draft, Passwords, store
from tests.e2e.portal.browser import OPTIONS, SETTLED, WIDE, program
from tests.load.answers import WrongAnswer
from tests.load.browsed import Browsed
from tests.load.kept import browsed_database
from tests.load.machine import Cores, quiet
from tests.load.plan import Plan, Say
from tests.load.size import gateway_on
from tests.load.stand import Stand, organize
from tests.support.organization import CLI

LOOKS = 7
PASSWORD = "turnip gravel ocean seventeen"
PATIENCE_MS = 30_000
# Milliseconds since the address was entered, on the browser's own clock.
_OPENED_AT = f"() => ({SETTLED})() && new Promise((done) => requestIdleCallback(() => done(performance.now())))"


@dataclass(frozen=True, slots=True)
class Address:
    """A page, and who opens it: an administrator, or the member who makes the most calls."""

    name: str
    path: str
    whose: str = "admin"


@dataclass(slots=True)
class OpenedResults:
    """Milliseconds by page, in their order; the first look of each has no part of the program in the browser's cache."""

    first_ms: dict[str, float] = field(default_factory=dict)
    again_ms: dict[str, list[float]] = field(default_factory=dict)
    members: int = 0


def addresses(of: Browsed) -> Iterator[Address]:
    """Every page that shows a list, a report or somebody who has a long history."""
    yield Address("Home", "/admin")
    for name in (
        "calls",
        "usage",
        "members",
        "tags",
        "allocations",
        "limits",
        "models",
        "aliases",
        "provider-keys",
        "audit",
    ):
        yield Address(f"administrators' {name}", f"/admin/{name}")
    yield Address("administrators' usage, by member", "/admin/usage?by=member&range=last_month")
    yield Address("administrators' usage, by tag", "/admin/usage?by=tag&range=last_month")
    yield Address("administrators' calls of a member", f"/admin/calls?member_id={of.member_id}")
    yield Address("members, searched", "/admin/members?q=browsed19")
    yield Address("the member with the most calls", f"/admin/members/{of.member_id}")
    yield Address("a tag", f"/admin/tags/{of.tag_id}")
    yield Address("a model", f"/admin/models/{of.model}")
    yield Address("System", "/admin/system")
    yield Address("a member's Home", "/", "member")
    for name in ("catalog", "credentials", "usage", "usage/calls", "playground", "apps"):
        yield Address(f"a member's {name}", f"/{name}", "member")
    yield Address("a member's model", f"/catalog/{of.model}", "member")


async def run(stand: Stand, plan: Plan, say: Say) -> OpenedResults:
    """Fills a database and opens every page. Raises WrongAnswer for a page that does not open."""
    found = OpenedResults(members=plan.members)
    copied = await browsed_database(stand, records=plan.records, members=plan.members, say=say)
    await organize(copied.dsn, stand.provider.url)
    async with gateway_on(stand, copied.dsn) as process:
        await quiet(process.child.pid)
        people = await _people(copied.dsn, process.url, copied.of.member_id)
        async with _browser(stand.cores) as browser:
            for address in addresses(copied.of):
                await _open(browser, process.url, people[address.whose], address, found, say)
    return found


async def _people(dsn: str, url: str, member_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """The cookies of an owner and of a member who are signed in."""
    password_hash, database, now = await Passwords().hash(PASSWORD), Database(dsn, pool_size=1), datetime.now(UTC)
    try:
        async with database.transaction() as tx:
            draft = Draft(identifier="browser@example.test", display_name="Browser", role="owner")
            await identity.create_member(tx, CLI, draft, by=By(None, "owner"), now=now, password_hash=password_hash)
            await store.set_password_hash(tx, member_id, password_hash)
            member = await identity.get_member(tx, member_id)
    finally:
        await database.close()
    named = {"admin": "browser@example.test", "member": member.identifier}
    return {whose: await _signed_in(url, identifier) for whose, identifier in named.items()}


async def _signed_in(url: str, identifier: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=url, headers={"origin": url}, timeout=20) as client:
        answer = await client.post("/api/auth/login", json={"identifier": identifier, "password": PASSWORD})
        if not answer.is_success:
            raise WrongAnswer(f"{identifier} could not sign in: {answer.status_code} {answer.text[:300]}")
        return [{"name": each.name, "value": each.value, "url": url} for each in client.cookies.jar]


@asynccontextmanager
async def _browser(cores: Cores) -> AsyncIterator[Browser]:
    """On both cores: it has several processes, and people do not read on the gateway's machine."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores.server, cores.rest})
    driver = async_playwright()
    try:
        playwright = await driver.__aenter__()
    finally:
        os.sched_setaffinity(0, before)
    try:
        browser = await playwright.chromium.launch(executable_path=program(), args=OPTIONS)
        yield browser
        await browser.close()
    finally:
        await driver.__aexit__(None, None, None)


async def _open(
    browser: Browser, url: str, cookies: list[dict[str, Any]], address: Address, found: OpenedResults, say: Say
) -> None:
    """A profile of its own for each page: whatever the first look needs, it fetches itself."""
    context = await browser.new_context(viewport=WIDE, locale="en", reduced_motion="reduce", timezone_id="Asia/Taipei")
    try:
        await context.add_cookies(cookies)  # type: ignore[arg-type]  # the shape is a TypedDict there
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "response", lambda answer: faults.append(f"{answer.status} {answer.url}") if _is_fault(answer) else None
        )
        took = [await _opened(page, f"{url}/app{address.path}") for _ in range(LOOKS)]
    finally:
        await context.close()
    if faults:
        raise WrongAnswer(f"{address.name}: {'; '.join(faults[:3])}")
    found.first_ms[address.name], found.again_ms[address.name] = took[0], took[1:]
    say(f"   {address.name}: {took[0]:.0f} ms, again {sorted(took[1:])[LOOKS // 2 - 1]:.0f} ms")


def _is_fault(answer: Response) -> bool:
    """What no page asks for: a page of an error is open sooner than one that works. A price that nobody suggests is not there."""
    return answer.status >= 400 and not (answer.status == 404 and answer.url.endswith("/suggestion"))


async def _opened(page: Page, url: str) -> float:
    # Otherwise an address that differs in its query alone is not opened anew.
    await page.goto("about:blank")
    await page.goto(url, wait_until="commit")
    opened_at = await page.wait_for_function(_OPENED_AT, timeout=PATIENCE_MS)
    return float(await opened_at.json_value())
