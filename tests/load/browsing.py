"""What browsing costs: how long each page of the API takes over very many records, what an export of all of them needs, and
whether calls notice that somebody browses, or only that Postgres has something else to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import cycle

import httpx
import psutil

from ai_api import identity
from ai_api.core.db import Database
from ai_api.identity import By, Draft
from tests.load.answers import PLAIN, WrongAnswer
from tests.load.browsed import Browsed
from tests.load.busy import Busy
from tests.load.kept import browsed_database
from tests.load.machine import quiet, rss_mb
from tests.load.measure import Meter, Sample
from tests.load.pages import Page, pages
from tests.load.plan import Plan, Say
from tests.load.proof import Proof, Strangers
from tests.load.run import in_turn, line
from tests.load.size import gateway_on
from tests.load.stand import NOWHERE, Server, Stand, organize
from tests.support.gateway import GatewayProcess, gateway_process
from tests.support.organization import CLI

Clients = Mapping[str, httpx.AsyncClient]
"""Who asks, by whose page it is: `admin`, `member`."""
Look = Callable[[Page], Awaitable[object]]
"""What somebody does with a page."""

TARGET, CALM, BROWSED, APART, BUSY = (
    "browsed",
    "calm",
    "while two browse",
    "while two browse in a process of the portal's own",
    "while Postgres is as busy with statements that read no table",
)
ELSEWHERE_NICE = 19
"""The portal's own process stands for one on another machine: it yields to everything that is measured, and shares Postgres alone."""
LOOKS = 20
CALLS_PER_S = 100.0
LONGER = 5
"""The slowest call of a hundred needs more calls than a median."""
THINKING_S = 0.25
EXPORTED = 1_000_000
BROWSERS = 2


@dataclass(slots=True)
class BrowsingResults:
    """Milliseconds by page, in their order; what the export of a million records came to; and calls beside browsing and without."""

    pages_ms: dict[str, list[float]] = field(default_factory=dict)
    postgres_ms: dict[str, float] = field(default_factory=dict)
    """Of each of them, what Postgres worked on it."""
    exported: int = 0
    export_s: float = 0.0
    export_mb: float = 0.0
    file_mb: float = 0.0
    calls: dict[str, list[Sample]] = field(default_factory=dict)
    looked: int = 0
    strangers: float = 0.0
    records: int = 0


