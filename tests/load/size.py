"""How much of anything there may be: whether a call costs more where there are many members, credentials and records; how soon
a process is ready; and how much memory it needs for those who call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx
import psutil

from tests.load.answers import PLAIN, WrongAnswer
from tests.load.client import Target, ask_once
from tests.load.figures import median
from tests.load.machine import quiet, rss_mb
from tests.load.measure import Meter, Sample
from tests.load.plan import Plan, Say
from tests.load.proof import Proof, Strangers
from tests.load.run import in_turn, line
from tests.load.seeded import Large, connect_translated, large
from tests.load.stand import NOWHERE, Server, Stand
from tests.support.gateway import GatewayProcess, gateway_process

FEW_HOLDERS = 1_000
LARGE, SMALL, HOLDER = "large", "gateway", "memory"
CALM_PER_S = 100.0
NEW_HOLDERS_PER_S = 40.0
"""A worker looks up 50 unknown credentials a second at most."""
_OVERLOADED = 503


@dataclass(slots=True)
class SizeResults:
    """What was wanted is filled in. Samples are in the order of their repeats, by database; memory by holders in memory."""

    full: dict[str, list[Sample]] = field(default_factory=dict)
    calm: dict[str, list[Sample]] = field(default_factory=dict)
    first_ms: dict[str, list[float]] = field(default_factory=dict)
    ready_s: list[float] = field(default_factory=list)
    memory_mb: dict[int, float] = field(default_factory=dict)
    strangers: float = 0.0
    records: int = 0


async def run(stand: Stand, plan: Plan, say: Say) -> SizeResults:
    """Fills a large database, measures and checks. Raises as the main part does."""
    found = SizeResults()
    big = await large(stand, plan, say)
    proof, meter = await Proof.begin(stand), Meter(stand)
    if "start" in plan.parts:
        await _starts(stand, plan, big, found, say)
    if "size" in plan.parts:
        await _compare(stand, meter, plan, big, found, say)
    if "memory" in plan.parts:
        await _remember(stand, meter, plan, big, found, say)
    found.records = await proof.complete(meter, laws=False)
    return found


async def _starts(stand: Stand, plan: Plan, big: Large, found: SizeResults, say: Say) -> None:
    for _ in range(plan.repeats):
        began = time.monotonic()
        async with gateway_on(stand, big.dsn):
            found.ready_s.append(time.monotonic() - began)
        say(f"   ready after {found.ready_s[-1]:.2f} s")


async def _compare(stand: Stand, meter: Meter, plan: Plan, big: Large, found: SizeResults, say: Say) -> None:
    strangers = Strangers(stand)
    async with gateway_on(stand, big.dsn) as process:
        await quiet(process.child.pid)
        with stand.also(LARGE, Server.of_gateway(process, big.callers, big.dsn)):
            for name in (SMALL, LARGE):
                found.first_ms[name] = await meter.meet(PLAIN, name)
            await meter.look([PLAIN], ["direct", SMALL, LARGE])
            with strangers.watched():
                for repeat in range(plan.repeats):
                    for name in in_turn((SMALL, LARGE), repeat):
                        sample = await meter.full(PLAIN, name, seconds=plan.seconds)
                        found.full.setdefault(name, []).append(sample)
                        say(line(repeat, PLAIN.name, name, sample))
                    for name in in_turn((SMALL, LARGE), repeat):
                        sample = await meter.steady(PLAIN, name, rate=CALM_PER_S, seconds=plan.seconds)
                        found.calm.setdefault(name, []).append(sample)
                        say(line(repeat, f"plain, {CALM_PER_S:g} calls/s", name, sample))
    found.strangers = strangers.share


async def _remember(stand: Stand, meter: Meter, plan: Plan, big: Large, found: SizeResults, say: Say) -> None:
    await connect_translated(big.dsn, stand.provider.url)
    async with gateway_on(stand, big.dsn) as process:
        # litellm is imported beside the first calls.
        await quiet(process.child.pid)
        _must_have_litellm(process.child.pid)
        server = Server(
            process.child.pid, Server.of_gateway(process, big.callers, big.dsn).port, big.strangers, dsn=big.dsn
        )
        with stand.also(HOLDER, server):
            target = stand.target(HOLDER, PLAIN)
            asked = 0
            for count in sorted({min(FEW_HOLDERS, plan.holders), plan.holders}):
                await _call_from(target, meter, asked, count)
                asked = count
                await quiet(process.child.pid)
                await _must_remember(process, count)
                found.memory_mb[count] = rss_mb(process.child.pid)
                say(f"   {count:,} credentials in memory: {found.memory_mb[count]:.0f} MB")


@asynccontextmanager
async def gateway_on(stand: Stand, dsn: str) -> AsyncIterator[GatewayProcess]:
    """A gateway over this database, on the servers' core."""
    with stand.cores.on(stand.cores.server):
        stack = AsyncExitStack()
        process = await stack.enter_async_context(gateway_process(dsn, log=NOWHERE, AI_API_LOG_LEVEL="INFO"))
    async with stack:
        yield process


async def _call_from(target: Target, meter: Meter, first: int, last: int) -> None:
    """One call of each, so that each is looked up; no faster than a worker looks up."""
    began = time.monotonic()
    for number in range(first, last):
        await asyncio.sleep(max(0.0, began + (number - first) / NEW_HOLDERS_PER_S - time.monotonic()))
        status, body = await ask_once(target, caller=number)
        if status == _OVERLOADED:
            raise WrongAnswer(f"caller {number} was turned away: {body[:200]!r}")
        PLAIN.check(status, body, length=None)
        meter.count(target.name, 1)


def _must_have_litellm(pid: int) -> None:
    # Nothing else of ours loads this tokenizer.
    if not any("tiktoken" in area.path for area in psutil.Process(pid).memory_maps()):
        raise WrongAnswer("the worker has not imported litellm")


async def _must_remember(process: GatewayProcess, count: int) -> None:
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"{process.ops_url}/metrics")).text
    said = next(float(each.split()[1]) for each in text.splitlines() if each.startswith("ai_gateway_people_in_memory "))
    if said != count:
        raise WrongAnswer(f"{said:.0f} credentials are in memory instead of {count}")


def first_call_ms(found: SizeResults, name: str) -> float:
    """The median of the first calls of credentials."""
    return median(found.first_ms[name])
