"""A call that may be asked for again is made once: what the client gets the second time, and when there is no second time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from ai_api import credentials, identity
from ai_api.core.db import Hot, Patience
from ai_api.core.ids import uuid7
from ai_api.gateway import store_idempotency
from ai_api.jobs import forget_idempotency_keys
from tests.integration.gateway.shapes import SHAPES, Shape, error_of, every_shape, every_stream, every_whole, told
from tests.support.gateway import CHAT, Address, Gateway, beside, chat_body, gateway
from tests.support.organization import CLI, OWNER_RIGHTS, Caller
from tests.support.statements import Statements
from tests.support.upstream.raw import RawAnswer

WHOLE, STREAM = SHAPES[0], SHAPES[1]
MEGABYTE = 1024 * 1024


async def ask(
    g: Address, caller: Caller, key: str, shape: Shape = WHOLE, prompt: str = "hello", **behaviour: Any
) -> RawAnswer:
    """A call with a key."""
    body = shape.body(caller, told(prompt, **behaviour))
    return await g.ask(caller, shape.path, body, headers={"idempotency-key": key})


async def rows_of(g: Gateway, caller: Caller) -> list[dict[str, Any]]:
    """The keys of a caller's credential."""
    statement = "SELECT * FROM idempotency_keys WHERE credential_id = $1"
    return [dict(row) for row in await g.books.fetch(statement, caller.credential.credential.id)]


async def state_of(g: Gateway, caller: Caller, *, not_yet: str | None = "open") -> str | None:
    """The state of a caller's one key, None when it is free, once it is not `not_yet` any more."""
    async with asyncio.timeout(5):
        while True:
            rows = await rows_of(g, caller)
            state = rows[0]["state"] if rows else None
            if state != not_yet:
                return state
            await asyncio.sleep(0.01)


def assert_replay(answer: RawAnswer, first: RawAnswer) -> None:
    """The same answer, and it says that it is."""
    assert (answer.status, answer.body, answer.ending) == (first.status, first.body, "whole")
    assert "x-ai-api-replayed" not in first.headers
    assert answer.headers["x-ai-api-replayed"] == "true"
    for name in ("content-type", "x-ai-api-call-id", "x-ai-api-model"):
        assert answer.headers[name] == first.headers[name]
    assert answer.headers["x-request-id"] != first.headers["x-request-id"]


def assert_not_replayable(answer: RawAnswer, call_id: object) -> None:
    assert (answer.status, error_of(answer)["code"]) == (409, "not_replayable")
    assert str(call_id) in error_of(answer)["message"]
    assert answer.headers["x-should-retry"] == "false"


@every_shape
async def test_a_call_that_is_asked_for_again_is_paid_again(g, sim, shape):
    caller = await g.org.caller(usd="5")
    first = await ask(g, caller, "order-4711", shape)
    assert first.status == 200
    for _ in range(2):
        assert_replay(await ask(g, caller, "order-4711", shape), first)
    assert sim.counters.started == 1
    # One record and what it booked: the fixture compares the two.
    assert (await g.books.record())["outcome"] == "ok"


async def test_a_call_without_a_key_is_answered_from_memory(g, sim):
    caller = await g.org.caller()
    for _ in range(2):
        assert (await g.chat(caller)).status == 200
    assert sim.counters.started == 2
    assert await rows_of(g, caller) == []


@every_shape
async def test_fifty_at_once_with_one_key_are_fifty_calls(g, sim, shape):
    caller = await g.org.caller(usd="50")
    async with beside(g, sim) as other:
        asked = (ask((g, other)[number % 2], caller, "k", shape, first_chunk_delay_ms=400) for number in range(50))
        answers = await asyncio.gather(*asked)
        assert sim.counters.started == 1
        (first,) = [answer for answer in answers if answer.status == 200 and "x-ai-api-replayed" not in answer.headers]
        for answer in answers:
            if answer.status != 200:
                assert (answer.status, error_of(answer)["code"]) == (409, "idempotency_in_flight")
                assert answer.headers["retry-after"] == "1"
                assert "x-should-retry" not in answer.headers
        assert len([answer for answer in answers if answer.status == 409]) > 30
        for replica in (g, other):
            assert_replay(await ask(replica, caller, "k", shape, first_chunk_delay_ms=400), first)
    assert len(await g.books.records(outcome="ok")) == 1


