"""What `/metrics` shows of holds, batches and copies is what is so: compared with the books after calls that were made."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import defaultdict
from collections.abc import Callable

import asyncpg
import httpx

from ai_api.observability.listener import OpsListener
from tests.integration.gateway.shapes import told
from tests.support.gateway import CHAT, chat_body

SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')
N = 3

Shown = dict[str, dict[str, float]]


async def scrape(g) -> Shown:
    """By metric, and by the values of its labels joined with a blank."""
    ops = OpsListener(lambda: (), g.application.metrics)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(ops), base_url="http://ops") as http:
        text = (await http.get("/metrics")).text
    shown: Shown = defaultdict(dict)
    for each in SAMPLE.finditer(text):
        shown[each["name"]][" ".join(value for _, value in LABEL.findall(each["labels"] or ""))] = float(each["value"])
    return shown


async def until(happened: Callable[[], bool]) -> None:
    """Waits for what happens by itself."""
    async with asyncio.timeout(5):
        while not happened():
            await asyncio.sleep(0.01)


def batches(shown: Shown, kind: str) -> tuple[float, float]:
    """How many batches there were, and how many items in them."""
    return shown["ai_gateway_batch_items_count"][kind], shown["ai_gateway_batch_items_sum"][kind]


async def test_holds_of_calls_under_way_are_not_shown(g, sim):
    caller = await g.org.caller(usd="5", tokens=1_000_000)
    free = await g.org.caller()
    held_before = await scrape(g)
    assert (held_before["ai_gateway_holds_open"][""], held_before["ai_gateway_held_usd"][""]) == (0, 0)
    async with contextlib.AsyncExitStack() as stack:
        for each in (*[caller] * N, free):
            await stack.enter_async_context(
                g.begun(each, CHAT, chat_body(each, told(hang_at="headers"), max_tokens=50))
            )
        await until(lambda: sim.counters.open == N + 1)
        shown = await scrape(g)
        balances = await g.books.balances(caller.allocation.id)
    assert shown["ai_gateway_requests_in_progress"][""] == N + 1
    assert shown["ai_gateway_holds_open"][""] == N, "who has no limits holds nothing"
    assert shown["ai_gateway_held_usd"][""] == balances["cost"].held / 1e9 > 0
    assert shown["ai_gateway_held_tokens"]["total_tokens"] == balances["total_tokens"].held > 0
    await g.at_rest()
    after = await scrape(g)
    assert after["ai_gateway_holds_open"][""] == after["ai_gateway_held_usd"][""] == 0
    assert set(after["ai_gateway_held_tokens"].values()) == {0}


async def test_calls_that_went_together_are_counted_as_batches_or_not_at_all(g):
    caller = await g.org.caller(usd="5")
    kinds = ("admission", "admission_one_by_one", "settlement", "credentials")

    def since(now: Shown, then: Shown) -> dict[str, tuple[float, float]]:
        pairs = {kind: zip(batches(now, kind), batches(then, kind), strict=True) for kind in kinds}
        return {kind: tuple(late - early for late, early in pair) for kind, pair in pairs.items()}

    before = await scrape(g)
    assert (await g.chat(caller)).status == 200
    first = await scrape(g)
    # It meets a window that does not exist yet, and a credential that nobody has read; and copies that have become stale.
    counted = since(first, before)
    assert counted["admission_one_by_one"] == counted["settlement"] == (1, 1)
    assert min(counted["admission"] + counted["credentials"]) >= 1
    for _ in range(N):
        assert (await g.chat(caller)).status == 200
    one_by_one = await scrape(g)
    assert since(one_by_one, first) == {
        "admission": (N, N),
        "admission_one_by_one": (0, 0),
        "settlement": (N, N),
        "credentials": (0, 0),
    }
    assert {answer.status for answer in await asyncio.gather(*(g.chat(caller) for _ in range(40)))} == {200}
    together = await scrape(g)
    for kind in ("admission", "settlement"):
        number, items = (
            now - then for now, then in zip(batches(together, kind), batches(one_by_one, kind), strict=True)
        )
        assert items == 40
        assert number < 40, f"nothing of {kind} went together"
        assert together["ai_gateway_batch_wait_seconds_count"][kind] == batches(together, kind)[0]
        assert together["ai_gateway_batch_seconds_sum"][kind] > one_by_one["ai_gateway_batch_seconds_sum"][kind]
    assert set(together["ai_gateway_batch_waiting"].values()) == {0}


async def test_a_line_before_the_database_is_not_seen(g, shared_database):
    """A lock keeps the first admission: what waits for it is there to be seen, and gone when it has answered."""
    caller = await g.org.caller(usd="5")
    assert (await g.chat(caller)).status == 200
    connection = await asyncpg.connect(shared_database)
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM quota_accounts FOR UPDATE")
            calls = [asyncio.create_task(g.chat(caller)) for _ in range(10)]
            async with asyncio.timeout(10):
                while (await scrape(g))["ai_gateway_batch_waiting"]["admission"] < 9:
                    await asyncio.sleep(0.01)
    finally:
        await connection.close()
    assert {answer.status for answer in await asyncio.gather(*calls)} == {200}
    shown = await scrape(g)
    assert shown["ai_gateway_batch_waiting"]["admission"] == 0
    # The nine waited about as long as the one before them was on its way.
    assert shown["ai_gateway_batch_wait_seconds_sum"]["admission"] > 0.01


async def test_copies_look_younger_than_they_are(g):
    caller = await g.org.caller(usd="5")
    # As it is now; the watch has nothing to read again.
    await g.application.gateway.worlds.reload()
    async with g.begun(caller, CHAT, chat_body(caller, told(hang_at="headers"))):
        async with asyncio.timeout(5):
            while (await scrape(g))["ai_gateway_people_age_seconds"][""] == 0:
                await asyncio.sleep(0.01)
        first, world = await scrape(g), g.application.gateway.worlds
        await asyncio.sleep(0.05)
        later = await scrape(g)
        for name in ("ai_gateway_people_age_seconds", "ai_gateway_world_age_seconds"):
            assert later[name][""] - first[name][""] > 0.04, "nothing was read again"
        await world.reload()
        fresh = await scrape(g)
        assert fresh["ai_gateway_world_age_seconds"][""] < later["ai_gateway_world_age_seconds"][""]
        assert fresh["ai_gateway_people_age_seconds"][""] > later["ai_gateway_people_age_seconds"][""]
    # The watch looks twice a second.
    assert later["ai_gateway_watch_age_seconds"][""] < 5
    looked_at_s = g.application.gateway.watch.looked_at_s
    await until(lambda: g.application.gateway.watch.looked_at_s > looked_at_s)
    await g.at_rest()
    assert (await scrape(g))["ai_gateway_people_age_seconds"][""] == 0


async def test_whose_tries_failed_is_not_shown(g, sim):
    caller = await g.org.caller(usd="5")
    assert (await g.chat(caller, told(status=500))).status == 502
    errors = (await scrape(g))["ai_gateway_upstream_errors_total"]
    client = caller.credential.credential.public_id
    assert {labels: count for labels, count in errors.items() if labels.startswith(client)} == {
        f"{client} local upstream_error": 1
    }
