"""A hot account does its two thousand calls a second, and whoever is not it does not wait for it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from uuid import UUID

import asyncpg
import pytest

from ai_api.core.db import Patience
from ai_api.core.errors import Refusal
from ai_api.gateway import admit, taking
from ai_api.quotas.limit import Limit
from ai_api.quotas.rules import Denied, Granted
from tests.races.replicas import Crew, Replica, meanwhile, replicas
from tests.races.times import percentile

HOT, BYSTANDER = 0, 1
WAITING = 2_000
FLOOD_FACTOR = 1.5
"""Whoever waits with the flood waits so many times as long as anybody else, at least: in one line with it, as long."""
PACED_FACTOR = 30
"""How many times as long anybody may wait beside an account that is busy, and not too busy."""
GAIN = 2.5
"""How many times as many calls one account does when they can share statements, at least."""
LOCKED_S = 0.3


@pytest.fixture
def seconds(full: bool) -> float:
    return 30.0 if full else 3.0


def told(waits: list[float]) -> str:
    return f"admitted within {percentile(waits, 0.5) * 1000:.1f} ms (p99 {percentile(waits, 0.99) * 1000:.1f}, of {len(waits)})"


async def rate_of(crew: Crew, limit: Limit, seconds: float, *, at_a_time: int) -> float:
    """How many calls a second one account does, asked by so many at a time, in turn on all replicas."""
    done, until = Counter(), time.monotonic() + seconds

    async def client(replica: Replica) -> None:
        while time.monotonic() < until:
            call = crew.call(limit, member=HOT)
            assert isinstance(await replica.ask(call), Granted)
            await replica.settle(call)
            done["calls"] += 1

    began = time.monotonic()
    await asyncio.gather(*(client(crew[number % len(crew)]) for number in range(at_a_time)))
    return done["calls"] / (time.monotonic() - began)


async def bystanding(crew: Crew, limit: Limit, seconds: float) -> list[float]:
    """A member's calls, one after the other on all replicas: how long each waited to be admitted."""
    times, until, turn = [], time.monotonic() + seconds, 0
    while time.monotonic() < until:
        replica, turn = crew[turn % len(crew)], turn + 1
        call = crew.call(limit, member=BYSTANDER)
        began = time.monotonic()
        assert isinstance(await replica.ask(call), Granted)
        times.append(time.monotonic() - began)
        await replica.settle(call)
        await asyncio.sleep(0.005)
    return times