async def test_another_request_with_the_key_gets_the_answer_to_the_first(g, sim):
    caller = await g.org.caller()
    slow = asyncio.create_task(ask(g, caller, "k", first_chunk_delay_ms=300))
    await sim.witness.wait_for("started")
    early = await ask(g, caller, "k", prompt="something else")
    assert (await slow).status == 200
    body = chat_body(caller, told(first_chunk_delay_ms=300))
    others = [
        early,
        await ask(g, caller, "k", prompt="something else"),
        await ask(g, caller, "k", SHAPES[2], first_chunk_delay_ms=300),
        await g.ask(caller, "/chat/completions", body, headers={"idempotency-key": "k"}),
        await g.ask(caller, CHAT, json.dumps(body).encode(), headers={"idempotency-key": "k"}),
    ]
    for answer in others:
        assert (answer.status, error_of(answer)["code"]) == (422, "idempotency_key_reused")
        assert answer.headers["x-should-retry"] == "false"
    assert sim.counters.started == 1


async def test_another_credential_with_the_key_reads_the_answer(g, sim):
    caller = await g.org.caller()
    same_member = Caller(caller.member, caller.model, caller.allocation, await g.org.credential(caller.member))
    stranger = await g.org.caller(model=caller.model)
    answers = [await ask(g, each, "k") for each in (caller, same_member, stranger)]
    assert len({answer.headers["x-ai-api-call-id"] for answer in answers}) == 3
    # And each gets its own again.
    for each, first in zip((caller, same_member, stranger), answers, strict=True):
        assert_replay(await ask(g, each, "k"), first)
    assert sim.counters.started == 3


STOPS: dict[str, tuple[str, Callable[[Any, Caller], Awaitable[Any]]]] = {
    "revoked": (
        "invalid_api_key",
        lambda tx, c: credentials.revoke(tx, CLI, c.credential.credential.id, reason="a test", at=datetime.now(UTC)),
    ),
    "paused": (
        "credential_paused",
        lambda tx, c: credentials.pause(
            tx, CLI, c.credential.credential.id, by="admin", reason="a test", at=datetime.now(UTC)
        ),
    ),
    "member disabled": (
        "member_disabled",
        lambda tx, c: identity.disable_member(tx, CLI, c.member.id, by=OWNER_RIGHTS, now=datetime.now(UTC)),
    ),
}


@pytest.mark.parametrize("stop", STOPS)
async def test_a_stopped_credential_reads_its_answers(g, sim, stop):
    code, do = STOPS[stop]
    caller = await g.org.caller()
    async with beside(g, sim) as other:
        # Both replicas have a copy on which it may.
        for replica in (g, other):
            assert (await ask(replica, caller, "k")).status == 200
        async with g.org.database.transaction() as tx:
            await do(tx, caller)
        for replica in (g, other):
            answer = await ask(replica, caller, "k")
            assert answer.status in {401, 403}
            assert error_of(answer)["code"] == code
    assert sim.counters.started == 1


async def test_an_expired_credential_reads_its_answers(g, sim):
    caller = await g.org.caller()
    # Long enough for a busy machine to make the first call.
    expires_at = datetime.now(UTC) + timedelta(seconds=3)
    issued = await g.org.credential(caller.member, expires_at=expires_at)
    soon = Caller(caller.member, caller.model, caller.allocation, issued)
    assert (await ask(g, soon, "k")).status == 200
    await asyncio.sleep((expires_at - datetime.now(UTC)).total_seconds() + 0.1)
    assert (await ask(g, soon, "k")).status == 401


async def test_a_credential_that_was_resumed_elsewhere_makes_its_call_twice(g, sim):
    """This replica still believes that it is paused: it finds out, and the key is claimed all the same."""
    caller = await g.org.caller()
    at = datetime.now(UTC)
    async with g.org.database.transaction() as tx:
        await credentials.pause(tx, CLI, caller.credential.credential.id, by="admin", reason="a test", at=at)
    assert (await ask(g, caller, "k")).status == 403
    async with g.org.database.transaction() as tx:
        await credentials.resume(tx, CLI, caller.credential.credential.id, by="admin", reason="a test", at=at)
    first = await ask(g, caller, "k")
    assert_replay(await ask(g, caller, "k"), first)
    assert sim.counters.started == 1


