"""What a record says a client was told, beside what a client was told: of every kind of refusal, in every dialect, in a stream too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from scripts import error_codes

from ai_api import catalog, credentials, ledger, providers
from ai_api.portal.refusals_recorded import KINDS
from ai_api.portal.refusals_told import Told, told_of
from tests.integration.gateway.shapes import told
from tests.integration.gateway.test_limits import limited
from tests.support.gateway import CHAT, MESSAGES, RESPONSES, Gateway, chat_body, messages_body, responses_body
from tests.support.organization import CLI, Caller
from tests.support.upstream.raw import RawAnswer

PART, WAIT, WORDS = "part_of_sentence", "retry_after", "sentence"


class Way(NamedTuple):
    """A dialect, as somebody calls in it."""

    name: str
    path: Callable[[str], str]
    body: Callable[..., dict[str, Any]]

    async def ask(self, g: Gateway, caller: Caller, prompt: str = "hello", **fields: Any) -> RawAnswer:
        model = fields.get("model", caller.model.slug)
        return await g.ask(caller, self.path(model), self.body(caller, prompt, **fields))


def _generated(_caller: Caller, prompt: str = "hello", **_fields: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}


def _streamed(body: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    return lambda *given, **fields: body(*given, **fields) | {"stream": True}


WAYS = {
    way.name: way
    for way in (
        Way("chat", lambda _: CHAT, chat_body),
        Way("chat streamed", lambda _: CHAT, _streamed(chat_body)),
        Way("responses", lambda _: RESPONSES, responses_body),
        Way("responses streamed", lambda _: RESPONSES, _streamed(responses_body)),
        Way("messages", lambda _: MESSAGES, messages_body),
        Way("messages streamed", lambda _: MESSAGES, _streamed(messages_body)),
        Way("generate", lambda model: f"/v1beta/models/{model}:generateContent", _generated),
        Way("generate streamed", lambda model: f"/v1beta/models/{model}:streamGenerateContent?alt=sse", _generated),
    )
}
STREAMS = [way for way in WAYS.values() if "streamed" in way.name]
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
# What is refused before there is an answer is told alike whether one was to be streamed.
every_dialect = pytest.mark.parametrize(
    "way", [each for each in WAYS.values() if each not in STREAMS], ids=lambda way: way.name
)
in_a_stream = pytest.mark.parametrize("way", STREAMS, ids=lambda way: way.name)


def error_of(answer: RawAnswer) -> tuple[str | None, str | None, str]:
    """What a client of any dialect reads of an error: its type, its code, its sentence."""
    is_stream = answer.headers["content-type"].startswith("text/event-stream")
    body = answer.payloads[-1] if is_stream else json.loads(answer.body)
    if body.get("type") == "response.failed":
        return "response.failed", body["response"]["error"]["code"], body["response"]["error"]["message"]
    error = body["error"]
    if "status" in error:
        return error["status"], error["details"][0]["reason"], error["message"]
    return error["type"], error["code"], error["message"]


async def told_in(g: Gateway, answer: RawAnswer) -> Told:
    """What the record of an answered call says."""
    call_id = UUID(answer.headers["x-ai-api-call-id"])
    await g.books.record(call_id=call_id)
    async with g.org.database.transaction() as tx:
        found = told_of(await ledger.find(tx, call_id))
    assert found is not None
    return found


async def assert_agrees(g: Gateway, answer: RawAnswer, *not_stored: str) -> None:
    """All that the record says is what was answered, and it leaves out no more than this."""
    said = await told_in(g, answer)
    kind, code, sentence = error_of(answer)
    assert (said.status, said.type, said.code) == (answer.status, kind, code)
    assert said.not_stored == list(not_stored)
    if WORDS in not_stored:
        assert said.sentence == []
    elif PART in not_stored:
        head, tail = said.sentence
        assert head or tail
        assert sentence.startswith(head)
        assert sentence.endswith(tail)
        assert len(sentence) > len(head) + len(tail)
    else:
        assert said.sentence == [sentence]
    wait, again = answer.headers.get("retry-after"), answer.headers.get("x-should-retry")
    if WAIT not in not_stored:
        assert said.retry_after_s == (None if wait is None else int(wait))
    if not said.in_stream:
        assert said.should_retry == (None if again is None else again != "false")


# ── who may not call ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def _nothing(_g: Gateway, _caller: Caller) -> None:
    """Nothing is done."""


def _moved(action: str) -> Callable[[Gateway, Caller], Any]:
    return lambda g, caller: g.org.move(caller, action)


async def _credential_paused(g: Gateway, caller: Caller) -> None:
    async with g.org.database.transaction() as tx:
        at = datetime.now(UTC)
        await credentials.pause(tx, CLI, caller.credential.credential.id, by="member", reason="a test", at=at)


async def _credential_expired(g: Gateway, caller: Caller) -> None:
    async with g.org.database.transaction() as tx:
        soon = datetime.now(UTC) + timedelta(seconds=0.3)
        await credentials.change(tx, CLI, caller.credential.credential.id, {"expires_at": soon}, at=datetime.now(UTC))
    await asyncio.sleep(0.4)


async def _elsewhere(g: Gateway, caller: Caller) -> None:
    async with g.org.database.transaction() as tx:
        networks = ["192.0.2.0/24"]
        at = datetime.now(UTC)
        await credentials.change(tx, CLI, caller.credential.credential.id, {"source_networks": networks}, at=at)


async def _key_disabled(g: Gateway, caller: Caller) -> None:
    async with g.org.database.transaction() as tx:
        await providers.disable_key(tx, CLI, caller.model.key.id)


async def _archived(g: Gateway, caller: Caller) -> None:
    async with g.org.database.transaction() as tx:
        await catalog.archive(tx, CLI, caller.model.id)


RIGHTS: dict[str, tuple[Callable[[Gateway, Caller], Any], dict[str, Any], tuple[str, ...]]] = {
    "credential revoked": (lambda g, caller: g.org.revoke(caller), {}, ()),
    "credential paused": (_credential_paused, {}, ()),
    "credential expired": (_credential_expired, {}, (PART,)),
    "used elsewhere": (_elsewhere, {}, (PART,)),
    "member disabled": (lambda g, caller: g.org.disable(caller.member), {}, ()),
    "allocation paused": (_moved("pause"), {}, (PART,)),
    "allocation quarantined": (_moved("quarantine"), {}, ()),
    "allocation revoked": (_moved("revoke"), {}, ()),
    "archived": (_archived, {}, ()),
    "no price": (_nothing, {"usd": "5", "prices": None}, ()),
    "no price for all": (_nothing, {"usd": "5", "prices": {"input_usd": "1"}}, (WORDS, WAIT)),
    "no key": (_key_disabled, {}, ()),
    "not offered": (_nothing, {"operations": ("embeddings",)}, (PART,)),
    "monthly tokens": (_nothing, {"tokens": 5}, ()),
    "monthly cost": (_nothing, {"usd": "0.000000005"}, ()),
    "nothing at all": (_nothing, {"tokens": 0}, (PART,)),
}


@every_dialect
@pytest.mark.parametrize("case", RIGHTS)
async def test_a_record_says_another_thing_than_its_client_was_told(g, way, case):
    prepare, how, not_stored = RIGHTS[case]
    caller = await g.org.caller(**how)
    await prepare(g, caller)
    await assert_agrees(g, await way.ask(g, caller), *not_stored)


# ── which model ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@every_way
async def test_a_record_names_another_model_than_its_client_was_told(g, way):
    caller = await g.org.caller()
    hidden, other = await g.org.model(access="restricted"), await g.org.model()
    for model in ("acme/never-was", 'It\'s "odd" — 中文', hidden.slug, other.slug):
        if way.name.startswith("generate") and not model.isascii():
            continue
        await assert_agrees(g, await way.ask(g, caller, model=model))
    alone = await g.org.credential(caller.member, scope=[])
    nothing = Caller(caller.member, caller.model, caller.allocation, alone)
    await assert_agrees(g, await way.ask(g, nothing))


async def test_a_record_of_a_call_without_a_model_says_another_thing(g):
    caller = await g.org.caller()
    answer = await g.ask(caller, CHAT, {"messages": [{"role": "user", "content": "hello"}]})
    assert "model is missing" in error_of(answer)[2]
    await assert_agrees(g, answer)


async def test_a_name_that_may_mean_two_models_is_recorded_as_another_thing(g):
    first = await g.org.caller(slug="acme/told-twin")
    await g.org.allocation(first.member, await g.org.model(slug="apex/told-twin"))
    answer = await g.ask(first, CHAT, chat_body(first) | {"model": "told-twin"})
    await assert_agrees(g, answer, WORDS)


# ── how much ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


LIMITS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "requests a day": ({"metric": "requests", "window_kind": "day", "amount": 1}, ()),
    "requests for ever": ({"metric": "requests", "window_kind": "lifetime", "amount": 1}, ()),
    "requests in a while": (
        {"metric": "requests", "window_kind": "sliding", "window_s": 3_600, "amount": 1},
        (PART, WAIT),
    ),
    "requests in a moment": (
        {"metric": "requests", "window_kind": "sliding", "window_s": 60, "amount": 1},
        (PART, WAIT),
    ),
    "never within the window": ({"metric": "total_tokens", "window_kind": "sliding", "window_s": 60, "amount": 5}, ()),
    "input for a month": ({"metric": "input_tokens", "window_kind": "month", "amount": 1}, ()),
    "cost for a day": ({"metric": "cost", "window_kind": "day", "amount": 7}, ()),
    "a cap of tokens": ({"metric": "input_tokens", "window_kind": "request", "amount": 1}, ()),
    "a cap of cost": ({"metric": "cost", "window_kind": "request", "amount": 7}, ()),
}


@every_dialect
@pytest.mark.parametrize("case", LIMITS)
async def test_a_limit_is_recorded_as_another_than_its_client_was_told(g, way, case):
    terms, not_stored = LIMITS[case]
    caller = await g.org.caller()
    async with limited(g, "member", caller.member.id, **terms):
        answer = await way.ask(g, caller)
        if terms["metric"] == "requests":
            assert answer.status == 200
            answer = await way.ask(g, caller)
        await assert_agrees(g, answer, *not_stored)


@asynccontextmanager
async def _under_way(g: Gateway, sim: Any, caller: Caller) -> AsyncIterator[None]:
    async with g.begun(caller, CHAT, chat_body(caller, told(hang_at=2), max_tokens=2_000)):
        await sim.witness.wait_for("started")
        yield


@every_way
async def test_who_waits_for_others_is_recorded_as_told_another_thing(g, sim, way):
    one_at_a_time = {"metric": "concurrency", "window_kind": "lifetime", "amount": 1}
    caller = await g.org.caller()
    async with limited(g, "member", caller.member.id, **one_at_a_time), _under_way(g, sim, caller):
        await assert_agrees(g, await way.ask(g, caller))
    sim.forget()
    busy = await g.org.caller(tokens=2_100)
    async with _under_way(g, sim, busy):
        await assert_agrees(g, await way.ask(g, busy))


# ── upstream, and in a stream ────────────────────────────────────────────────────────────────────────────────────────────


@every_way
@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
async def test_a_provider_s_failure_is_recorded_as_told_otherwise(g, way, status):
    caller = await g.org.caller()
    await assert_agrees(g, await way.ask(g, caller, told(status=status)), WORDS, WAIT)


@in_a_stream
async def test_an_answer_that_broke_off_is_recorded_as_one_that_never_began(g, way):
    caller = await g.org.caller()
    answer = await way.ask(g, caller, told(chunks=8, cut_at=4))
    assert (answer.status, (await told_in(g, answer)).in_stream) == (200, True)
    await assert_agrees(g, answer, WORDS)


def _opened(g: Gateway, way: Way, caller: Caller) -> AbstractAsyncContextManager[Any]:
    prompt = told(chunks=200, chunk_delay_ms=50)
    return g.begun(caller, way.path(caller.model.slug), way.body(caller, prompt))


@in_a_stream
async def test_a_right_that_was_taken_in_a_stream_is_recorded_as_told_otherwise(g, sim, way):
    caller = await g.org.caller()
    async with _opened(g, way, caller) as client:
        await sim.witness.wait_for("started")
        await asyncio.sleep(0.2)
        await g.org.move(caller, "quarantine")
        answer = await client.receive()
    assert answer.status == 200
    await assert_agrees(g, answer)


# ── of whom nobody can know ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_good_answer_is_shown_as_a_refusal(g, sim):
    caller = await g.org.caller()
    answer = await g.chat(caller)
    async with g.org.database.transaction() as tx:
        assert told_of(await ledger.find(tx, UUID(answer.headers["x-ai-api-call-id"]))) is None


async def test_who_left_is_said_to_have_been_told_something(g, sim):
    caller = await g.org.caller()
    async with _under_way(g, sim, caller):
        pass
    record = await g.books.record(outcome="client_closed", credential_id=caller.credential.credential.id)
    async with g.org.database.transaction() as tx:
        assert told_of(await ledger.find(tx, record["call_id"])) is None


def test_a_code_is_shown_under_another_kind_than_it_has():
    used = error_codes.read(Path(__file__).parents[3] / "src").kinds
    assert {code: used[code] for code in KINDS} == {code: {kind} for code, kind in KINDS.items()}


# ── a key that was used ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_key_that_was_used_is_recorded_as_told_another_thing(g):
    caller, key = await g.org.caller(usd="5"), {"idempotency-key": "order-4711"}
    assert (await g.ask(caller, CHAT, chat_body(caller), headers=key)).status == 200
    other = await g.ask(caller, CHAT, chat_body(caller, "something else"), headers=key)
    assert error_of(other)[1] == "idempotency_key_reused"
    await assert_agrees(g, other)


async def test_a_call_that_cannot_be_given_again_is_recorded_as_told_another_thing(g, sim):
    caller, key = await g.org.caller(usd="5"), {"idempotency-key": "order-4711"}
    body = {**chat_body(caller, told(hang_at=5)), "stream": True}
    async with g.begun(caller, CHAT, body, headers=key):
        await sim.witness.wait_for("started")
        await asyncio.sleep(0.1)
        under_way = await g.ask(caller, CHAT, body, headers=key)
        assert error_of(under_way)[1] == "idempotency_in_flight"
        await assert_agrees(g, under_way)
    async with asyncio.timeout(10):
        while error_of(answer := await g.ask(caller, CHAT, body, headers=key))[1] == "idempotency_in_flight":
            await asyncio.sleep(0.05)
    assert error_of(answer)[1] == "not_replayable"
    await assert_agrees(g, answer)