async def flood(crew: Crew, limit: Limit, said: Counter[str], waits: list[float]) -> None:
    """Thousands of calls that wait at any time on one account, asked again as soon as they are answered."""
    stop = asyncio.Event()

    async def client(replica: Replica) -> None:
        while not stop.is_set():
            call = crew.call(limit, member=HOT)
            began = time.monotonic()
            verdict = await replica.ask(call)
            waits.append(time.monotonic() - began)
            said[type(verdict).__name__] += 1
            if isinstance(verdict, Granted):
                await replica.settle(call)

    clients = [asyncio.create_task(client(replica)) for replica in crew for _ in range(WAITING)]
    try:
        await asyncio.wait(clients, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        # Whoever is admitted comes to its settlement.
        stop.set()
        await asyncio.gather(*clients)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("room", ["used up", "plenty"])
async def test_a_flood_on_one_account_drowns_the_others(database, seconds, room, capsys):
    """Far more than this one process can do, for the whole time. Its Python is shared by all: the queue is not."""
    async with replicas(database, 2, members=2) as crew:
        hot, cool = crew.limit(10**9 if room == "plenty" else 20), crew.limit(10**9)
        await bystanding(crew, cool, 0.3)
        said, waits = Counter(), []
        async with meanwhile(flood(crew, hot, said, waits)):
            await asyncio.sleep(0.5)
            waits.clear()
            beside = await bystanding(crew, cool, seconds)
            in_flood = percentile(waits, 0.5)
        with capsys.disabled():
            print(
                f"\nbeside a flood on an account with {room}: {told(beside)}; "
                f"who waits with it {in_flood * 1000:.1f} ms; meanwhile {dict(said)}"
            )
        assert said["Granted" if room == "plenty" else "Denied"] > WAITING
        assert percentile(beside, 0.5) * FLOOD_FACTOR < in_flood


async def paced(crew: Crew, limit: Limit, rate: float, done: Counter[str]) -> None:
    """So many calls a second on one account, whether or not the ones before are answered."""
    running: set[asyncio.Task[None]] = set()

    async def one(number: int) -> None:
        call, replica = crew.call(limit, member=HOT), crew[number % len(crew)]
        assert isinstance(await replica.ask(call), Granted)
        await replica.settle(call)
        done["calls"] += 1

    began = time.monotonic()
    try:
        for number in itertools.count():
            while number > (time.monotonic() - began) * rate:
                await asyncio.sleep(0.002)
            running.add(task := asyncio.create_task(one(number)))
            task.add_done_callback(running.discard)
    finally:
        await asyncio.gather(*running)


@pytest.mark.usefixtures("unhurried")
async def test_a_hot_account_at_two_thousand_calls_a_second_slows_the_others_down(database, seconds, capsys):
    """Or at two fifths of what it does with nobody beside, where a slow machine cannot do five thousand."""
    async with replicas(database, 4, members=2) as crew:
        hot, cool = crew.limit(10**9), crew.limit(10**9)
        one, can = [await rate_of(crew, hot, 1, at_a_time=number) for number in (1, 256)]
        alone = await bystanding(crew, cool, seconds / 2)
        rate, done = min(2_000, can * 0.4), Counter()
        async with meanwhile(paced(crew, hot, rate, done)):
            await asyncio.sleep(0.3)
            began, before = time.monotonic(), done["calls"]
            beside = await bystanding(crew, cool, seconds)
            did = (done["calls"] - before) / (time.monotonic() - began)
        with capsys.disabled():
            print(
                f"\none account, 4 replicas: {one:.0f} calls/s one at a time, {can:.0f} with 256 at a time; "
                f"beside {did:.0f} calls/s on it: {told(beside)}; alone {told(alone)}"
            )
        assert can > GAIN * one
        assert did > rate / 2
        assert percentile(beside, 0.5) < PACED_FACTOR * percentile(alone, 0.5)


async def locked(crew: Crew, account_id: UUID, said: Counter[str]) -> None:
    """The row of an account is locked, for `LOCKED_S` at a time."""
    rival = await asyncpg.connect(crew.dsn)
    try:
        while True:
            async with rival.transaction():
                await rival.execute("SELECT 1 FROM quota_accounts WHERE id = $1 FOR UPDATE", account_id)
                await asyncio.sleep(LOCKED_S)
            said["locks"] += 1
    finally:
        await rival.close()


async def test_calls_that_wait_on_one_account_are_waited_for_by_all(database, seconds, capsys):
    """Its row is locked while hundreds of calls wait for it: who is not one of them does not wait for the lock."""
    async with replicas(database, 2, members=2) as crew:
        hot, cool = crew.limit(10**9), crew.limit(10**9)
        first = crew.call(hot)
        await crew[0].ask(first)
        await crew[0].settle(first)
        await bystanding(crew, cool, 0.3)
        stop, calls, said = asyncio.Event(), [first], Counter()

        async def client(replica: Replica) -> None:
            while not stop.is_set():
                call = crew.call(hot)
                calls.append(call)
                try:
                    verdict = await replica.ask(call)
                except Refusal as refusal:
                    said[refusal.code] += 1
                    await asyncio.sleep(0.2)
                else:
                    said[type(verdict).__name__] += 1
                    await replica.settle(call)

        busy = [asyncio.create_task(client(each)) for each in crew for _ in range(200)]
        async with meanwhile(locked(crew, first.account(hot).id, said)):
            await asyncio.sleep(1)
            beside = await bystanding(crew, cool, seconds / 2)
        stop.set()
        await asyncio.gather(*busy)
        with capsys.disabled():
            print(f"\nbeside an account that is locked {LOCKED_S} s at a time: {told(beside)}; meanwhile {dict(said)}")
        await crew.give_back(calls)
        assert said["locks"] > 2
        assert percentile(beside, 0.9) < LOCKED_S / 3


async def test_a_queue_grows_without_end(database, monkeypatch):
    """More than may wait: told so at once, with a time to come back; who waits already is served, and so is everybody else."""
    monkeypatch.setattr(admit, "WAITING_OF_A_MEMBER_MAX", 200)
    async with replicas(database, 1, members=2) as crew:
        limit, cool = crew.limit(10**6), crew.limit(10)
        first, stranger = crew.call(limit), crew.call(cool, member=BYSTANDER)
        assert isinstance(await crew[0].ask(first), Granted)
        assert isinstance(await crew[0].ask(stranger), Granted)
        calls = [crew.call(limit) for _ in range(1_000)]
        waiting = [asyncio.create_task(crew[0].ask(call)) for call in calls]
        other = crew.call(cool, member=BYSTANDER)
        waiting.append(asyncio.create_task(crew[0].ask(other)))
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(outcomes.pop(), Granted)
        refusals = [each for each in outcomes if isinstance(each, BaseException)]
        assert len(refusals) > 500
        for refusal in refusals:
            assert isinstance(refusal, Refusal)
            assert (refusal.code, refusal.kind, refusal.retry_after_s) == ("overloaded", "unavailable", 1)
        admitted = [call for call, outcome in zip(calls, outcomes, strict=True) if isinstance(outcome, Granted)]
        assert len(admitted) == len(calls) - len(refusals)
        assert await crew.books.holds() == len(admitted) + 3
        await asyncio.gather(*(crew[0].settle(call) for call in (*admitted, first, stranger, other)))


async def test_calls_wait_longer_than_two_seconds(database, monkeypatch):
    """Who would wait too long is told so, not when it is too late but when its turn comes, and later ones at once."""
    monkeypatch.setattr(taking, "PATIENCE", Patience(10.0, 10.0))
    async with replicas(database, 1) as crew:
        limit = crew.limit(10)
        opened = crew.call(limit)
        assert isinstance(await crew[0].ask(opened), Granted)
        blocked = await _blocked(crew)
        stuck, behind = (asyncio.create_task(crew[0].ask(crew.call(limit))) for _ in range(2))
        await asyncio.sleep(2.2)
        with pytest.raises(Refusal, match="Too many calls wait"):
            await crew[0].ask(crew.call(limit))
        await blocked.close()
        outcome = await stuck
        assert isinstance(outcome, Granted | Denied)
        with pytest.raises(Refusal, match="Too many calls wait"):
            await behind
        (hold,) = await crew.books.fetch("SELECT call_id FROM holds WHERE call_id <> $1", opened.id)
        late = crew.call(limit)
        late.id = hold["call_id"]
        await asyncio.gather(crew[0].settle(opened), crew[0].settle(late))


async def _blocked(crew: Crew) -> asyncpg.Connection:
    """A connection that has locked every account; it lets go when it is closed."""
    connection = await asyncpg.connect(crew.dsn)
    await connection.execute("BEGIN; SELECT 1 FROM quota_accounts FOR UPDATE")
    return connection