async def test_a_refused_call_keeps_its_key(g, sim):
    caller = await g.org.caller(tokens=0)
    refused = await ask(g, caller, "k")
    assert (refused.status, await rows_of(g, caller)) == (429, [])
    await g.org.set_limits(caller, total_tokens=100_000)
    first = await ask(g, caller, "k")
    assert first.status == 200
    assert_replay(await ask(g, caller, "k"), first)
    assert sim.counters.started == 1


@every_shape
async def test_a_call_that_failed_for_free_cannot_be_tried_again(g, sim, shape):
    caller = await g.org.caller(usd="5")
    for status in (500, 429, 400):
        failed = await ask(g, caller, "k", shape, status=status)
        assert failed.status in {502, 429, 400}
        # Free before the client has read the last byte of its refusal.
        assert await rows_of(g, caller) == []
    first = await ask(g, caller, "k", shape)
    assert first.status == 200
    assert_replay(await ask(g, caller, "k", shape), first)


@every_stream
async def test_a_call_that_was_cut_off_is_paid_again(g, sim, shape):
    caller = await g.org.caller(usd="5")
    cut = await ask(g, caller, "k", shape, cut_at=5)
    assert cut.status == 200
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("upstream_interrupted", "estimated")
    assert_not_replayable(await ask(g, caller, "k", shape, cut_at=5), record["call_id"])
    assert sim.counters.started == 1


@every_shape
async def test_a_call_whose_client_left_is_paid_again(g, sim, shape):
    caller = await g.org.caller(usd="5")
    body = shape.body(caller, told(hang_at=5))
    async with g.begun(caller, shape.path, body, headers={"idempotency-key": "k"}):
        await sim.witness.wait_for("started")
        await asyncio.sleep(0.1)
        in_flight = await ask(g, caller, "k", shape, hang_at=5)
        assert error_of(in_flight)["code"] == "idempotency_in_flight"
    record = await g.books.record(outcome="client_closed")
    assert await state_of(g, caller) == "not_replayable"
    assert_not_replayable(await ask(g, caller, "k", shape, hang_at=5), record["call_id"])
    assert sim.counters.started == 1


@every_whole
async def test_an_answer_that_was_on_its_way_when_the_client_left_is_lost(g, sim, shape):
    caller = await g.org.caller(usd="5")
    body = shape.body(caller, told(first_chunk_delay_ms=300))
    async with g.begun(caller, shape.path, body, headers={"idempotency-key": "k"}) as client:
        await sim.witness.wait_for("started")
        async with g.org.database.transaction() as tx:
            # The ledger is busy, so that the client can leave between the answer and its record.
            await tx.execute(text("LOCK TABLE call_records IN ACCESS EXCLUSIVE MODE"))
            await sim.witness.wait_for("finished")
            await asyncio.sleep(0.1)
            await client.close()
            await asyncio.sleep(0.1)
    assert await state_of(g, caller) == "done"
    replay = await ask(g, caller, "k", shape, first_chunk_delay_ms=300)
    assert (replay.status, replay.headers["x-ai-api-replayed"]) == (200, "true")
    assert replay.headers["x-ai-api-call-id"] == str((await g.books.record())["call_id"])
    assert sim.counters.started == 1


