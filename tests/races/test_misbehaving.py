"""Postgres in its moods: a call is admitted exactly once, or refused and holds nothing; and the queue does not collapse."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from urllib.parse import urlsplit

import asyncpg
import pytest

from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.quotas.rules import Denied, Granted
from tests.races.replicas import Call, Crew, meanwhile, replicas
from tests.races.times import percentile
from tests.support.proxy import PASS, before_database, delay

ROUND_TRIP_S = 0.2

# Fails the first so many writes to `holds` that a transaction tries, each with its state. A sequence is not rolled back.
_MOODY = """
CREATE SEQUENCE moods;
CREATE FUNCTION be_moody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('moods') <= TG_ARGV[1]::bigint THEN
        RAISE EXCEPTION 'a mood' USING ERRCODE = TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;
"""


async def make_moody(dsn: str, sqlstate: str, times: int) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(_MOODY)
    await connection.execute(
        f"CREATE TRIGGER moody AFTER INSERT OR DELETE ON holds FOR EACH STATEMENT EXECUTE FUNCTION be_moody('{sqlstate}', {times})"
    )
    await connection.close()


async def outcomes_of(crew: Crew, calls: list[Call]) -> Counter[str]:
    """Asks for all at once and settles who is admitted. Who is refused must be told to come again."""
    said: Counter[str] = Counter()

    async def one(number: int, call: Call) -> None:
        replica = crew[number % len(crew)]
        try:
            verdict = await replica.ask(call)
        except StoreUnavailable:
            said["unavailable"] += 1
            return
        except Refusal as refusal:
            said[refusal.code] += 1
            return
        said[type(verdict).__name__] += 1
        if isinstance(verdict, Granted):
            await replica.settle(call)

    await asyncio.gather(*(one(number, call) for number, call in enumerate(calls)))
    return said


async def assert_once(crew: Crew, calls: list[Call], granted: int, *, leaked_max: int = 0) -> None:
    """So many records of calls that were admitted, each once; nothing else is held."""
    assert await crew.give_back(calls) <= leaked_max
    records = await crew.books.records(outcome="ok")
    assert len(records) == len({record["call_id"] for record in records}) == granted


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03", "53300", "53200"])
async def test_a_mood_of_the_database_is_an_outage(database, sqlstate):
    """Undone by Postgres a few times: asked again within the time there is, and nobody hears of it."""
    async with replicas(database, 3) as crew:
        await make_moody(database, sqlstate, 3)
        limit = crew.limit(30)
        calls = [crew.call(limit) for _ in range(60)]
        said = await outcomes_of(crew, calls)
        assert said == {"Granted": 30, "Denied": 30}
        await assert_once(crew, calls, 30)


@pytest.mark.parametrize("sqlstate", ["40001", "53300", "57P01", "XX000"])
async def test_a_mood_that_lasts_leaves_holds_behind(database, sqlstate):
    async with replicas(database, 3) as crew:
        limit = crew.limit(1_000)
        await outcomes_of(crew, [first := crew.call(limit)])
        await make_moody(database, sqlstate, 10**9)
        calls = [crew.call(limit) for _ in range(60)]
        began = time.monotonic()
        said = await outcomes_of(crew, calls)
        assert said == {"unavailable": 60}
        assert time.monotonic() - began < 3
        await assert_once(crew, [first, *calls], 1)


async def test_a_rival_that_locks_the_other_way_round_stops_calls(database):
    """Real deadlocks: one is undone after a second. Whoever was undone is admitted later, or told to come again."""
    async with replicas(database, 3) as crew:
        limits = [crew.limit(10_000) for _ in range(4)]
        first = crew.call(*limits)
        await outcomes_of(crew, [first])
        ids = sorted((first.account(limit).id for limit in limits), reverse=True)

        async def rival() -> None:
            connection = await asyncpg.connect(database, server_settings={"application_name": "rival"})
            try:
                while True:
                    with contextlib.suppress(asyncpg.DeadlockDetectedError):
                        async with connection.transaction():
                            for account_id in ids:
                                await connection.execute(
                                    "SELECT 1 FROM quota_accounts WHERE id = $1 FOR UPDATE", account_id
                                )
                                await asyncio.sleep(0.02)
                    await asyncio.sleep(0.05)
            finally:
                await connection.close()

        calls = [crew.call(*limits) for _ in range(40)]
        said: Counter[str] = Counter()
        async with meanwhile(rival()):
            for number in range(0, len(calls), 10):
                said += await outcomes_of(crew, calls[number : number + 10])
        assert said["Granted"] + said["unavailable"] + said["overloaded"] == len(calls)
        assert said["Granted"]
        async with asyncio.timeout(10):
            # Postgres counts them, if late.
            while not await crew.books.fetch(
                "SELECT 1 FROM pg_stat_database WHERE datname = current_database() AND deadlocks > 0"
            ):
                await asyncio.sleep(0.1)

        await assert_once(crew, [first, *calls], said["Granted"] + 1, leaked_max=said["unavailable"])


async def test_a_database_far_away_makes_a_queue_that_only_grows(database, full):
    """200 ms a round trip: one for the admission of a call, and no more than the batch before it to wait for."""
    async with (
        replicas(database, 1, members=4) as crew,
        before_database(database) as wire,
        crew.replica(wire.dsn) as far,
    ):
        crew[0] = far
        limits = [crew.limit(10_000) for _ in range(4)]
        await outcomes_of(crew, [crew.call(limit, member=n) for n, limit in enumerate(limits)])
        wire.switch(delay(ROUND_TRIP_S * 1_000 / 2))
        times: list[float] = []

        async def client(member: int) -> None:
            for _ in range(20 if full else 5):
                call = crew.call(limits[member], member=member)
                began = time.monotonic()
                assert isinstance(await far.ask(call), Granted)
                times.append(time.monotonic() - began)
                await far.settle(call)

        await client(0)
        assert percentile(times, 0.5) < 1.5 * ROUND_TRIP_S
        times.clear()
        await asyncio.gather(*(client(n % 4) for n in range(200)))
        # Two, the second of them its own; a queue that grew would be at ten by now.
        assert percentile(times, 0.9) < 3 * ROUND_TRIP_S
        # Used up: a look is all that a refusal takes, behind the one that finds no account yet.
        full_up = crew.limit(0)
        refused = [crew.call(full_up) for _ in range(200)]
        began = time.monotonic()
        assert await outcomes_of(crew, refused) == {"Denied": 200}
        assert time.monotonic() - began < 8 * ROUND_TRIP_S
        wire.switch(PASS)


async def test_calls_hang_or_leak_when_the_database_restarts(private_postgres, full):
    async with replicas(private_postgres.dsn, 3) as crew:
        chance, limit, calls, stop = random.Random(3), crew.limit(10**9), [], asyncio.Event()
        said: Counter[str] = Counter()

        async def client(number: int) -> None:
            while not stop.is_set():
                calls.append(crew.call(limit))
                outcome = await outcomes_of([crew[number % 3]], calls[-1:])  # type: ignore[arg-type]  # a crew of one
                said.update(outcome)
                await asyncio.sleep(0.05 if outcome["unavailable"] else 0)

        clients = [asyncio.create_task(client(number)) for number in range(60)]
        for how in ("restart", "kill") * (10 if full else 1):
            await asyncio.sleep(0.4 + chance.random() / 2)
            if how == "restart":
                await asyncio.to_thread(private_postgres.restart)
            else:
                await asyncio.to_thread(private_postgres.kill)
                await asyncio.to_thread(private_postgres.start)
        await asyncio.sleep(1)
        stop.set()
        await asyncio.gather(*clients)
        assert said["unavailable"]
        verdict = await crew[0].ask(last := crew.call(limit))
        assert isinstance(verdict, Granted | Denied)
        await crew[0].settle(last)
        await assert_once(crew, calls, said["Granted"] + 1, leaked_max=said["unavailable"])


async def test_no_connection_is_left(database, postgres_server):
    """53300 from the first packet on: new calls are refused while there is none, and served when there is room again."""
    async with replicas(database, 1) as crew:
        limit = crew.limit(100)
        await outcomes_of(crew, [first := crew.call(limit)])
        name = urlsplit(database).path.removeprefix("/")
        postgres_server.execute(
            f'ALTER DATABASE "{name}" CONNECTION LIMIT 0',
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        calls = [crew.call(limit) for _ in range(20)]
        began = time.monotonic()
        assert await outcomes_of(crew, calls) == {"unavailable": 20}
        assert time.monotonic() - began < 2
        postgres_server.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
        again = [crew.call(limit) for _ in range(20)]
        assert await outcomes_of(crew, again) == {"Granted": 20}
        await assert_once(crew, [first, *calls, *again], 21)
