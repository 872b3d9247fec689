"""Postgres goes away under open calls, and comes back: nobody's answer is cut short, and every record is there, once."""

from __future__ import annotations

import asyncio
import random
import time

import pytest
from sqlalchemy import text

from tests.integration.gateway.shapes import SHAPES, STREAMS, error_of, has_success_end, told
from tests.support.books import assert_records_match_witness
from tests.support.gateway import CHAT, chat_body, gateway

AWAY = {"stopped": ("stop", "start"), "killed": ("kill", "start"), "frozen": ("pause", "resume")}


async def good_again(g, caller) -> float:
    """Seconds until a call succeeds."""
    began = time.monotonic()
    async with asyncio.timeout(20):
        while (await g.chat(caller)).status != 200:
            await asyncio.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.parametrize("how", AWAY)
async def test_clients_see_the_end_of_streams_that_have_no_record(private_postgres, sim, how, monkeypatch):
    monkeypatch.setattr("ai_api.gateway.watch.CLEAR_EVERY_S", 1.0)
    leave, come_back = (getattr(private_postgres, name) for name in AWAY[how])
    async with gateway(private_postgres.dsn, sim) as g:
        caller = await g.org.caller(usd="50", tokens=10_000_000)
        prompt = told(chunk_delay_ms=20, chunks=60)
        calls = [
            asyncio.create_task(g.ask(caller, shape.path, shape.body(caller, prompt)))
            for shape in (*STREAMS, *SHAPES)
            for _ in range(3)
        ]
        while sim.counters.open < len(calls):
            await asyncio.sleep(0.01)
        await asyncio.to_thread(leave)
        refused_after = []
        for _ in range(4):
            began = time.monotonic()
            answer = await g.chat(caller)
            refused_after.append(time.monotonic() - began)
            assert (answer.status, error_of(answer)["code"]) == (503, "store_unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        assert max(refused_after) < 0.6, refused_after
        assert (await g.http.get("/healthz")).status_code == 200
        answers = await asyncio.gather(*calls)
        for answer in answers:
            assert (answer.status, answer.ending) == (200, "whole")
            assert has_success_end(answer) or answer.headers["content-type"] == "application/json"
        # Two seconds is how long an end waits for its record.
        assert sim.counters.finished == len(calls)
        assert (await g.http.get("/readyz")).status_code == 503
        await asyncio.to_thread(come_back)
        assert await good_again(g, caller) < 3
        await g.at_rest()
        records = await g.books.records(outcome="ok")
        assert len(records) == len(calls) + 1
        assert {record["usage_source"] for record in records} == {"provider"}
        assert_records_match_witness(records, list(sim.witness.events))
        # What was refused meanwhile has no hold that leaked, after the replica has looked for such.
        async with asyncio.timeout(15):
            while await g.books.holds():
                await asyncio.sleep(0.2)


async def test_a_first_caller_during_an_outage_is_called_a_stranger(private_postgres, sim):
    async with gateway(private_postgres.dsn, sim) as g:
        caller = await g.org.caller()
        await asyncio.to_thread(private_postgres.stop)
        for _ in range(3):
            answer = await g.chat(caller)
            assert (answer.status, error_of(answer)["code"]) == (503, "store_unavailable")
        listed = await g.http.get("/v1/models", headers=caller.headers)
        assert (listed.status_code, listed.headers["retry-after"]) == (503, "2")
        await asyncio.to_thread(private_postgres.start)
        assert await good_again(g, caller) < 3


async def test_a_gateway_that_starts_before_its_database_never_gets_ready(private_postgres, sim):
    dsn = private_postgres.dsn
    async with gateway(dsn, sim) as before:
        caller = await before.org.caller()
    await asyncio.to_thread(private_postgres.stop)
    async with gateway(dsn, sim, check=False) as g:
        assert (await g.http.get("/healthz")).status_code == 200
        assert (await g.http.get("/readyz")).status_code == 503
        answer = await g.chat(caller)
        # Whoever is known already is told that it starts; to know a stranger the database would have to be asked.
        assert (answer.status, error_of(answer)["code"]) == (503, "store_unavailable")
        await asyncio.to_thread(private_postgres.start)
        assert await good_again(g, caller) < 3
        assert (await g.http.get("/readyz")).status_code == 200


async def test_a_database_that_crashes_under_load_loses_or_doubles_records(private_postgres, sim, rounds):
    """SIGKILL to every process of Postgres at random moments under fifty clients; recovery replays what was committed."""
    chance = random.Random(7)
    async with gateway(private_postgres.dsn, sim) as g:
        caller = await g.org.caller(usd="5000", tokens=10**12)
        stop = asyncio.Event()
        ended: dict[str, int] = {}

        async def client(number: int) -> None:
            turn = 0
            while not stop.is_set():
                turn += 1
                shape, name = SHAPES[(number + turn) % 4], f"c{number}-{turn}"
                body = shape.body(caller, told(chunk_delay_ms=chance.choice((0, 2, 5)), chunks=12))
                answer = await g.ask(caller, shape.path, body, headers={"x-request-id": name}, timeout_s=30)
                assert answer.ending == "whole", answer
                ended[name] = answer.status
                if answer.status != 200:
                    await asyncio.sleep(0.1)

        clients = [asyncio.create_task(client(number)) for number in range(50)]
        for _ in range(max(2, rounds // 4)):
            await asyncio.sleep(0.3 + chance.random())
            await asyncio.to_thread(private_postgres.kill)
            await asyncio.sleep(chance.random())
            await asyncio.to_thread(private_postgres.start)
            await good_again(g, caller)
        stop.set()
        await asyncio.gather(*clients)
        await g.at_rest(20)
        async with asyncio.timeout(15):
            while await g.books.holds():
                await asyncio.sleep(0.2)
        records = await g.books.records()
        by_request = {record["request_id"]: record for record in records}
        assert len(by_request) == len(records), "double"
        assert_records_match_witness(records, list(sim.witness.events))
        for name, status in ended.items():
            if status == 200:
                record = by_request[name]
                assert (record["outcome"], record["usage_source"], record["swept"]) == ("ok", "provider", False)
        assert set(ended.values()) <= {200, 503}


async def test_settlements_that_wait_grow_without_end(database, sim, monkeypatch):
    """Nothing can be written down: new calls wait until it can."""
    monkeypatch.setattr("ai_api.gateway.settle.OLDEST_MAX_S", 0.3)
    async with gateway(database, sim) as g:
        caller = await g.org.caller(usd="5")
        async with g.org.database.transaction() as tx:
            await tx.execute(text("LOCK TABLE call_records IN ACCESS EXCLUSIVE MODE"))
            began = time.monotonic()
            first = await g.chat(caller, stream=True)
            # Its end waited two seconds for its record and no longer.
            assert first.body.endswith(b"data: [DONE]\n\n")
            assert 2.0 <= time.monotonic() - began < 2.6
            answer = await g.ask(caller, CHAT, chat_body(caller))
            assert (answer.status, error_of(answer)["code"], answer.headers["retry-after"]) == (503, "overloaded", "2")
            assert (await g.http.get("/readyz")).status_code == 503
        assert await good_again(g, caller) < 3
        assert [record["outcome"] for record in await g.books.records(outcome="ok")] == ["ok", "ok"]
