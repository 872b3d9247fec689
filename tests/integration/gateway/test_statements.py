"""How many statements a call costs the database, counted by the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ai_api.credentials.secret import new_secret
from tests.integration.gateway.shapes import SHAPES
from tests.support.gateway import CHAT, Gateway, chat_body, gateway
from tests.support.statements import Statements

AT_A_TIME, ROUNDS = 64, 10


@pytest_asyncio.fixture(loop_scope="module")
async def g(database, sim, monkeypatch) -> AsyncIterator[Gateway]:
    """A gateway that is this test's alone: every statement is, but for its looks at the schema, which do not come here."""
    monkeypatch.setattr("ai_api.app.schema_watch.SCHEMA_EVERY_S", 3_600)
    async with gateway(database, sim) as running:
        yield running


@pytest.fixture
def statements(postgres_server, database) -> Statements:
    return Statements(postgres_server, database)


async def test_a_call_asks_the_database_a_dozen_times(g, statements):
    """One statement admits, one settles; limited or not, whole or streamed."""
    for caller in (await g.org.caller(usd="5", tokens=1_000_000), await g.org.caller()):
        await g.chat(caller)
        statements.forget()
        for shape in SHAPES:
            assert (await shape.ask(g, caller)).status == 200
        counted = statements.counted()
        assert sorted(counted.values()) == [4, 4], counted
        assert {text.split(" ")[1] for text in counted} == {"quick", "given"}


async def test_a_call_that_is_cut_off_asks_more_often(g, statements):
    caller = await g.org.caller(usd="5")
    await g.chat(caller)
    statements.forget()
    for behaviour in ({"cut_at": 3}, {"status": 500}, {"status": 429}):
        await SHAPES[1].ask(g, caller, **behaviour)
    assert sorted(statements.counted().values()) == [3, 3]


async def test_wrong_keys_are_a_flood_of_look_ups(g, statements):
    caller = await g.org.caller()
    await g.chat(caller)
    statements.forget()
    typo = caller.secret[:-1] + ("a" if caller.secret[-1] != "a" else "b")
    for secret in (typo, "sk-" + "x" * 48, "x", "sk-aiapi-", "a" * 100_000, "é" * 20):
        answer = await g.ask(None, CHAT, chat_body(caller), headers={"x-api-key": secret})
        assert answer.status in {401, 431, 400}, answer
    assert statements.counted() == {}
    unknown = new_secret("sk-aiapi-")
    for _ in range(20):
        assert (await g.ask(None, CHAT, chat_body(caller), headers={"x-api-key": unknown})).status == 401
    # Looked up once, and remembered as unknown for a while.
    assert list(statements.counted().values()) == [1]


async def test_many_strangers_at_once_each_cost_a_look_up(g, statements):
    caller = await g.org.caller()
    await g.chat(caller)
    statements.forget()
    secrets = [new_secret("sk-aiapi-") for _ in range(150)]
    asks = (g.ask(None, CHAT, chat_body(caller), headers={"x-api-key": secret}) for secret in secrets)
    statuses = [answer.status for answer in await asyncio.gather(*asks)]
    assert set(statuses) == {401, 503}
    # At most fifty a second, and the known are served meanwhile.
    assert sum(statements.counted().values()) <= 100
    assert (await g.chat(caller)).status == 200


async def test_statements_grow_with_the_calls(g, statements, record_property):
    callers = [await g.org.caller(usd="500") for _ in range(4)]
    for caller in callers:
        await g.chat(caller)
    statements.forget()

    async def work(number: int) -> None:
        for turn in range(ROUNDS):
            shape = SHAPES[(number + turn) % 4]
            assert (await shape.ask(g, callers[number % 4])).status == 200

    await asyncio.gather(*(work(number) for number in range(AT_A_TIME)))
    calls = AT_A_TIME * ROUNDS
    per_call = sum(statements.counted().values()) / calls
    record_property("statements_per_call", per_call)
    print(f"{per_call:.3f} statements a call, {AT_A_TIME} at a time")
    assert per_call < 1.0
    assert len(await g.books.records()) == calls + len(callers)