@every_shape
async def test_an_answer_over_a_megabyte_is_stored_or_paid_again(g, sim, shape):
    caller = await g.org.caller(output_tokens_max=400_000, context_tokens=1_000_000)
    long = {"answer_bytes": MEGABYTE + 1, "chunks": 20}
    first = await ask(g, caller, "k", shape, **long)
    assert first.status == 200
    assert len(first.body) > MEGABYTE
    (row,) = await rows_of(g, caller)
    assert (row["state"], row["sealed_answer"], row["stored_bytes"]) == ("not_replayable", None, 0)
    assert_not_replayable(await ask(g, caller, "k", shape, **long), first.headers["x-ai-api-call-id"])
    # Some dialects say everything several times.
    shorter = {"answer_bytes": MEGABYTE // 16, "chunks": 20}
    first = await ask(g, caller, "other", shape, **shorter)
    assert_replay(await ask(g, caller, "other", shape, **shorter), first)
    assert sim.counters.started == 2
    assert g.application.gateway.idempotency.pending == 0
    assert g.application.gateway.idempotency._room.left_bytes == 64 * MEGABYTE


async def test_an_old_key_gives_an_old_answer(g, sim):
    caller = await g.org.caller()
    first = await ask(g, caller, "k")
    (row,) = await rows_of(g, caller)
    assert row["expires_at"] - row["created_at"] == timedelta(hours=24)
    await g.books.fetch("UPDATE idempotency_keys SET expires_at = now() WHERE call_id = $1", row["call_id"])
    second = await ask(g, caller, "k", prompt="something else")
    assert (second.status, "x-ai-api-replayed" in second.headers) == (200, False)
    assert second.headers["x-ai-api-call-id"] != first.headers["x-ai-api-call-id"]
    assert_replay(await ask(g, caller, "k", prompt="something else"), second)


async def test_old_answers_are_kept_for_ever(g, sim, monkeypatch):
    caller = await g.org.caller()
    for number in range(5):
        await ask(g, caller, f"k{number}")
    await g.books.fetch(
        "UPDATE idempotency_keys SET expires_at = now() WHERE call_id IN "
        "(SELECT call_id FROM idempotency_keys WHERE credential_id = $1 ORDER BY call_id LIMIT 4)",
        caller.credential.credential.id,
    )
    monkeypatch.setattr(forget_idempotency_keys, "BATCH_MAX", 2)
    hot = Hot(g.dsn, size=2)
    await hot.open()
    try:
        assert await forget_idempotency_keys.forget_idempotency_keys(hot).run() == 4
    finally:
        await hot.close()
    assert len(await rows_of(g, caller)) == 1


async def test_a_client_waits_for_a_store_that_is_silent(g, sim):
    """Its end comes after two seconds at most, and the answer is kept when Postgres is back."""
    caller = await g.org.caller()
    slow = asyncio.create_task(ask(g, caller, "k", STREAM, first_chunk_delay_ms=300))
    await sim.witness.wait_for("started")
    async with g.org.database.transaction() as tx:
        await tx.execute(text("LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE"))
        began = time.monotonic()
        first = await slow
        assert 1.5 < time.monotonic() - began < 3.5
        assert (first.status, first.ending) == (200, "whole")
    assert await state_of(g, caller) == "done"
    assert_replay(await ask(g, caller, "k", STREAM, first_chunk_delay_ms=300), first)


async def test_a_claim_whose_answer_was_lost_is_taken_for_ever(g, sim, monkeypatch):
    monkeypatch.setattr("ai_api.gateway.idempotency.CLAIM_OVER_S", 0.3)
    caller = await g.org.caller()
    await g.chat(caller)
    async with g.org.database.transaction() as tx:
        await tx.execute(text("LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE"))
        began = time.monotonic()
        answer = await ask(g, caller, "k")
        assert (answer.status, error_of(answer)["code"]) == (503, "store_unavailable")
        # A lock is held, and Postgres answers others: that is waited for.
        assert time.monotonic() - began < 4
        # As if the claim had been committed all the same.
    (row,) = await g.books.fetch("SELECT id FROM replicas WHERE swept_at IS NULL LIMIT 1")
    await insert_open(g, caller, uuid7(), row["id"])
    await asyncio.sleep(0.4)
    assert len(await rows_of(g, caller)) == 1, "of another call: not this one's to free"
    await g.books.fetch("DELETE FROM idempotency_keys WHERE key_hash = $1", b"k")
    assert (await ask(g, caller, "k")).status == 200
    assert sim.counters.started == 2


async def insert_open(g: Gateway, caller: Caller, call_id: UUID, replica_id: UUID) -> None:
    await g.books.fetch(
        "INSERT INTO idempotency_keys (credential_id, key_hash, body_hash, call_id, replica_id, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, now() + interval '1 hour')",
        *(caller.credential.credential.id, b"k", b"b", call_id, replica_id),
    )


async def orphan(g: Gateway, caller: Caller, *, call_id: UUID | None = None, age_s: int = 60) -> None:
    """Leaves a caller's one key as a process would that died before it could conclude it."""
    await g.books.fetch(
        "UPDATE idempotency_keys SET state = 'open', sealed_answer = NULL, sealing_key_id = NULL, replica_id = $2, "
        "call_id = coalesce($3, call_id), created_at = now() - make_interval(secs => $4) WHERE credential_id = $1",
        *(caller.credential.credential.id, uuid4(), call_id, float(age_s)),
    )


async def test_a_call_of_a_dead_process_is_paid_again(g, sim):
    caller = await g.org.caller()
    first = await ask(g, caller, "k")
    await orphan(g, caller)
    assert_not_replayable(await ask(g, caller, "k"), first.headers["x-ai-api-call-id"])
    await orphan(g, caller, age_s=1)
    assert_not_replayable(await ask(g, caller, "k"), first.headers["x-ai-api-call-id"])
    assert sim.counters.started == 1


async def test_a_call_of_a_dead_process_that_is_not_swept_yet_is_made_again(g, sim):
    caller = await g.org.caller()
    await ask(g, caller, "k")
    held = uuid7()
    await orphan(g, caller, call_id=held)
    await g.books.fetch(
        "INSERT INTO holds (call_id, replica_id, amounts, record) VALUES ($1, $2, '[]', '{}')", held, uuid4()
    )
    assert error_of(await ask(g, caller, "k"))["code"] == "idempotency_in_flight"
    # Its record was refused by the database: an administrator will write it down.
    await g.books.fetch("UPDATE holds SET parked = true WHERE call_id = $1", held)
    assert_not_replayable(await ask(g, caller, "k"), held)
    await g.books.fetch("DELETE FROM holds WHERE call_id = $1", held)
    assert sim.counters.started == 1


async def test_a_key_of_a_dead_process_that_called_nobody_is_taken_for_ever(g, sim):
    caller = await g.org.caller()
    await ask(g, caller, "k")
    await orphan(g, caller, call_id=uuid7(), age_s=5)
    assert error_of(await ask(g, caller, "k"))["code"] == "idempotency_in_flight"
    await orphan(g, caller, age_s=31)
    second = await ask(g, caller, "k")
    assert second.status == 200
    assert_replay(await ask(g, caller, "k"), second)
    assert sim.counters.started == 2


async def test_a_claim_of_a_living_process_is_taken_over(g, sim):
    """However long it takes: no hold and no record may only mean that the database has lost the hold."""
    caller = await g.org.caller()
    await ask(g, caller, "k")
    (row,) = await rows_of(g, caller)
    await orphan(g, caller, call_id=uuid7())
    await g.books.fetch(
        "UPDATE idempotency_keys SET replica_id = $1 WHERE credential_id = $2", row["replica_id"], row["credential_id"]
    )
    assert error_of(await ask(g, caller, "k"))["code"] == "idempotency_in_flight"
    assert sim.counters.started == 1


async def test_an_answer_sealed_by_a_key_that_is_gone_breaks_the_call(g, sim):
    caller = await g.org.caller()
    first = await ask(g, caller, "k")
    await g.books.fetch(
        "UPDATE idempotency_keys SET sealing_key_id = 'gone' WHERE credential_id = $1", caller.credential.credential.id
    )
    assert_not_replayable(await ask(g, caller, "k"), first.headers["x-ai-api-call-id"])
    assert sim.counters.started == 1
    # Nothing that starts on this database would be ready without that key.
    await g.books.fetch("DELETE FROM idempotency_keys WHERE sealing_key_id = 'gone'")


async def test_keys_prompts_or_answers_are_read_in_the_table(g, sim):
    caller = await g.org.caller()
    first = await ask(g, caller, "canary-of-the-key", prompt="canary of the prompt")
    assert b"canary of the prompt" in first.body
    await ask(g, caller, "canary-of-the-key", STREAM, prompt="canary of the prompt")
    (row,) = await rows_of(g, caller)
    assert row["stored_bytes"] == len(first.body)
    kept = b"".join(bytes(value) if isinstance(value, bytes) else str(value).encode() for value in row.values())
    assert b"canary" not in kept
    assert b"hello" not in kept
    logged = json.dumps([dict(each) for each in await g.books.records()], default=str)
    assert "canary" not in logged


async def test_an_answer_outlives_its_credential(g, sim):
    caller = await g.org.caller()
    issued = await g.org.credential(caller.member)
    await ask(g, Caller(caller.member, caller.model, caller.allocation, issued), "k")
    await g.books.fetch("DELETE FROM credentials WHERE id = $1", issued.credential.id)
    statement = "SELECT 1 FROM idempotency_keys WHERE credential_id = $1"
    assert await g.books.fetch(statement, issued.credential.id) == []


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "k\u00e9", "a\tb"], ids=["none", "blank", "long", "accent", "tab"])
async def test_a_key_that_cannot_be_kept_is_ignored(g, sim, key):
    caller = await g.org.caller()
    answer = await ask(g, caller, key)
    assert (answer.status, error_of(answer)["code"]) == (400, "bad_request")
    assert error_of(answer)["param"] == "Idempotency-Key"
    assert sim.counters.started == 0


