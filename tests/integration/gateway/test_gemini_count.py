"""Tokens are counted in Gemini's dialect as in Anthropic's: by Google where it answers, by estimate elsewhere, at no cost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ai_api.credentials.secret import new_secret
from tests.integration.gateway.test_gemini import ask as ask_for_content
from tests.integration.gateway.test_gemini import body_of, caller_at
from tests.integration.gateway.test_upstream_faults import nowhere
from tests.support.gateway import Gateway
from tests.support.google_sdk import models_at
from tests.support.organization import Caller
from tests.support.upstream.raw import RawAnswer

TEXT = "The quick brown fox jumps over the lazy dog. " * 100


async def count(g: Gateway, caller: Caller, body: Any = None, *, query: str = "") -> RawAnswer:
    path = f"/v1beta/models/{caller.model.slug}:countTokens{query}"
    return await g.ask(None if query else caller, path, body_of("Hello there") if body is None else body)


def error_in(answer: RawAnswer) -> tuple[int, str, str]:
    error = json.loads(answer.body)["error"]
    return answer.status, error["status"], error["details"][0]["reason"]


async def assert_free(g: Gateway) -> None:
    """Nothing was recorded or held."""
    await g.at_rest()
    assert await g.books.records() == []
    assert await g.books.holds() == 0


async def test_the_provider_s_count_is_another_one_or_its_question_another(g, sim):
    caller = await caller_at(g)
    sent = rb'{ "contents":[{"role":"user","parts":[{"text":"Hello \u0074here"}]}],"xLater":[1.50, null] }'
    answer = await count(g, caller, sent)
    assert (answer.status, answer.body) == (200, b'{"totalTokens":6}')
    assert answer.headers["x-ai-api-token-count"] == "provider"
    arrived = sim.requests.last()
    assert arrived.target.decode() == f"/v1/models/{caller.model.upstream_model}:countTokens"
    assert arrived.body == sent.replace(b'{ "', b'{"', 1).replace(b"] }", b"]}")
    assert arrived.header("x-goog-api-key") == "sk-upstream-0123456789"
    assert arrived.header("authorization") is None
    await assert_free(g)


@pytest.mark.parametrize("api_version", ["v1beta", "v1"])
async def test_google_s_sdk_cannot_count(g, sim, api_version):
    caller = await caller_at(g)
    async with models_at(g.url, caller.secret, api_version=api_version) as models:
        assert (await models.count_tokens(model=caller.model.slug, contents="Hello there")).total_tokens == 6
    await assert_free(g)


@pytest.mark.parametrize("name", ["generateContentRequest", "generate_content_request"])
async def test_the_request_inside_is_counted_for_another_model_or_not_at_all(g, sim, name):
    caller = await caller_at(g)
    inside = body_of("Hello there", model=f"models/{caller.model.slug}")
    assert (await count(g, caller, {name: inside})).status == 200
    sent = json.loads(sim.requests.last().body)[name]
    assert sent == inside | {"model": f"models/{caller.model.upstream_model}"}
    other = await g.org.caller(usd="5")
    picture = {"inlineData": {"mimeType": "image/png", "data": "AAAA" * 10_000}}
    asked = {"contents": [{"parts": [{"text": TEXT}, picture]}], "systemInstruction": {"parts": [{"text": TEXT}]}}
    alone = json.loads((await count(g, other, body_of(TEXT))).body)["totalTokens"]
    within = json.loads((await count(g, other, {name: asked})).body)["totalTokens"]
    # A picture is none of its base64's tokens.
    assert 1_000 <= within - 2 * alone <= 1_100


async def test_a_model_of_another_vendor_is_not_counted_for(g, sim):
    """By estimate, as in Anthropic's dialect: half as much again as cl100k, 1,000 for a picture."""
    caller = await g.org.caller(usd="5")
    answer = await count(g, caller, body_of(TEXT))
    counted = json.loads(answer.body)["totalTokens"]
    assert (answer.headers["x-ai-api-token-count"], 1_000 <= counted <= 2_000) == ("tokenizer", True)
    picture = {"inlineData": {"mimeType": "image/png", "data": "AAAA" * 10_000}}
    seen = json.loads((await count(g, caller, {"contents": [{"parts": [{"text": TEXT}, picture]}]})).body)
    assert counted + 900 <= seen["totalTokens"] <= counted + 1_100
    assert len(sim.requests) == 0
    await assert_free(g)


