"""A hot account does its two thousand calls a second, and whoever is not it does not notice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import asyncpg
import pytest

from ai_api.core.errors import Refusal
from ai_api.gateway import admit
from ai_api.quotas.limit import Limit
from ai_api.quotas.rules import Denied, Granted
from tests.races.replicas import Crew, Replica, replicas

HOT, BYSTANDER = 0, 1
P99_FACTOR, P99_FLOOR_S = 5, 0.15
"""Half of what whoever waits with the hot account waits at least."""


@pytest.fixture
def seconds(full: bool) -> float:
    return 30.0 if full else 4.0


def p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


async def test_a_hot_account_does_hundreds_of_calls_a_second(database, seconds, capsys):
    """A benchmark: what it prints is not judged, the laws are."""
    async with replicas(database, 4) as crew:
        limit = crew.limit(10**9)
        done, until = Counter(), time.monotonic() + seconds

        async def client(replica: Replica) -> None:
            while time.monotonic() < until:
                call = crew.call(limit)
                assert isinstance(await replica.ask(call), Granted)
                await replica.settle(call)
                done["calls"] += 1

        began = time.monotonic()
        await asyncio.gather(*(client(replica) for replica in crew for _ in range(64)))
        took = time.monotonic() - began
        with capsys.disabled():
            print(f"\none account, 4 replicas, 256 calls at a time: {done['calls'] / took:.0f} calls/s")
        (account,) = await crew.books.fetch("SELECT settled, held FROM quota_accounts")
        assert (account["settled"], account["held"]) == (done["calls"], 0)


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


@pytest.mark.parametrize("room", ["used up", "plenty"])
async def test_a_flood_on_one_account_drowns_the_others(database, seconds, room, capsys):
    """Far more than this one process can do, for the whole time. Its Python is shared by all: the queue is not."""
    async with replicas(database, 2, members=2) as crew:
        hot, cool = crew.limit(10**9 if room == "plenty" else 20), crew.limit(10**9)
        await bystanding(crew, cool, 0.3)
        alone = await bystanding(crew, cool, seconds / 2)
        stop, said = asyncio.Event(), Counter()

        async def flood(replica: Replica) -> None:
            while not stop.is_set():
                calls = [crew.call(hot) for _ in range(1_500)]
                verdicts = await asyncio.gather(*(replica.ask(call) for call in calls), return_exceptions=True)
                for verdict in verdicts:
                    assert isinstance(verdict, Granted | Denied) or getattr(verdict, "code", None) == "overloaded"
                said.update(type(verdict).__name__ for verdict in verdicts)
                admitted = [call for call, verdict in zip(calls, verdicts, strict=True) if isinstance(verdict, Granted)]
                await asyncio.gather(*(replica.settle(call) for call in admitted))

        flooding = [asyncio.create_task(flood(replica)) for replica in crew]
        await asyncio.sleep(0.2)
        beside = await bystanding(crew, cool, seconds)
        stop.set()
        await asyncio.gather(*flooding)
        with capsys.disabled():
            print(
                f"\nbeside a flood on an account with {room}: admitted within {p99(beside) * 1000:.1f} ms "
                f"(p99 of {len(beside)}), alone {p99(alone) * 1000:.1f} ms; meanwhile {dict(said)}"
            )
        assert said["Granted" if room == "plenty" else "Denied"] > 1_500


async def test_calls_that_wait_on_one_account_are_waited_for_by_all(database, seconds, capsys):
    """Its row is locked for 0.3 s at a time while thousands of calls wait for it: nobody else may wait as long once."""
    async with replicas(database, 2, members=2) as crew:
        hot, cool = crew.limit(10**9), crew.limit(10**9)
        first = crew.call(hot)
        await crew[0].ask(first)
        await crew[0].settle(first)
        await bystanding(crew, cool, 0.3)
        alone = await bystanding(crew, cool, seconds / 2)
        stop, calls, said = asyncio.Event(), [first], Counter()

        async def lock_it() -> None:
            rival = await asyncpg.connect(crew.dsn)
            while not stop.is_set():
                async with rival.transaction():
                    await rival.execute("SELECT 1 FROM quota_accounts WHERE id = $1 FOR UPDATE", first.account(hot).id)
                    await asyncio.sleep(0.3)
                said["locks"] += 1
            await rival.close()

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

        busy = [
            asyncio.create_task(lock_it()),
            *(asyncio.create_task(client(each)) for each in crew for _ in range(200)),
        ]
        await asyncio.sleep(1)
        beside = await bystanding(crew, cool, seconds / 2)
        waiting = sum(each.admission.waiting for each in crew)
        stop.set()
        await asyncio.gather(*busy)
        with capsys.disabled():
            print(
                f"\nbeside a locked account, {waiting} waiting: within {p99(beside) * 1000:.1f} ms "
                f"(p99 of {len(beside)}), alone {p99(alone) * 1000:.1f} ms; meanwhile {dict(said)}"
            )
        await crew.give_back(calls)
        assert said["locks"] > 2
        assert p99(beside) < max(P99_FACTOR * p99(alone), P99_FLOOR_S)


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
    monkeypatch.setattr(admit, "AWAY_AFTER_S", 10.0)
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
