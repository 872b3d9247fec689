"""Responses that a provider keeps: whose they are, and by which key alone they can be had."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ai_api import credentials
from tests.integration.gateway.shapes import error_of, told
from tests.support.gateway import RESPONSES, beside
from tests.support.organization import CLI, Caller
from tests.support.upstream.raw import RawAnswer

STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def body(caller: Caller, prompt: Any = "hello", **fields: Any) -> dict[str, Any]:
    return {"model": caller.model.slug, "input": prompt, **fields}


def response_of(answer: RawAnswer) -> dict[str, Any]:
    if answer.headers["content-type"].startswith("text/event-stream"):
        return dict(answer.payloads[-1]["response"])
    return dict(json.loads(answer.body))


async def kept(g, **fields: Any) -> tuple[Caller, dict[str, Any]]:
    """A caller of OpenAI's, and a response that is kept for them."""
    caller = await g.org.caller(usd="50", key=await g.org.key("sk-keeps-0123456789", provider="openai"))
    answer = await g.ask(caller, RESPONSES, body(caller, **fields))
    assert answer.status == 200
    return caller, response_of(answer)


@STREAMED
async def test_a_conversation_cannot_be_gone_on_with(g, sim, stream):
    """At once, when the end was seen; with another credential of the same member too."""
    caller, first = await kept(g, stream=stream)
    again = await g.ask(caller, RESPONSES, body(caller, "and now?", previous_response_id=first["id"], stream=stream))
    assert (again.status, response_of(again)["previous_response_id"]) == (200, first["id"])
    assert json.loads(sim.requests.last().body)["previous_response_id"] == first["id"]
    (record, _) = await g.books.records()
    assert record["outcome"] == "ok"


async def test_somebody_elses_response_is_read_gone_on_with_or_deleted(g, sim):
    caller, first = await kept(g)
    other = Caller(*vars(await g.org.caller(usd="5")).values())
    before = len(sim.requests)
    for ask in (
        g.http.get(f"{RESPONSES}/{first['id']}", headers=other.headers),
        g.http.get(f"{RESPONSES}/{first['id']}/input_items", headers=other.headers),
        g.http.delete(f"{RESPONSES}/{first['id']}", headers=other.headers),
        g.http.post(f"{RESPONSES}/{first['id']}/cancel", headers=other.headers),
    ):
        answer = await ask
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "response_not_found")
    answer = await g.ask(other, RESPONSES, body(other, previous_response_id=first["id"]))
    assert (answer.status, error_of(answer)["code"]) == (404, "response_not_found")
    assert "start a new conversation" in error_of(answer)["message"]
    assert len(sim.requests) == before
    assert (await g.http.get(f"{RESPONSES}/{first['id']}", headers=caller.headers)).status_code == 200


async def test_a_kept_response_cannot_be_read_or_deleted(g):
    caller, first = await kept(g)
    path = f"{RESPONSES}/{first['id']}"
    shown = (await g.http.get(path, headers=caller.headers)).json()
    assert (shown["id"], shown["model"], shown["output"]) == (first["id"], caller.model.slug, first["output"])
    items = (await g.http.get(f"{path}/input_items?limit=5&order=asc", headers=caller.headers)).json()
    assert [item["content"] for item in items["data"]] == ["hello"]
    cancelled = await g.http.post(f"{path}/cancel", headers=caller.headers)
    assert (cancelled.status_code, cancelled.json()["error"]["code"]) == (400, "upstream_invalid")
    assert "background" in cancelled.json()["error"]["message"]
    gone = await g.http.delete(path, headers=caller.headers)
    assert (gone.status_code, gone.json()["deleted"]) == (200, True)
    for gone_from in (path, f"/responses/{first['id']}"):
        assert (await g.http.get(gone_from, headers=caller.headers)).status_code == 404
    answer = await g.ask(caller, RESPONSES, body(caller, previous_response_id=first["id"]))
    assert answer.status == 404
    assert len(await g.books.records()) == 2


