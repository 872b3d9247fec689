"""Responses that the gateway keeps itself, because no provider of their model would: driven by the official SDK."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
import openai
import pytest
from openai.types.responses import Response

from ai_api import credentials
from ai_api.core.db import Hot
from ai_api.gateway import call, kept_responses
from ai_api.jobs import forget_stored_responses
from tests.integration.gateway.shapes import error_of, has_success_end, told
from tests.integration.gateway.test_stored_responses import STREAMED, body, response_of
from tests.support.gateway import RESPONSES, beside
from tests.support.organization import CLI, Caller

OF_CHATS = {"operations": ("chat",)}
BY_EITHER = pytest.mark.parametrize("of_model", [OF_CHATS, {}], ids=["over-chat", "native"])
"""Asked as a chat, or of a server that knows responses and keeps none."""


def sdk(g, caller: Caller) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{g.url}/v1", api_key=caller.secret, max_retries=0)


async def create(client: openai.AsyncOpenAI, caller: Caller, said: Any, *, stream: bool, **fields: Any) -> Response:
    made = await client.responses.create(model=caller.model.slug, input=said, stream=stream, **fields)
    return [event async for event in made][-1].response if stream else made


async def kept(g, said: Any = "hello", *, of_model: Any = OF_CHATS, **fields: Any) -> tuple[Caller, dict[str, Any]]:
    """A caller, and a response that the gateway keeps for them."""
    caller = await g.org.caller(usd="50", **of_model)
    answer = await g.ask(caller, RESPONSES, body(caller, said, store=True, **fields))
    assert (answer.status, response_of(answer)["store"]) == (200, True)
    return caller, response_of(answer)


async def rows(g, caller: Caller) -> list[asyncpg.Record]:
    return await g.books.fetch("SELECT * FROM kept_responses WHERE member_id = $1", caller.member.id)


async def asked_for(g, caller: Caller, path: str) -> tuple[int, dict[str, Any]]:
    answer = await g.http.get(f"{RESPONSES}/{path}", headers=caller.headers)
    return answer.status_code, answer.json()


def texts(messages: Any) -> list[tuple[str, str]]:
    """Who said what, in a chat or in items; of what the provider echoed only whom it answered."""
    said = []
    for each in messages:
        content = each["content"]
        text = content if isinstance(content, str) else "".join(part["text"] for part in content)
        said.append((each["role"], " ".join(text.split(" ")[:2])))
    return said


@BY_EITHER
@STREAMED
async def test_a_conversation_cannot_be_gone_on_with(g, sim, stream, of_model):
    caller = await g.org.caller(usd="50", **of_model)
    async with sdk(g, caller) as client:
        first = await create(client, caller, "one", stream=stream, store=True, instructions="Be brief.")
        assert (first.status, first.to_dict()["store"], first.previous_response_id) == ("completed", True, None)
        said = [{"role": "user", "content": "two"}]
        second = await create(client, caller, said, stream=stream, store=True, previous_response_id=first.id)
        assert second.previous_response_id == first.id
        third = await create(client, caller, "three", stream=stream, previous_response_id=second.id, store=False)
        assert third.previous_response_id == second.id
        sent = json.loads(sim.requests.last().body)
        expected = [("user", "one"), ("assistant", "Echo: one"), ("user", "two"), ("assistant", "Echo: two")]
        assert texts(sent.get("messages") or sent["input"]) == [*expected, ("user", "three")]
        assert "Be brief." not in json.dumps(sent)
        assert "previous_response_id" not in sent
        assert (await client.responses.retrieve(second.id)).to_dict() == second.to_dict()
        items = await client.responses.input_items.list(second.id, order="asc")
        assert texts(item.to_dict() for item in items.data) == expected[:3]
        await client.responses.delete(first.id)
        for gone in (first.id, third.id):
            with pytest.raises(openai.NotFoundError):
                await client.responses.retrieve(gone)
        with pytest.raises(openai.NotFoundError, match="start a new conversation"):
            await create(client, caller, "four", stream=stream, previous_response_id=second.id)


async def test_a_tool_that_was_called_cannot_be_answered(g, sim):
    tools = [{"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": False}]
    calls = [{"name": "weather", "arguments": {"city": "Oslo"}, "id": "1"}]
    caller, first = await kept(g, told(text="", thinking="Hm.", tool_calls=calls), tools=tools)
    call_id = next(item for item in first["output"] if item["type"] == "function_call")["call_id"]
    result = [{"type": "function_call_output", "call_id": call_id, "output": "rain"}]
    answer = await g.ask(caller, RESPONSES, body(caller, result, tools=tools, previous_response_id=first["id"]))
    assert answer.status == 200
    messages = json.loads(sim.requests.last().body)["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool"]


async def test_a_conversation_hangs_on_the_model_it_began_with(g, sim):
    """What one model said is gone on with by another, whose provider keeps it then: it is told all of it."""
    caller, first = await kept(g, "one")
    key = await g.org.key("sk-keeps-0123456789", provider="openai")
    model = await g.org.model(key=key)
    await g.org.allocation(caller.member, model, usd="5")
    there = {"model": model.slug, "input": "two", "previous_response_id": first["id"], "stream": True}
    second = response_of(await g.ask(caller, RESPONSES, there))
    sent = json.loads(sim.requests.last().body)
    assert texts(sent["input"]) == [("user", "one"), ("assistant", "Echo: one"), ("user", "two")]
    assert not any("id" in item for item in sent["input"])
    assert "previous_response_id" not in sent
    assert (second["previous_response_id"], second["store"]) == (first["id"], True)
    again = await g.ask(caller, RESPONSES, {**there, "input": "three", "previous_response_id": second["id"]})
    assert again.status == 200
    assert json.loads(sim.requests.last().body)["previous_response_id"] == second["id"]
    # And back: what the provider keeps only the provider can go on with.
    back = await g.ask(caller, RESPONSES, body(caller, "four", previous_response_id=second["id"]))
    assert (back.status, error_of(back)["code"]) == (404, "response_not_found")


@BY_EITHER
@pytest.mark.parametrize("fields", [{}, {"store": None}, {"store": False}], ids=str)
async def test_what_nobody_wants_kept_is_kept(g, of_model, fields):
    caller = await g.org.caller(usd="5", **of_model)
    for stream in (False, True):
        answer = await g.ask(caller, RESPONSES, body(caller, stream=stream, **fields))
        assert answer.status == 200
        if of_model is OF_CHATS:
            assert response_of(answer)["store"] is False
            assert (await asked_for(g, caller, response_of(answer)["id"]))[0] == 404
    assert await rows(g, caller) == []


@BY_EITHER
async def test_a_server_that_keeps_nothing_is_asked_to_keep(g, sim, of_model):
    await kept(g, of_model=of_model)
    assert json.loads(sim.requests.last().body).get("store") in (None, False)


async def test_somebody_elses_conversation_is_read_gone_on_with_or_deleted(g, sim):
    caller, first = await kept(g)
    other = await g.org.caller(usd="5", **OF_CHATS)
    before = len(sim.requests)
    for method, below in (("GET", ""), ("GET", "/input_items"), ("DELETE", ""), ("POST", "/cancel")):
        answer = await g.http.request(method, f"{RESPONSES}/{first['id']}{below}", headers=other.headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "response_not_found")
    answer = await g.ask(other, RESPONSES, body(other, previous_response_id=first["id"]))
    assert (answer.status, error_of(answer)["code"]) == (404, "response_not_found")
    assert len(sim.requests) == before
    # Nor is it theirs once somebody has written their name on it.
    await g.books.fetch(
        "UPDATE kept_responses SET member_id = $1 WHERE member_id = $2", other.member.id, caller.member.id
    )
    assert (await asked_for(g, other, first["id"]))[0] == 404


async def test_the_store_itself_gives_everybody_everything(g):
    """Each statement keeps to the member by itself."""
    caller, first = await kept(g)
    other, _ = await kept(g)
    stored = g.application.gateway.stored
    for ask in (
        stored.find(other.member.id, first["id"]),
        stored.kept.response(other.member.id, first["id"]),
        stored.kept.input_items(other.member.id, first["id"], kept_responses.Page()),
    ):
        with pytest.raises(kept_responses.Refusal) as refused:
            await ask
        assert refused.value.code == "response_not_found"
    await stored.kept.forget(other.member.id, first["id"])
    assert (await asked_for(g, caller, first["id"]))[0] == 200


async def test_prompts_and_answers_are_read_in_the_table_or_the_log(g):
    canary = "canary-4fd1c0ffee"
    g.org.secrets.add(canary)
    caller, first = await kept(g, canary, instructions=canary, metadata={"of": canary})
    _, shown = await asked_for(g, caller, first["id"])
    assert canary in shown["output"][0]["content"][0]["text"]
    (row,) = await rows(g, caller)
    written = b"\0".join(each if isinstance(each, bytes) else str(each).encode() for each in row.values())
    assert canary.encode() not in written
    assert len(row["sealed_turn"]) > 200


async def test_a_key_that_is_gone_breaks_the_answer(g):
    caller, first = await kept(g)
    await g.books.fetch("UPDATE kept_responses SET sealing_key_id = 'gone' WHERE member_id = $1", caller.member.id)
    for below in ("", "/input_items"):
        status, refused = await asked_for(g, caller, f"{first['id']}{below}")
        assert (status, refused["error"]["code"]) == (404, "response_not_found")
    deleted = await g.http.delete(f"{RESPONSES}/{first['id']}", headers=caller.headers)
    assert deleted.status_code == 200


async def test_what_is_over_is_known_still(g):
    caller, first = await kept(g)
    (row,) = await rows(g, caller)
    assert (row["expires_at"] - row["created_at"]).days == 30
    young, fresh = await kept(g)
    await g.books.fetch("UPDATE kept_responses SET expires_at = now() WHERE member_id = $1", caller.member.id)
    assert (await asked_for(g, caller, first["id"]))[0] == 404
    answer = await g.ask(caller, RESPONSES, body(caller, previous_response_id=first["id"]))
    assert answer.status == 404
    hot = Hot(g.dsn, size=1)
    await hot.open()
    try:
        assert await forget_stored_responses.forget_stored_responses(hot).run() == 1
    finally:
        await hot.close()
    assert await rows(g, caller) == []
    assert (await asked_for(g, young, fresh["id"]))[0] == 200


async def test_a_revoked_credential_or_a_deleted_member_leaves_it_readable(g):
    caller, first = await kept(g)
    async with g.org.database.transaction() as tx:
        await credentials.revoke(tx, CLI, caller.credential.credential.id, reason="a test", at=datetime.now(UTC))
    assert (await asked_for(g, caller, first["id"]))[0] == 401
    (rule,) = await g.books.fetch(
        "SELECT confdeltype FROM pg_constraint WHERE conname = 'fk_kept_responses_member_id_members'"
    )
    assert rule["confdeltype"] == b"c"


@STREAMED
@BY_EITHER
async def test_an_answer_is_lost_that_cannot_be_kept(g, stream, of_model):
    """It is whole, and says that it is not kept."""
    caller = await g.org.caller(usd="5", **of_model)
    await g.books.fetch("ALTER TABLE kept_responses ADD CONSTRAINT full_up CHECK (false) NOT VALID")
    try:
        answer = await g.ask(caller, RESPONSES, body(caller, store=True, stream=stream))
    finally:
        await g.books.fetch("ALTER TABLE kept_responses DROP CONSTRAINT full_up")
    shown = response_of(answer)
    assert (answer.status, answer.ending, shown["status"], shown["store"]) == (200, "whole", "completed", False)
    assert shown["output"][0]["content"][0]["text"].startswith("Echo: hello")
    assert (await g.books.record())["outcome"] == "ok"
    assert (await asked_for(g, caller, shown["id"]))[0] == 404


async def test_who_was_told_that_it_is_not_kept_is_told_too_soon(g, monkeypatch):
    """Postgres writes it down when nobody waits for it any more: it is deleted again."""
    monkeypatch.setattr(call, "END_WITHOUT_RECEIPT_AFTER_S", 0.2)
    caller = await g.org.caller(usd="5", **OF_CHATS)
    blocker = await asyncpg.connect(g.dsn)
    try:
        lock = blocker.transaction()
        await lock.start()
        await blocker.execute("LOCK TABLE kept_responses IN SHARE MODE")
        answer = await g.ask(caller, RESPONSES, body(caller, store=True))
        await lock.rollback()
    finally:
        await blocker.close()
    assert (answer.status, response_of(answer)["store"]) == (200, False)
    await g.application.gateway.stored.kept.drain(5)
    assert await rows(g, caller) == []


async def test_what_nobody_knows_to_be_written_stays(g, monkeypatch):
    """A connection broke while it was written: it may come to be there, and is deleted once it can come no more."""
    monkeypatch.setattr(kept_responses, "WRITE_OVER_S", 0.05)
    caller, first = await kept(g)
    unknown: kept_responses.Kept = asyncio.get_running_loop().create_future()
    unknown.set_result(None)
    g.application.gateway.stored.kept.undo(caller.member.id, first["id"], unknown)
    await g.application.gateway.stored.kept.drain(5)
    assert await rows(g, caller) == []


@pytest.mark.parametrize("behaviour", [{"cut_at": 5}, {"error_at": 5}], ids=str)
async def test_half_an_answer_is_kept(g, behaviour):
    caller = await g.org.caller(usd="5", **OF_CHATS)
    answer = await g.ask(caller, RESPONSES, body(caller, told(**behaviour), store=True, stream=True))
    assert not has_success_end(answer)
    assert (await asked_for(g, caller, answer.payloads[0]["response"]["id"]))[0] == 404
    assert answer.payloads[-1]["response"]["id"] == answer.payloads[0]["response"]["id"]
    assert await rows(g, caller) == []


@STREAMED
async def test_an_answer_that_reached_its_bound_is_not_kept(g, stream):
    caller, first = await kept(g, told(finish="length"), stream=stream)
    assert first["status"] == "incomplete"
    assert (await asked_for(g, caller, first["id"])) == (200, first)


async def test_a_list_of_items_has_no_pages(g):
    said = [{"role": role, "content": text} for role, text in (("user", "1"), ("assistant", "2"), ("user", "3"))]
    caller, first = await kept(g, said)
    status, page = await asked_for(g, caller, f"{first['id']}/input_items?limit=2")
    assert (status, page["object"], page["has_more"]) == (200, "list", True)
    assert [item["content"][0]["text"] for item in page["data"]] == ["3", "2"]
    assert (page["first_id"], page["last_id"]) == (page["data"][0]["id"], page["data"][1]["id"])
    status, rest = await asked_for(g, caller, f"{first['id']}/input_items?limit=2&after={page['last_id']}")
    assert ([item["content"][0]["text"] for item in rest["data"]], rest["has_more"]) == (["1"], False)
    for query in ("order=up", "limit=0", "limit=101", "limit=x", "limit=%C2%B2", "after=x", "before=x", "include=x"):
        status, refused = await asked_for(g, caller, f"{first['id']}/input_items?{query}")
        assert (status, refused["error"]["param"]) == (400, query.split("=")[0]), query


async def test_a_question_is_answered_that_nobody_has_looked_at(g):
    caller, first = await kept(g)
    for query in ("stream=true", "include=reasoning.encrypted_content", "limit=1"):
        status, refused = await asked_for(g, caller, f"{first['id']}?{query}")
        assert (status, refused["error"]["param"]) == (400, query.split("=")[0])
    cancelled = await g.http.post(f"{RESPONSES}/{first['id']}/cancel", headers=caller.headers)
    assert (cancelled.status_code, "background" in cancelled.json()["error"]["message"]) == (400, True)
    deleted = await g.http.delete(f"/responses/{first['id']}", headers=caller.headers)
    assert (deleted.status_code, deleted.json()) == (200, {"id": first["id"], "object": "response", "deleted": True})
    assert await rows(g, caller) == []


async def test_a_conversation_grows_without_end(g, sim, monkeypatch):
    monkeypatch.setattr(kept_responses, "TURNS_MAX", 2)
    caller, last = await kept(g)
    for _ in range(2):
        answer = await g.ask(caller, RESPONSES, body(caller, previous_response_id=last["id"], store=True))
        last = response_of(answer)
    before = len(sim.requests)
    answer = await g.ask(caller, RESPONSES, body(caller, previous_response_id=last["id"]))
    assert (answer.status, error_of(answer)["param"]) == (400, "previous_response_id")
    assert "start a new conversation" in error_of(answer)["message"]
    monkeypatch.setattr(kept_responses, "TURNS_MAX", 20)
    monkeypatch.setattr(kept_responses, "CONVERSATION_BYTES_MAX", 500)
    answer = await g.ask(caller, RESPONSES, body(caller, previous_response_id=last["id"]))
    assert (answer.status, error_of(answer)["param"]) == (400, "previous_response_id")
    assert len(sim.requests) == before


@STREAMED
async def test_more_is_kept_than_there_is_room_for(g, sim, monkeypatch, stream):
    monkeypatch.setattr(kept_responses, "TURN_BYTES_MAX", 900)
    caller = await g.org.caller(usd="5", **OF_CHATS)
    answer = await g.ask(caller, RESPONSES, body(caller, "x" * 1_000, store=True, stream=stream))
    assert (answer.status, error_of(answer)["param"]) == (400, "store")
    assert len(sim.requests) == 0
    answer = await g.ask(caller, RESPONSES, body(caller, told(chunks=300), store=True, stream=stream))
    assert (answer.status, response_of(answer)["store"]) == (200, False)
    assert await rows(g, caller) == []


async def test_only_the_last_question_is_held_for(g, sim):
    """The conversation is input like any other: what does not fit a limit is refused before anybody is asked."""
    caller, first = await kept(g, "word " * 3_000)
    other = await g.org.model(operations=("chat",), output_tokens_max=64)
    await g.org.allocation(caller.member, other, tokens=1_000)
    before = len(sim.requests)
    asked = {"model": other.slug, "input": "and now?"}
    answer = await g.ask(caller, RESPONSES, {**asked, "previous_response_id": first["id"]})
    assert (answer.status, error_of(answer)["code"]) == (429, "insufficient_quota")
    assert len(sim.requests) == before
    # A short one fits: what is held is what was said, and not all that the model could be told.
    short = response_of(await g.ask(caller, RESPONSES, {**asked, "input": "hi", "store": True}))
    answer = await g.ask(caller, RESPONSES, {**asked, "previous_response_id": short["id"], "max_output_tokens": 64})
    assert answer.status == 200


async def test_where_nothing_is_kept_who_insists_is_served(g, sim):
    async with beside(g, sim, kept_responses_days=0) as other:
        for of_model, stream in ((OF_CHATS, True), ({}, False)):
            caller = await g.org.caller(usd="5", **of_model)
            answer = await other.ask(caller, RESPONSES, body(caller, store=True, stream=stream))
            assert (answer.status, error_of(answer)["param"]) == (400, "store")
    assert len(sim.requests) == 0


async def test_the_other_replica_does_not_know_it(g, sim):
    caller, first = await kept(g)
    async with beside(g, sim) as other:
        assert await asked_for(other, caller, first["id"]) == (200, first)


async def test_the_room_of_a_body_is_not_given_back(g):
    """What was put before the input counted as long as it was there."""
    caller, first = await kept(g)
    await g.ask(caller, RESPONSES, body(caller, previous_response_id=first["id"], store=True))
    await g.at_rest()
    assert g.application.intake.held_bytes == 0


@pytest.mark.parametrize("given", [7, {"text": "x"}, True], ids=str)
async def test_an_input_that_is_none_breaks_something(g, given):
    caller, first = await kept(g, of_model={})
    for fields in ({"previous_response_id": first["id"]}, {"store": True}):
        answer = await g.ask(caller, RESPONSES, body(caller, given, **fields))
        assert (answer.status, error_of(answer)["param"]) == (400, "input")
