"""Postgres is away from running processes: answers end, each has its record once, and who comes meanwhile is told at once."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.conftest import IS_FULL
from tests.faults.rig import Rig, rigged
from tests.integration.gateway.shapes import SHAPES, STREAMS, WHOLES, Shape, error_of, has_success_end, told
from tests.support.books import assert_exactly_once
from tests.support.organization import Caller
from tests.support.private_postgres import PrivatePostgres
from tests.support.proxy import BLACKHOLE, HOLD, PASS, refuse
from tests.support.upstream.raw import RawAnswer

STREAMS_OPEN, WHOLES_OPEN = 50, 10
AWAY_S = 20.0 if IS_FULL else 4.0
TOLD_WITHIN_S = 0.5
GOOD_AGAIN_WITHIN_S = 3.0
BUSY_S = 0.3
"""Sixty answers end in two processes meanwhile, on a machine that may have other things to do."""


async def open_calls(
    rig: Rig, caller: Caller, shapes: list[Shape], name: str, *, seconds: float
) -> list[asyncio.Task[RawAnswer]]:
    """Calls of these shapes, accepted and under way. Every second one ends in a quarter of the time."""
    calls = []
    for number, shape in enumerate(shapes):
        lasts_s = seconds / (1 + 3 * (number % 2))
        body = shape.body(caller, told(chunk_delay_ms=lasts_s * 1_000 / 50, chunks=50))
        replica = rig.replicas[number % len(rig.replicas)]
        headers = {"x-request-id": f"{name}-{number}"}
        asking = replica.ask(caller, shape.path, body, headers=headers, timeout_s=seconds + 30)
        calls.append(asyncio.create_task(asking))
    async with asyncio.timeout(60):
        while rig.sim.counters.open < len(calls):
            await asyncio.sleep(0.01)
    return calls


async def good_again_s(rig: Rig, caller: Caller) -> float:
    """Seconds until each replica serves again."""
    began = time.monotonic()
    async with asyncio.timeout(30):
        for replica in rig.replicas:
            while (await replica.chat(caller)).status != 200:
                await asyncio.sleep(0.05)
    return time.monotonic() - began


def ways(
    rig: Rig, postgres: PrivatePostgres
) -> dict[str, tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]]:
    """By name: how Postgres goes, and how it comes back."""

    async def apart(work: Callable[[], None]) -> None:
        await asyncio.to_thread(work)

    async def no_way() -> None:
        rig.database.switch(refuse())
        rig.database.cut()

    async def switched(mode) -> None:
        rig.database.switch(mode)

    return {
        "stopped": (lambda: apart(postgres.stop), lambda: apart(postgres.start)),
        "frozen": (lambda: apart(postgres.pause), lambda: apart(postgres.resume)),
        "no way": (no_way, lambda: switched(PASS)),
        "black hole": (lambda: switched(BLACKHOLE), lambda: switched(PASS)),
        "held up": (lambda: switched(HOLD), lambda: switched(PASS)),
    }


@pytest.mark.parametrize("how", ["stopped", "black hole", *(["frozen", "no way", "held up"] if IS_FULL else [])])
async def test_fifty_streams_over_an_outage_are_cut_or_free(private_postgres, sim, tmp_path, how):
    async with rigged(private_postgres.dsn, sim, tmp_path) as rig:
        leave, come_back = ways(rig, private_postgres)[how]
        caller = await rig.org.caller(usd="500", tokens=100_000_000)
        plain_s = max([await rig.plain_s(caller, shape) for shape in SHAPES])
        before = len(await rig.books.records())
        shapes = [STREAMS[n % 2] for n in range(STREAMS_OPEN)] + [WHOLES[n % 2] for n in range(WHOLES_OPEN)]
        calls = await open_calls(rig, caller, shapes, "open", seconds=AWAY_S + 4.0)
        await leave()
        left_at = time.monotonic()
        for number in range(4):
            refused = await rig.ask(caller, SHAPES[number], f"refused-{number}")
            assert (refused.answer.status, error_of(refused.answer)["code"]) == (503, "store_unavailable")
            assert int(refused.answer.headers["retry-after"]) >= 1
            assert refused.took_s < TOLD_WITHIN_S + plain_s + BUSY_S
        await asyncio.sleep(max(0.0, AWAY_S - (time.monotonic() - left_at)))
        # The short answers end without Postgres, two seconds after the provider's end.
        async with asyncio.timeout(30):
            while sum(call.done() for call in calls) < len(calls) // 3:
                await asyncio.sleep(0.05)
        await come_back()
        assert await good_again_s(rig, caller) < GOOD_AGAIN_WITHIN_S + 2 * plain_s
        for shape, answer in zip(shapes, await asyncio.gather(*calls), strict=True):
            assert (answer.status, answer.ending) == (200, "whole")
            assert has_success_end(answer) == shape.stream
        # What was refused may hold something, until the replica has looked for such holds.
        await rig.empty(within_s=40)
        records = [each for each in await rig.books.records() if each["request_id"].startswith("open-")]
        assert len(records) == len(calls)
        assert {(each["outcome"], each["usage_source"]) for each in records} == {("ok", "provider")}
        assert len(await rig.books.records()) >= before + len(calls)
        await rig.assert_exactly_once()


def snapshot(postgres: PrivatePostgres, folder: Path) -> None:
    """What a standby has that is behind: the cluster as it is now."""
    postgres.stop()
    subprocess.run(["cp", "-a", str(postgres.folder), str(folder)], check=True)
    postgres.start()


def fail_over(postgres: PrivatePostgres, folder: Path) -> None:
    """The primary dies, and the standby is found under its address."""
    postgres.kill()
    shutil.rmtree(postgres.folder)
    subprocess.run(["cp", "-a", str(folder), str(postgres.folder)], check=True)
    postgres.start()


async def test_a_primary_that_lost_its_last_commits_breaks_the_books(private_postgres, sim, tmp_path):
    """What had been committed since is lost with it. What goes on has its record; nothing is there twice or held for ever."""
    standby = private_postgres.folder.with_name(private_postgres.folder.name + "s")
    async with rigged(private_postgres.dsn, sim, tmp_path) as rig:
        caller = await rig.org.caller(usd="500", tokens=100_000_000)
        kept = await rig.ask(caller, SHAPES[0], "kept")
        calls = await open_calls(rig, caller, SHAPES * 2, "before", seconds=4.0) if IS_FULL else []
        await asyncio.to_thread(snapshot, private_postgres, standby)
        await good_again_s(rig, caller)
        # Those that were open have ended, their holds with them: the standby knows nothing of it.
        ended = await asyncio.gather(*calls)
        lost = [await rig.ask(caller, shape, f"lost-{shape}") for shape in SHAPES]
        under_way = await open_calls(rig, caller, SHAPES * 2, "open", seconds=4.0)
        await asyncio.to_thread(fail_over, private_postgres, standby)
        assert await good_again_s(rig, caller) < GOOD_AGAIN_WITHIN_S + 2.0
        for answer in (*ended, *await asyncio.gather(*under_way)):
            assert (answer.status, answer.ending) == (200, "whole")
        await rig.empty(within_s=40)
        records = {record["request_id"]: record for record in await rig.books.records()}
        assert len(records) == len(await rig.books.records())
        assert records.keys() >= {kept.request_id} | {f"open-{number}" for number in range(len(under_way))}
        assert not records.keys() & {each.request_id for each in lost}
        for number in range(len(under_way)):
            record = records[f"open-{number}"]
            assert (record["outcome"], record["usage_source"]) == ("ok", "provider")
        await rig.books.assert_at_rest()
        # The books go on from what the new primary has.
        since = [event for event in sim.witness.events if event.what == "started"]
        again = await rig.ask(caller, SHAPES[1], "again")
        assert again.answer.status == 200
        later = [event for event in sim.witness.events if event.what == "started"][len(since) :]
        assert_exactly_once(await rig.books.records(request_id="again"), later)
    await asyncio.to_thread(shutil.rmtree, standby)