async def test_a_response_is_gone_on_with_by_another_key(g, sim):
    """The key that made it is pinned, whatever the routes' order; where it is away, nobody else is asked."""
    caller, first = await kept(g)
    spare = await g.org.key("sk-spare-0123456789", provider="openai")
    await g.org.route(caller.model, spare, priority=1)
    fields = {"previous_response_id": first["id"]}
    answer = await g.ask(caller, RESPONSES, body(caller, **fields))
    assert answer.status == 200
    assert sim.requests.last().bearer == "sk-keeps-0123456789"
    answer = await g.ask(caller, RESPONSES, body(caller, told(status=503), **fields))
    assert answer.status == 503
    assert sim.requests.last().bearer == "sk-keeps-0123456789"
    another = await g.org.caller(usd="5", key=spare)
    both = Caller(caller.member, another.model, await g.org.allocation(caller.member, another.model), caller.credential)
    answer = await g.ask(both, RESPONSES, body(both, **fields))
    assert (answer.status, error_of(answer)["code"]) == (404, "response_not_found")
    assert "start a new conversation" in error_of(answer)["message"]


async def test_what_is_not_to_be_kept_is_noted(g):
    caller, first = await kept(g, store=False)
    assert (await g.http.get(f"{RESPONSES}/{first['id']}", headers=caller.headers)).status_code == 404
    answer = await g.ask(caller, RESPONSES, body(caller, previous_response_id=first["id"]))
    assert answer.status == 404


async def test_what_a_provider_would_keep_is_kept_by_the_gateway(g, sim):
    """Who insists is served by who keeps, whatever the routes' order."""
    caller = await g.org.caller(usd="5")
    keeps = await g.org.key("sk-keeps-0123456789", provider="openai")
    await g.org.route(caller.model, keeps, priority=200)
    answer = await g.ask(caller, RESPONSES, body(caller, store=True))
    assert (answer.status, response_of(answer)["store"]) == (200, True)
    asked = sim.requests.last()
    assert (asked.bearer, json.loads(asked.body)["store"]) == ("sk-keeps-0123456789", True)
    assert not await g.books.fetch("SELECT 1 FROM kept_responses WHERE member_id = $1", caller.member.id)


@pytest.mark.parametrize("query", ["stream=true", "starting_after=1", "api_key=x", "limit=1&x=2"])
async def test_a_question_is_passed_on_that_nobody_has_looked_at(g, sim, query):
    caller, first = await kept(g)
    before = len(sim.requests)
    answer = await g.http.get(f"{RESPONSES}/{first['id']}?{query}", headers=caller.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert len(sim.requests) == before


@pytest.mark.parametrize("response_id", ["x" * 600, "resp_%00", "..", "resp_1%2Finput_items", "%F0%9F%90%99"])
async def test_an_id_that_is_none_breaks_something(g, response_id):
    caller = await g.org.caller()
    answer = await g.http.get(f"{RESPONSES}/{response_id}", headers=caller.headers)
    assert answer.status_code == 404


async def test_a_revoked_credential_reads_what_is_kept(g):
    caller, first = await kept(g)
    async with g.org.database.transaction() as tx:
        await credentials.revoke(tx, CLI, caller.credential.credential.id, reason="a test", at=datetime.now(UTC))
    assert (await g.http.get(f"{RESPONSES}/{first['id']}", headers=caller.headers)).status_code == 401


async def test_what_the_provider_has_lost_is_shown_as_there(g, sim):
    caller, first = await kept(g)
    sim.kept.clear()
    answer = await g.http.get(f"{RESPONSES}/{first['id']}", headers=caller.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "response_not_found")
    second = await g.ask(caller, RESPONSES, body(caller, previous_response_id=first["id"]))
    assert second.status == 404


async def test_the_other_replica_does_not_know_it(g, database, sim):
    caller, first = await kept(g)
    async with beside(g, sim) as other:
        answer = await other.http.get(f"{RESPONSES}/{first['id']}", headers=caller.headers)
        assert (answer.status_code, answer.json()["id"]) == (200, first["id"])
