"""The gateway dies while a call with an idempotency key is under way: whoever asks again never pays twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.faults.test_kill import an_organization, swept, working
from tests.integration.gateway.shapes import SHAPES, error_of, told
from tests.support.books import Books
from tests.support.gateway import CHAT, Address, chat_body, gateway_process
from tests.support.nursery import nursery
from tests.support.organization import Caller
from tests.support.upstream.raw import RawAnswer

AT_ONCE = 40
DECIDED_S = 60
PATIENCE_S = 30
KEY = "canary-of-the-key"


async def ask(g: Address, caller: Caller, shape, key: str, prompt: str, request_id: str = "r") -> RawAnswer:
    headers = {"idempotency-key": key, "x-request-id": request_id}
    return await g.ask(caller, shape.path, shape.body(caller, prompt), headers=headers, timeout_s=PATIENCE_S)


async def gone(asked: asyncio.Task[RawAnswer]) -> None:
    """Waits for a call that is not answered any more."""
    try:
        assert (await asked).ending != "whole"
    except OSError:
        return


async def decided(g: Address, caller: Caller, shape, key: str, prompt: str, request_id: str = "r") -> RawAnswer:
    """What a key is answered with once nobody says any more that its call is under way."""
    async with asyncio.timeout(DECIDED_S):
        while True:
            answer = await ask(g, caller, shape, key, prompt, request_id)
            if answer.status != 409 or error_of(answer)["code"] != "idempotency_in_flight":
                return answer
            await asyncio.sleep(0.2)


async def concluded(books: Books) -> int:
    """How many answers are kept."""
    return len(await books.fetch("SELECT 1 FROM idempotency_keys WHERE state = 'done'"))


@pytest.mark.parametrize("shape", SHAPES[::3], ids=str)
async def test_a_call_whose_gateway_was_killed_is_paid_again(database, sim, tmp_path, shape):
    books, log = Books(database), tmp_path / "gateway.log"
    prompt = told("canary of the prompt", hang_at=5)
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="5")
    async with gateway_process(database, log=log) as process:
        asked = asyncio.create_task(ask(process, caller, shape, KEY, prompt))
        await sim.witness.wait_for("started", timeout_s=PATIENCE_S)
        await asyncio.sleep(0.1)
        await process.kill()
        await gone(asked)
    async with gateway_process(database, log=log) as process:
        # What is held for it is there: somebody may still finish it, for all that is known.
        answer = await ask(process, caller, shape, KEY, prompt)
        assert (answer.status, error_of(answer)["code"]) == (409, "idempotency_in_flight")
        async with working(database):
            await swept(books)
        answer = await decided(process, caller, shape, KEY, prompt)
        assert (answer.status, error_of(answer)["code"]) == (409, "not_replayable")
        record = await books.record(outcome="interrupted")
        assert str(record["call_id"]) in error_of(answer)["message"]
        assert sim.counters.started == 1
        # Another key, an answer that is kept; and nothing of all this is in the log.
        kept = await ask(process, caller, shape, "another canary", "canary of the prompt")
        again = await ask(process, caller, shape, "another canary", "canary of the prompt")
        assert (again.body, again.headers["x-ai-api-replayed"]) == (kept.body, "true")
        assert b"canary" in kept.body
    assert b"replayed" in log.read_bytes()
    assert b"canary" not in log.read_bytes()
    await books.assert_at_rest()


async def test_a_gateway_killed_before_it_called_anybody_takes_the_key_with_it(database, sim, tmp_path):
    books, log = Books(database), tmp_path / "gateway.log"
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="5")
        async with gateway_process(database, log=log) as process:
            assert (await process.chat(caller)).status == 200
            async with org.database.transaction() as tx:
                # Admission waits; the claim does not need the accounts.
                await tx.execute(text("LOCK TABLE quota_accounts IN ACCESS EXCLUSIVE MODE"))
                asked = asyncio.create_task(ask(process, caller, SHAPES[0], KEY, "hello"))
                async with asyncio.timeout(PATIENCE_S):
                    while not await books.fetch("SELECT 1 FROM idempotency_keys"):
                        await asyncio.sleep(0.01)
                await process.kill()
                await gone(asked)
                # Nor does its admission happen after its death.
                await books.fetch(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
    async with working(database), gateway_process(database, log=log) as process:
        await swept(books)
        assert error_of(await ask(process, caller, SHAPES[0], KEY, "hello"))["code"] == "idempotency_in_flight"
        await books.fetch("UPDATE idempotency_keys SET created_at = created_at - interval '30 seconds'")
        answer = await decided(process, caller, SHAPES[0], KEY, "hello")
        assert (answer.status, "x-ai-api-replayed" in answer.headers) == (200, False)
    assert sim.counters.started == 2
    await books.assert_at_rest()


async def test_keys_of_a_gateway_that_is_killed_again_and_again_are_paid_twice(database, sim, tmp_path, rounds):
    """Everybody asks until there is an answer or a clear no; the provider has seen each of them once at most."""
    chance = random.Random(7)
    books, log = Books(database), tmp_path / "gateway.log"
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="5000", tokens=10**12)
    verdicts: Counter[str] = Counter()
    deaths = max(2, rounds // 4)
    async with nursery() as forks:
        for number in range(deaths):
            prompts = {
                f"r{number}-{n}": told(f"r{number}-{n}", chunk_delay_ms=chance.choice((0, 5, 60)), chunks=12)
                for n in range(AT_ONCE)
            }
            shapes = {key: SHAPES[n % 4] for n, key in enumerate(prompts)}
            await books.fetch("DELETE FROM idempotency_keys")
            async with forks.gateway(database, log=log) as process:
                asked = [
                    asyncio.create_task(ask(process, caller, shapes[key], key, prompt, key))
                    for key, prompt in prompts.items()
                ]
                enough = chance.randrange(3, 12)
                async with asyncio.timeout(PATIENCE_S):
                    while await concluded(books) < enough:
                        await asyncio.sleep(0.005)
                await process.kill()
                await asyncio.gather(*asked, return_exceptions=True)
            async with working(database), forks.gateway(database, log=log) as process:
                await swept(books)
                await books.fetch("UPDATE idempotency_keys SET created_at = created_at - interval '30 seconds'")
                for key, prompt in prompts.items():
                    answer = await decided(process, caller, shapes[key], key, prompt, f"{key}-again")
                    replayed = "x-ai-api-replayed" in answer.headers
                    verdicts[
                        "replayed" if replayed else "called" if answer.status == 200 else error_of(answer)["code"]
                    ] += 1
    paid = Counter(
        record["request_id"].removesuffix("-again")
        for record in await books.records()
        if record["usage_source"] != "none"
    )
    assert paid.keys() == {f"r{number}-{n}" for number in range(deaths) for n in range(AT_ONCE)}
    assert set(paid.values()) == {1}
    by_call = {record["call_id"]: record["request_id"].removesuffix("-again") for record in await books.records()}
    seen = Counter(
        by_call[UUID(event.x_request_id.partition(".")[0])] for event in sim.witness.events if event.what == "started"
    )
    assert set(seen.values()) == {1}
    print(verdicts)
    assert verdicts.keys() <= {"replayed", "called", "not_replayable"}
    # The test is worth nothing unless calls were cut off, and others ended before.
    assert verdicts["not_replayable"] > 0
    assert verdicts["replayed"] > 0
    await books.assert_at_rest()


@pytest.mark.parametrize("shape", SHAPES[1:2], ids=str)
async def test_a_restart_loses_the_answers_it_was_still_keeping(database, sim, tmp_path, shape):
    """SIGTERM: the last calls end, and their answers are there for the next process."""
    log = tmp_path / "gateway.log"
    prompt = told(chunk_delay_ms=20, chunks=30)
    async with an_organization(database, sim) as org:
        caller = await org.caller(usd="5")
    async with gateway_process(database, log=log) as process:
        asked = asyncio.create_task(ask(process, caller, shape, KEY, prompt))
        await sim.witness.wait_for("started", timeout_s=PATIENCE_S)
        process.child.terminate()
        first = await asked
        assert (first.status, first.ending) == (200, "whole")
        await process.child.wait()
    async with gateway_process(database, log=log) as process:
        again = await ask(process, caller, shape, KEY, prompt)
        assert (again.body, again.headers["x-ai-api-replayed"]) == (first.body, "true")
        plain = await process.ask(caller, CHAT, chat_body(caller))
        assert plain.status == 200
    assert sim.counters.started == 2
