"""One soak: calls and faults for so many minutes, then everything comes to rest and the books are proven."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.soak.clients import Clients, Told
from tests.soak.faults import FAULTS, in_turn
from tests.soak.samples import Looker, Verdict
from tests.soak.world import World, world
from tests.support.books import assert_records_match_witness
from tests.support.upstream.witness import read_log

CALM_SHARE = 0.5
"""The second half of each minute is looked at: by then a fault of its beginning has passed."""
REST_S = 90.0
_DEFECTS = "ai_gateway_defects_total "


@dataclass(frozen=True, slots=True)
class Plan:
    """`minute_s` is how long a minute is: less than 60 for those who are in a hurry."""

    minutes: int
    seed: int
    minute_s: float = 60.0


@dataclass(slots=True)
class SoakResults:
    """What happened and what was found."""

    postgres: str = ""
    faults: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    verdicts: list[Verdict] = field(default_factory=list)
    records: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    complete: int = 0
    looks: int = 0
    missed: int = 0


class SoakFailed(Exception):
    """The books are not right, or a client was told what is not so."""


async def soak(plan: Plan, say: Callable[[str], None]) -> SoakResults:
    """Soaks and proves. Raises SoakFailed, AssertionError when the books are wrong, TimeoutError when nothing comes to rest."""
    results = SoakResults()
    async with world() as running:
        clients, looker = Clients(running, plan.seed), Looker(running)
        clients.start()
        looker.start()
        try:
            await _minutes(plan, running, looker, results, say)
        finally:
            await looker.stop()
            await clients.stop()
        results.endings, results.verdicts = clients.counts(), looker.samples.verdicts()
        results.looks, results.missed = looker.samples.looks, looker.missed
        await _prove(running, clients.told, results)
    return results


async def _minutes(
    plan: Plan, running: World, looker: Looker, results: SoakResults, say: Callable[[str], None]
) -> None:
    faults = in_turn(plan.seed)
    for minute in range(plan.minutes):
        began = time.monotonic()
        name = next(faults)
        say(f"{minute + 1:3}  {name}")
        await FAULTS[name](running)
        results.faults[name] += 1
        await asyncio.sleep(max(0.0, began + plan.minute_s * CALM_SHARE - time.monotonic()))
        looker.calm_minute = minute
        await asyncio.sleep(plan.minute_s * (1 - CALM_SHARE))
        looker.calm_minute = None


async def _prove(running: World, told: dict[str, Told], results: SoakResults) -> None:
    books = running.books
    async with asyncio.timeout(REST_S):
        while await books.holds():
            await asyncio.sleep(0.5)
    records = await books.records()
    by_request: dict[str, Any] = {record["request_id"]: record for record in records}
    if len(by_request) != len(records):
        raise SoakFailed(f"{len(records) - len(by_request)} calls have two records")
    assert_records_match_witness(records, read_log(running.provider.log))
    complete = [name for name, each in told.items() if each.complete]
    lost = [name for name in complete if name not in by_request]
    otherwise = [name for name in complete if name in by_request and by_request[name]["outcome"] != "ok"]
    if lost or otherwise:
        raise SoakFailed(f"of {len(complete)} whole answers {len(lost)} have no record, {len(otherwise)} another one")
    await books.assert_at_rest()
    await _no_defects(running)
    results.postgres = (await books.fetch("SHOW server_version"))[0]["server_version"]
    results.records, results.complete = len(records), len(complete)
    results.outcomes = Counter(record["outcome"] for record in records)


async def _no_defects(running: World) -> None:
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"{running.first.ops_url}/metrics")).text
    defects = sum(float(line.split()[1]) for line in text.splitlines() if line.startswith(_DEFECTS))
    if defects:
        raise SoakFailed(f"the first replica counted {defects:.0f} defects of its own")