async def run(stand: Stand, plan: Plan, say: Say) -> BrowsingResults:
    """Fills a database, measures and checks. Raises as the main part does."""
    found = BrowsingResults()
    copied = await browsed_database(stand, records=plan.records, members=plan.members // 5, say=say)
    dsn, of = copied.dsn, copied.of
    callers = await organize(dsn, stand.provider.url)
    proof, meter = await Proof.begin(stand), Meter(stand)
    async with (
        gateway_on(stand, dsn) as process,
        _elsewhere(stand, dsn) as portal,
        _clients(dsn, of) as asking,
        Busy.beside(stand.postgres.admin_dsn, BROWSERS) as busy,
    ):
        clients, apart = asking(process.url), asking(portal.url)
        await quiet(process.child.pid)
        with stand.also(TARGET, Server.of_gateway(process, callers, dsn)):
            strangers = Strangers(stand)
            with strangers.watched():
                await _look(stand, clients, of, found, say)
            found.strangers = strangers.share
            await _export(clients["admin"], process.child.pid, of, found, say)
            doing: dict[str, Look] = {
                BROWSED: partial(_see, clients, found),
                APART: partial(_see, apart, found),
                BUSY: lambda page: busy.work(found.postgres_ms[page.name]),
            }
            await _beside(stand, meter, plan, doing, of, found, say)
            found.records = await proof.complete(meter, laws=False)
    return found


@asynccontextmanager
async def _elsewhere(stand: Stand, dsn: str) -> AsyncIterator[GatewayProcess]:
    """A process that serves the portal alone, on the core that is not the gateway's."""
    with stand.cores.on(stand.cores.rest):
        stack = AsyncExitStack()
        process = await stack.enter_async_context(gateway_process(dsn, log=NOWHERE, arguments=("--doors", "portal")))
    async with stack:
        psutil.Process(process.child.pid).nice(ELSEWHERE_NICE)
        yield process


@asynccontextmanager
async def _clients(dsn: str, of: Browsed) -> AsyncIterator[Callable[[str], Clients]]:
    """Gives in its block who asks at a URL: an owner, and the member who calls most."""
    database = Database(dsn, pool_size=1)
    try:
        async with database.transaction() as tx:
            now = datetime.now(UTC)
            draft = Draft(identifier="browser@example.test", display_name="Browser", role="owner")
            owner = await identity.create_member(tx, CLI, draft, by=By(None, "owner"), now=now)
            secrets = {}
            for name, member_id in (("admin", owner.id), ("member", of.member_id)):
                _, secrets[name] = await identity.issue_access_token(
                    tx, CLI, member_id, name="load", expires_at=None, now=now
                )
    finally:
        await database.close()
    async with AsyncExitStack() as stack:

        def at(url: str) -> Clients:
            made = {
                name: httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {secret}"}, timeout=30)
                for name, secret in secrets.items()
            }
            for client in made.values():
                stack.push_async_callback(client.aclose)
            return made

        yield at


async def _ask(clients: Clients, page: Page) -> float:
    began = time.perf_counter()
    answer = await clients[page.whose].get(page.path, params=dict(page.params))
    if answer.status_code != httpx.codes.OK:
        raise WrongAnswer(f"{page.name}: {answer.status_code} {answer.text[:300]}")
    return (time.perf_counter() - began) * 1000


async def _see(clients: Clients, found: BrowsingResults, page: Page) -> None:
    await _ask(clients, page)
    found.looked += 1


async def _look(stand: Stand, clients: Clients, of: Browsed, found: BrowsingResults, say: Say) -> None:
    for page in pages(of):
        before = await stand.worked_ms(TARGET)
        found.pages_ms[page.name] = [await _ask(clients, page) for _ in range(LOOKS)]
        found.postgres_ms[page.name] = (await stand.worked_ms(TARGET) - before) / LOOKS
        middle = sorted(found.pages_ms[page.name])[LOOKS // 2]
        say(f"   {page.name}: {middle:.0f} ms, {found.postgres_ms[page.name]:.0f} of them by Postgres")


async def _export(client: httpx.AsyncClient, pid: int, of: Browsed, found: BrowsingResults, say: Say) -> None:
    """About the newest million records as CSV; the growth is that from its first piece on."""
    since = of.until - (of.until - of.since) * min(1.0, EXPORTED / of.records)
    params = {"form": "csv", "since": since.isoformat(), "until": of.until.isoformat()}
    async with client.stream("GET", "/api/admin/call-records/export", params=params) as answer:
        rows = size = 0
        before = most = 0.0
        began = time.perf_counter()
        async for piece in answer.aiter_raw():
            rows, size = rows + piece.count(b"\r\n"), size + len(piece)
            before = before or rss_mb(pid)
            most = max(most, rss_mb(pid))
    found.exported, found.export_s = rows - 1, time.perf_counter() - began
    found.export_mb, found.file_mb = most - before, size / 2**20
    say(f"   {found.exported:,} records exported in {found.export_s:.0f} s, {found.export_mb:.0f} MB more")


async def _beside(
    stand: Stand,
    meter: Meter,
    plan: Plan,
    doing: Mapping[str, Look],
    of: Browsed,
    found: BrowsingResults,
    say: Say,
) -> None:
    await meter.meet(PLAIN, TARGET)
    await meter.look([PLAIN], ["direct", TARGET])
    for repeat in range(plan.repeats):
        for name in in_turn((CALM, *doing), repeat):
            async with _browsing(doing.get(name), of, found):
                sample = await meter.steady(PLAIN, TARGET, rate=CALLS_PER_S, seconds=LONGER * plan.seconds)
            found.calls.setdefault(name, []).append(sample)
            say(line(repeat, PLAIN.name, name, sample))


@asynccontextmanager
async def _browsing(look: Look | None, of: Browsed, found: BrowsingResults) -> AsyncIterator[None]:
    async def browse(look: Look, order: Sequence[Page]) -> None:
        for page in cycle(order):
            await look(page)
            await asyncio.sleep(THINKING_S)

    every = list(pages(of))
    orders = [every[place * 7 :] + every[: place * 7] for place in range(BROWSERS if look else 0)]
    tasks = [asyncio.create_task(browse(look, order)) for order in orders if look]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
