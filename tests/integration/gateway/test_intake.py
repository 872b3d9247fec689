"""Calls a gateway has no room for, or no wish to read: told so before their body, while others are served."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from ai_api import credentials
from ai_api.credentials.secret import new_secret
from ai_api.gateway.people import LOOKUPS_PER_S_MAX
from ai_api.protocols.intake import FEW_CALLS
from ai_api.wire.json_body import encode
from tests.integration.gateway.shapes import SHAPES, STREAMS, WHOLES, error_of, every_shape, has_success_end, told
from tests.support.gateway import CHAT, beside, chat_body
from tests.support.organization import CLI
from tests.support.statements import Statements
from tests.support.upstream.raw import RawClient

LARGE = 20_000_000


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


async def announced(g, headers, *, size=LARGE, sent=b"") -> RawClient:
    """A call whose body is announced, and sent as far as this."""
    client = await RawClient(g.url).__aenter__()
    await client.send("POST", CHAT, headers={**headers, "content-length": str(size)})
    await client.send_bytes(sent)
    return client


async def answered(client, *, status, code):
    """It was answered without another byte of the body, and the connection closes."""
    answer = await client.receive(timeout_s=5)
    await client.close()
    assert (answer.status, error_of(answer)["code"], answer.headers["connection"]) == (status, code, "close"), answer
    return answer


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
async def test_a_body_is_read_before_it_is_known_who_asks(g, sim, chunked):
    """A secret in our form that nobody has: its checksum is good, and its body is not waited for."""
    caller = await g.org.caller(usd="5")
    for secret in (new_secret("sk-aiapi-"), "sk-anything"):
        async with RawClient(g.url) as client:
            length = {"transfer-encoding": "chunked"} if chunked else {"content-length": str(LARGE)}
            await client.send("POST", CHAT, headers={**bearer(secret), **length})
            await answered(client, status=401, code="invalid_api_key")
    assert await g.books.records() == []
    assert (await g.chat(caller)).status == 200


async def test_a_stopped_credential_s_bodies_are_read(g, sim):
    """Known, and not allowed any more: refused before the body too, and filed under its owner as ever."""
    caller = await g.org.caller(usd="5")
    await g.chat(caller)
    async with g.org.database.transaction() as tx:
        await credentials.revoke(tx, CLI, caller.credential.credential.id, reason="a test", at=datetime.now(UTC))
    # Its first call proves that the copy is old.
    assert (await g.chat(caller)).status == 401
    await answered(await announced(g, caller.headers), status=401, code="invalid_api_key")
    records = await g.books.records_when(3)
    assert [record["outcome"] for record in records] == ["ok", "credential_revoked", "credential_revoked"]
    assert len(sim.requests) == 1


async def test_a_credential_resumed_elsewhere_is_refused_out_of_an_old_copy(g):
    caller = await g.org.caller(usd="5")
    await g.chat(caller)
    for action in ("pause", "resume"):
        async with g.org.database.transaction() as tx:
            change = credentials.pause if action == "pause" else credentials.resume
            await change(tx, CLI, caller.credential.credential.id, by="member", reason="a test", at=datetime.now(UTC))
        if action == "pause":
            assert (await g.chat(caller)).status == 403
    assert (await g.chat(caller, "word " * 20_000, max_tokens=5)).status in {200, 400}
    assert (await g.chat(caller)).status == 200


async def test_a_body_drips_just_inside_of_the_silence_that_is_allowed(g, sim):
    async with beside(g, sim, listen={"body_s": 0.6, "body_idle_s": 30}) as g:
        caller = await g.org.caller(usd="5")
        client = await announced(g, caller.headers, size=10_000, sent=b'{"model": ')
        began = time.monotonic()
        dripping = asyncio.create_task(drip(client))
        answer = await answered(client, status=408, code="body_too_slow")
        await asyncio.wait({dripping})
        assert 0.5 < time.monotonic() - began < 5
        assert "x-should-retry" not in answer.headers
        assert (g.application.intake.held_bytes, g.application.intake.open_calls) == (0, 0)
        assert await g.books.records() == []


async def drip(client) -> None:
    try:
        for _ in range(100):
            await client.send_bytes(b" ")
            await asyncio.sleep(0.05)
    except (ConnectionError, AssertionError):
        # Closed, by them or by us.
        return


async def test_bodies_of_all_callers_together_fill_the_memory(g, sim):
    """Room for three of the largest: one credential gets two of them, another the last, and small calls go on."""
    limits = {"limits": {"body_bytes_max": 100_000}, "load": {"bodies_bytes_max": 900_000, "lag_ms_max": 60_000}}
    async with beside(g, sim, **limits) as g, AsyncExitStack() as stack:
        ada, bob = await g.org.caller(usd="5"), await g.org.caller(usd="5")
        intake = g.application.intake
        held = []
        for caller, bytes_held in ((ada, 300_000), (ada, 600_000), (bob, 870_000)):
            client = await announced(g, caller.headers, size=90_000 if caller is bob else 100_000)
            stack.push_async_callback(client.close)
            held.append(client)
            async with asyncio.timeout(5):
                while intake.held_bytes < bytes_held:
                    await asyncio.sleep(0.01)
        for caller in (ada, bob):
            answer = await answered(await announced(g, caller.headers, size=95_000), status=503, code="overloaded")
            assert answer.headers["retry-after"] == "1"
            # One that does not say how long it is finds out while it comes.
            async with RawClient(g.url) as client:
                await client.send("POST", CHAT, headers={**caller.headers, "transfer-encoding": "chunked"})
                for _ in range(9):
                    await client.send_bytes(b"2710\r\n" + b" " * 10_000 + b"\r\n")
                await answered(client, status=503, code="overloaded")
        assert (await g.chat(bob)).status == 200
        assert intake.shed["bodies"] == 4
        for client in held:
            await client.close()
        async with asyncio.timeout(5):
            while intake.held_bytes:
                await asyncio.sleep(0.01)
        assert (await g.chat(ada, "word " * 1_000)).status == 200
        assert intake.open_calls == 0


@every_shape
async def test_a_question_is_kept_for_as_long_as_its_answer_takes(g, sim, shape):
    """What was sent is let go of while the answer is still coming; a whole answer may be asked for elsewhere until it begins."""
    caller = await g.org.caller(usd="5")
    intake = g.application.intake
    async with g.begun(caller, shape.path, shape.body(caller, told("word " * 1_000, hang_at=3))) as client:
        await sim.witness.wait_for("started")
        if shape.stream:
            await client.receive(timeout_s=0.2)
        async with asyncio.timeout(5):
            while intake.held_bytes:
                await asyncio.sleep(0.01)
        assert intake.open_calls == 1
        (call,) = g.application.gateway.calls.open_calls.values()
        assert (call.docket.ask.body.document, call.docket.ask.body.fields) == ({}, {})
    assert (await g.books.record())["outcome"] == "client_closed"
    # The record is there a moment before the call has left.
    await g.at_rest()


async def test_another_provider_is_asked_with_half_a_question(g, sim):
    """What was let go of before the first answer would be missing in the second try."""
    first = await g.org.key("sim-error-500")
    caller = await g.org.caller(usd="5", key=first)
    await g.org.route(caller.model, await g.org.key(), priority=200)
    for shape in SHAPES:
        prompt = f"a question of {shape} " * 5_000
        answer = await g.ask(caller, shape.path, shape.body(caller, prompt, model=caller.model.slug))
        assert answer.status in {200, 400, 502}
        if answer.status == 200:
            assert prompt[:40].encode() in sim.requests.last().body


async def test_more_calls_than_there_may_be_are_begun(g, sim):
    async with beside(g, sim, load={"open_calls_max": 4, "lag_ms_max": 60_000}) as g:
        caller = await g.org.caller(usd="5")
        bodies = [shape.body(caller, told(chunk_delay_ms=20, chunks=40)) for shape in SHAPES]
        running = [
            asyncio.create_task(g.ask(caller, shape.path, body)) for shape, body in zip(SHAPES, bodies, strict=True)
        ]
        async with asyncio.timeout(5):
            while sim.counters.open < 4:
                await asyncio.sleep(0.01)
        answer = await answered(await announced(g, caller.headers), status=503, code="overloaded")
        assert answer.headers["retry-after"] == "1"
        small = await g.chat(caller)
        assert (small.status, small.headers["connection"]) == (503, "close")
        # Questions that cost nothing are still answered.
        assert (await g.http.get("/v1/models", headers=caller.headers)).status_code == 200
        for shape, task in zip(SHAPES, running, strict=True):
            ended = await task
            assert (ended.status, ended.ending) == (200, "whole")
            assert has_success_end(ended) or not shape.stream
        assert (await g.chat(caller)).status == 200
        assert g.application.intake.shed == {"open_calls": 2}
        shown = {family[0]: family[3] for family in g.application.metrics()}
        assert shown["ai_gateway_shed_calls_total"] == [("", {"reason": "open_calls"}, 2.0)]


async def test_a_gateway_that_cannot_keep_up_takes_more_on(g, sim):
    """Its loop is late: new calls are sent away, those under way come to their end, and then all is as before."""
    async with beside(g, sim, load={"lag_ms_max": 100}) as g:
        caller = await g.org.caller(usd="5")
        lag, intake = g.application.lag, g.application.intake
        body = STREAMS[0].body(caller, told(chunk_delay_ms=100, chunks=20))
        running = [asyncio.create_task(g.ask(caller, CHAT, body, timeout_s=30)) for _ in range(FEW_CALLS)]
        async with asyncio.timeout(10):
            while intake.open_calls < FEW_CALLS:
                await asyncio.sleep(0.01)
        for _ in range(5):
            time.sleep(0.4)  # what makes the loop late
            await asyncio.sleep(0.01)
        assert lag.lag_s > 0.2
        answer = await answered(await announced(g, caller.headers), status=503, code="overloaded")
        assert answer.headers["retry-after"] == "1"
        assert intake.shed["lag"] >= 1
        ended = await asyncio.gather(*running)
        assert {(each.status, each.ending, has_success_end(each)) for each in ended} == {(200, "whole", True)}
        async with asyncio.timeout(30):
            while (await g.chat(caller)).status != 200:
                await asyncio.sleep(0.1)


async def test_strangers_with_good_looking_secrets_flood_the_database(g, sim, postgres_server):
    """300 of them: fifty look-ups a second at most, whoever is known is served meanwhile, and nobody leaves a row."""
    statements = Statements(postgres_server, g.dsn)
    caller = await g.org.caller(usd="5")
    await g.chat(caller)
    before = len(await g.books.records())
    counters = g.application.gateway.tell.counters.refusals
    refused = counters.total()
    statements.forget()
    began = time.monotonic()

    async def stranger() -> int:
        return (await g.ask(None, CHAT, chat_body(caller), headers=bearer(new_secret("sk-aiapi-")))).status

    statuses: Counter[int] = Counter(await asyncio.gather(*(stranger() for _ in range(300))))
    assert (await g.chat(caller)).status == 200
    took_s = time.monotonic() - began
    assert set(statuses) == {401, 503}
    assert statuses[401] <= LOOKUPS_PER_S_MAX * (1 + took_s) + 1
    # Those that come together are looked up together.
    assert sum(count for text, count in statements.counted().items() if "s.secret_hash" in text) <= statuses[401]
    assert len(await g.books.records_when(before + 1)) == before + 1
    assert counters.total() == refused + 300


async def test_one_unknown_secret_is_looked_up_again_and_again(g, postgres_server):
    statements = Statements(postgres_server, g.dsn)
    caller = await g.org.caller(usd="5")
    await g.chat(caller)
    # The others of this file may have spent this second's look-ups.
    await asyncio.sleep(1)
    statements.forget()
    headers = bearer(new_secret("sk-aiapi-"))
    answers = await asyncio.gather(*(g.ask(None, CHAT, chat_body(caller), headers=headers) for _ in range(100)))
    assert {answer.status for answer in answers} == {401}
    assert sum(count for text, count in statements.counted().items() if "s.secret_hash" in text) == 1


@pytest.mark.parametrize("shape", WHOLES, ids=str)
async def test_a_large_question_s_words_are_lost_on_the_way(g, sim, shape):
    """Larger than a read, and than what is kept by copying: it arrives byte for byte."""
    caller = await g.org.caller(usd="500", context_tokens=4_000_000)
    prompt = "".join(f"word {number} " for number in range(40_000))
    answer = await g.ask(caller, shape.path, encode(shape.body(caller, prompt)))
    assert answer.status == 200
    assert prompt.encode() in sim.requests.last().body