async def test_of_two_keys_the_first_counts(g, sim):
    caller = await g.org.caller()
    twice = {"idempotency-key": "k", "Idempotency-Key": "k"}
    answer = await g.ask(caller, CHAT, chat_body(caller), headers=twice)
    assert (answer.status, error_of(answer)["param"]) == (400, "Idempotency-Key")
    for key in ("x" * 255, " !~"):
        assert (await ask(g, caller, key)).status == 200


async def test_a_key_is_dropped_where_keys_are_switched_off(g, sim):
    caller = await g.org.caller()
    async with beside(g, sim, idempotency=False) as other:
        answer = await ask(other, caller, "k")
        assert (answer.status, error_of(answer)["code"]) == (400, "bad_request")
        assert "AI_API_IDEMPOTENCY" in error_of(answer)["message"]
        assert (await other.chat(caller)).status == 200
    assert sim.counters.started == 1


async def test_a_key_costs_many_statements(database, sim, postgres_server):
    """One claims, one keeps; a replay claims nothing and reads. Others are not asked anything more."""
    async with gateway(database, sim) as g:
        caller = await g.org.caller(usd="5")
        await g.chat(caller)
        statements = Statements(postgres_server, database)
        for shape in SHAPES:
            assert (await ask(g, caller, str(shape), shape)).status == 200
        asked = statements.counted()
        assert sorted(count for text, count in asked.items() if "idempotency_keys" in text) == [4, 4], asked
        statements.forget()
        for shape in SHAPES:
            assert "x-ai-api-replayed" in (await ask(g, caller, str(shape), shape)).headers
        asked = statements.counted()
        assert sorted(count for text, count in asked.items() if "idempotency_keys" in text) == [4, 4], asked
        # Neither a hold nor a record.
        assert not any("INSERT INTO" in text and "idempotency_keys" not in text for text in asked), asked
        statements.forget()
        await g.chat(caller)
        assert not any("idempotency_keys" in statement for statement in statements.counted())


async def test_a_batch_of_claims_gives_one_key_to_two_calls(g, sim):
    caller = await g.org.caller()
    await g.chat(caller)
    epoch = (await g.books.fetch("SELECT epoch FROM members WHERE id = $1", caller.member.id))[0]["epoch"]

    def claim(key: bytes, *, stale: bool = False) -> store_idempotency.Claim:
        credential = caller.credential.credential
        return store_idempotency.Claim(credential.id, key, b"b", uuid7(), caller.member.id, epoch + (1 if stale else 0))

    hot = Hot(g.dsn, size=2, rehearsal=store_idempotency.REHEARSAL)
    await hot.open()
    try:
        asked = [claim(b"one"), claim(b"one"), claim(b"two"), claim(b"three", stale=True)]
        found = await store_idempotency.claim(hot, asked, uuid7(), patience=Patience(2, 2))
        one, again, two, stale = (found[each.call_id].verdict for each in asked)
        assert {one, again} == {"claimed", "again"}
        assert (two, stale) == ("claimed", "stale")
    finally:
        await hot.close()