async def test_nobody_counts_while_google_does_not(g, sim, monkeypatch):
    key = await g.org.key(url=nowhere(), provider="gemini")
    caller = await g.org.caller(model=await g.org.model(key=key, operations=("chat",)))
    assert (await count(g, caller)).headers["x-ai-api-token-count"] == "tokenizer"

    async def busy(_targets, _texts):
        return None

    monkeypatch.setattr(g.application.gateway.counter, "count", busy)
    answer = await count(g, caller, body_of("x" * 1_000))
    assert (answer.headers["x-ai-api-token-count"], json.loads(answer.body)) == ("bytes", {"totalTokens": 1_200})


async def test_whoever_may_not_call_may_count(g, sim):
    caller, paused, revoked = await caller_at(g), await caller_at(g), await caller_at(g)
    path = f"/v1beta/models/{caller.model.slug}:countTokens"
    stranger = await g.ask(None, path, body_of(), headers={"x-goog-api-key": new_secret("sk-aiapi-")})
    other = await g.ask(await g.org.caller(), f"/v1beta/models/{caller.model.slug}x:countTokens", body_of())
    await g.org.move(paused, "pause")
    await g.org.revoke(revoked)
    seen = [error_in(answer) for answer in (stranger, other, await count(g, paused), await count(g, revoked))]
    assert seen == [
        (401, "UNAUTHENTICATED", "credential_unknown"),
        (404, "NOT_FOUND", "model_not_found"),
        (403, "PERMISSION_DENIED", "allocation_paused"),
        (401, "UNAUTHENTICATED", "credential_revoked"),
    ]
    large = await count(g, revoked, body_of("x" * 70_000))
    assert (error_in(large), large.ending) == ((401, "UNAUTHENTICATED", "credential_revoked"), "whole")
    assert len(sim.requests) == 0
    await assert_free(g)


async def test_who_has_used_up_a_quota_counts_on(g, sim):
    caller = await caller_at(g, tokens=600)
    assert (await count(g, caller)).status == 200
    used = body_of('[[sim {"usage": {"input": 600, "output": 40}}]]')
    assert (await ask_for_content(g, caller, "whole", used)).status == 200
    await g.at_rest()
    assert error_in(await count(g, caller)) == (429, "RESOURCE_EXHAUSTED", "token_quota_exceeded")
    assert len(await g.books.records()) == 1


@pytest.mark.parametrize("query", ["?key={secret}", "?alt=json&key={secret}"])
async def test_a_credential_in_the_query_is_sent_on(g, sim, query):
    caller = await caller_at(g)
    assert (await count(g, caller, query=query.format(secret=caller.secret))).status == 200
    assert caller.secret.encode() not in sim.requests.last().target


@pytest.mark.parametrize(
    ("body", "query", "status", "field"),
    [
        ({}, "", 400, "contents"),
        ({"generateContentRequest": []}, "", 400, "generateContentRequest"),
        ({"generateContentRequest": {}}, "", 400, "contents"),
        ({"generateContentRequest": body_of(), **body_of()}, "", 400, "contents"),
        ({"generateContentRequest": body_of(model="models/another")}, "", 400, "model"),
        ({"generateContentRequest": body_of(api_base="http://10.0.0.1")}, "", 400, "api_base"),
        (b'{"generateContentRequest":{"contents":[],"contents":[]}}', "", 400, "generateContentRequest"),
        ({"generateContentRequest": body_of(cachedContent="cachedContents/1")}, "", 404, "cachedContent"),
        (body_of(), "?alt=sse&key={secret}", 400, "alt"),
    ],
)
async def test_what_cannot_be_counted_reaches_the_provider(g, sim, body, query, status, field):
    caller = await caller_at(g)
    answer = await count(g, caller, body, query=query.format(secret=caller.secret))
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"], error["details"][0]["metadata"]["field"]) == (status, status, field)
    assert len(sim.requests) == 0
