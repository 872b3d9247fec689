"""Embeddings in Gemini's dialect, to Google and to models of other vendors; and OpenAI's to a model of Google's."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.integration.gateway.shapes import told
from tests.integration.gateway.test_embeddings import EMBEDDINGS, PRICES, body
from tests.support.gateway import Gateway
from tests.support.google_sdk import errors, models_at, types
from tests.support.organization import INPUT_NANOS, UPSTREAM_SECRET, Caller
from tests.support.upstream import embeddings
from tests.support.upstream.raw import RawAnswer

PROVIDERS = ("gemini", "local")
every_provider = pytest.mark.parametrize("provider", PROVIDERS)
every_form = pytest.mark.parametrize("verb", ["embedContent", "batchEmbedContents"])
WORDS = ["a river", "the sea"]
TOKENS = 3 + 2 + 3 + 2
"""What the provider says that it made of these words."""


async def caller_at(g: Gateway, provider: str = "gemini", *, key: str = UPSTREAM_SECRET, **terms: Any) -> Caller:
    """Who may call a model that offers nothing but embeddings."""
    served_by = await g.org.key(key, provider=provider)
    offered = {"operations": ("embeddings",), "prices": PRICES, "output_tokens_max": None, **terms}
    return await g.org.caller(key=served_by, **offered)


def of(text: str, **fields: Any) -> dict[str, Any]:
    return {"content": {"parts": [{"text": text}]}, **fields}


async def embed(g: Gateway, caller: Caller, document: Any, *, verb: str = "embedContent") -> RawAnswer:
    return await g.ask(caller, f"/v1beta/models/{caller.model.slug}:{verb}", document)


def asking(verb: str, text: str, caller: Caller) -> dict[str, Any]:
    named = of(text, model=f"models/{caller.model.slug}")
    return named if verb == "embedContent" else {"requests": [named]}


def error_in(answer: RawAnswer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)["error"]
    return found | {"reason": found["details"][0]["reason"], "field": found["details"][0]["metadata"].get("field")}


# ── Google's SDK ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@every_provider
@pytest.mark.parametrize("api_version", ["v1beta", "v1"])
async def test_google_s_sdk_gets_other_vectors_than_the_provider_sent(g, sim, provider, api_version):
    caller = await caller_at(g, provider, usd="5")
    async with models_at(g.url, caller.secret, api_version=api_version) as models:
        config = types.EmbedContentConfig(output_dimensionality=5)
        answer = await models.embed_content(model=caller.model.slug, contents=WORDS, config=config)
        alone = await models.embed_content(model=caller.model.slug, contents="a river")
        (listed,) = [model async for model in await models.list()]
    assert [each.values for each in answer.embeddings] == [embeddings.vector(place, 5) for place in range(2)]
    assert answer.usage_metadata.prompt_token_count == TOKENS
    assert [each.values for each in alone.embeddings] == [embeddings.vector(0, embeddings.DIMENSIONS)]
    assert (listed.name, listed.supported_actions) == (
        f"models/{caller.model.slug}",
        ["embedContent", "batchEmbedContents"],
    )
    records = await g.books.records()
    assert {(each["operation"], each["dialect"], each["outcome"], each["usage_source"]) for each in records} == {
        ("embed", "gemini", "ok", "provider")
    }
    assert sorted(each["input_tokens"] for each in records) == [5, TOKENS]


async def test_google_s_sdk_is_not_told_which_field_cannot_be_asked(g, sim):
    caller = await caller_at(g, "local")
    async with models_at(g.url, caller.secret) as models:
        with pytest.raises(errors.ClientError) as caught:
            await models.embed_content(model=caller.model.slug, contents=WORDS, config={"task_type": "CLUSTERING"})
    assert (caught.value.code, "requests[0].taskType" in str(caught.value)) == (400, True)
    assert len(sim.requests) == 0


# ── to Google ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_field_is_dropped_or_a_byte_changed_on_the_way_to_google(g, sim):
    caller = await caller_at(g)
    name, upstream = caller.model.slug.encode(), caller.model.upstream_model.encode()
    one = rb'{"content":{"parts":[{"text":"h\u00e9 \/"}]},"taskType":"CLUSTERING","xLater":{"deep":[1.50,null]}}'
    assert (await embed(g, caller, one)).status == 200
    arrived = sim.requests.last()
    assert (arrived.body, arrived.target) == (one, b"/v1/models/" + upstream + b":embedContent")
    assert arrived.header("x-goog-api-key") == UPSTREAM_SECRET
    assert arrived.header("authorization") is None
    many = b'{"requests":[%b,%b]}' % ((one[:-1] + b',"model":"models/' + name + b'"}',) * 2)
    answer = await embed(g, caller, many, verb="batchEmbedContents")
    arrived = sim.requests.last()
    assert arrived.body == many.replace(name, upstream)
    assert arrived.target == b"/v1/models/" + upstream + b":batchEmbedContents"
    assert len(json.loads(answer.body)["embeddings"]) == 2
    assert answer.headers["x-ai-api-model"] == caller.model.slug


@every_provider
@every_form
async def test_what_was_read_is_billed_otherwise_than_it_was_read(g, sim, provider, verb):
    caller = await caller_at(g, provider, usd="5")
    answer = await embed(g, caller, asking(verb, "a river", caller), verb=verb)
    record = await g.books.record()
    assert (answer.status, record["input_tokens"], record["output_tokens"], record["overrun_nanos"]) == (200, 5, 0, 0)
    assert record["billed_cost_nanos"] == 5 * INPUT_NANOS <= record["held_nanos"]
    balances = await g.books.balances(caller.allocation.id)
    assert (balances["total_tokens"].settled, balances["cost"].settled) == (5, 5 * INPUT_NANOS)


@every_provider
async def test_an_answer_without_usage_is_free(g, sim, provider):
    caller = await caller_at(g, provider)
    for behaviour in ({"usage_missing": True}, {"usage_raw": {"promptTokenCount": "many", "prompt_tokens": None}}):
        answer = await embed(g, caller, of(told("x" * 400, **behaviour)))
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        assert (record["outcome"], record["usage_source"], record["output_tokens"]) == ("ok", "estimated", 0)
        assert 100 <= record["input_tokens"] <= 150
        assert "usageMetadata" not in json.loads(answer.body) or provider == "gemini"


# ── to others ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_model_of_another_vendor_is_asked_for_something_else(g, sim):
    caller = await caller_at(g, "local")
    requests = [of(text, model=f"models/{caller.model.slug}", outputDimensionality=3) for text in WORDS]
    answer = await embed(g, caller, {"requests": requests}, verb="batchEmbedContents")
    arrived = sim.requests.last()
    assert (arrived.path, json.loads(arrived.body)) == (
        EMBEDDINGS,
        {"model": caller.model.upstream_model, "input": WORDS, "dimensions": 3},
    )
    assert arrived.bearer == UPSTREAM_SECRET
    assert json.loads(answer.body) == {
        "embeddings": [{"values": embeddings.vector(place, 3)} for place in range(2)],
        "usageMetadata": {"promptTokenCount": TOKENS},
    }
    alone = await embed(g, caller, of("a river"))
    assert json.loads(alone.body) == {
        "embedding": {"values": embeddings.vector(0, embeddings.DIMENSIONS)},
        "usageMetadata": {"promptTokenCount": 5},
    }


async def test_openai_s_embeddings_do_not_reach_a_model_of_google(g, sim):
    caller = await caller_at(g, usd="5")
    answer = await g.ask(caller, EMBEDDINGS, body(caller, WORDS, dimensions=5))
    arrived = sim.requests.last()
    assert (arrived.path, arrived.bearer) == (EMBEDDINGS, UPSTREAM_SECRET)
    assert json.loads(arrived.body) == body(caller, WORDS, dimensions=5) | {"model": caller.model.upstream_model}
    assert json.loads(answer.body)["model"] == caller.model.slug
    record = await g.books.record()
    assert (record["operation"], record["input_tokens"], record["billed_cost_nanos"]) == (
        "embeddings",
        TOKENS,
        TOKENS * INPUT_NANOS,
    )


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("verb", "document", "field"),
    [
        ("embedContent", {}, "content"),
        ("embedContent", {"content": "hi"}, "content"),
        ("embedContent", {"requests": None, **of("hi")}, "requests"),
        ("embedContent", of("hi", model="models/another"), "model"),
        ("embedContent", of("hi", api_base="http://10.0.0.1"), "api_base"),
        ("batchEmbedContents", {"requests": []}, "requests"),
        ("batchEmbedContents", {"requests": {}}, "requests"),
        ("batchEmbedContents", {"requests": ["hi"]}, "requests[0]"),
        ("batchEmbedContents", of("hi"), "content"),
        ("batchEmbedContents", {"requests": [of("hi"), {}]}, "requests[1].content"),
        ("batchEmbedContents", {"requests": [of("hi", model="models/another")]}, "requests[0].model"),
        ("batchEmbedContents", b'{"requests":[{"content":{},"content":{}}]}', "requests[0]"),
    ],
)
async def test_a_malformed_request_reaches_the_provider(g, sim, verb, document, field):
    caller = await caller_at(g)
    answer = await embed(g, caller, document, verb=verb)
    assert (answer.status, error_in(answer)["status"], error_in(answer)["field"]) == (400, "INVALID_ARGUMENT", field)
    assert len(sim.requests) == 0


async def test_somebody_else_s_file_is_embedded(g, sim):
    caller = await caller_at(g)
    file = {"content": {"parts": [{"fileData": {"fileUri": "files/abc"}}]}}
    for verb, document in (("embedContent", file), ("batchEmbedContents", {"requests": [of("hi"), file]})):
        answer = await embed(g, caller, document, verb=verb)
        assert (answer.status, error_in(answer)["reason"]) == (404, "pointer_not_found")
    assert len(sim.requests) == 0


@every_provider
async def test_a_model_is_asked_for_what_it_does_not_offer(g, sim, provider):
    embedder = await caller_at(g, provider)
    talker = await g.org.caller(key=await g.org.key(provider=provider), operations=("chat",))
    contents = {"contents": [{"parts": [{"text": "hi"}]}]}
    for caller, verb, document in (
        (embedder, "generateContent", contents),
        (embedder, "countTokens", contents),
        (talker, "embedContent", of("hi")),
        (talker, "batchEmbedContents", {"requests": [of("hi")]}),
    ):
        answer = await embed(g, caller, document, verb=verb)
        assert (answer.status, error_in(answer)["reason"]) == (400, "unknown_operation")
    assert len(sim.requests) == 0


@every_provider
@every_form
@pytest.mark.parametrize("stop", ["paused", "revoked"])
async def test_who_may_not_call_embeds_on(g, sim, provider, verb, stop):
    caller = await caller_at(g, provider)
    await (g.org.move(caller, "pause") if stop == "paused" else g.org.revoke(caller))
    answer = await embed(g, caller, asking(verb, "hi", caller), verb=verb)
    expected = (403, "PERMISSION_DENIED") if stop == "paused" else (401, "UNAUTHENTICATED")
    assert (answer.status, error_in(answer)["status"]) == expected
    assert len(sim.requests) == 0


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@every_provider
async def test_many_contents_are_bounded_by_the_context_of_one(g, sim, provider):
    """Each is read on its own: six of 400 tokens and more at a model of 512 are more than 2,400."""
    caller = await caller_at(g, provider, tokens=2_300, context_tokens=512)
    requests = [of("many different words " * 100, model=f"models/{caller.model.slug}") for _ in range(6)]
    refused = await embed(g, caller, {"requests": requests}, verb="batchEmbedContents")
    assert (refused.status, error_in(refused)["reason"]) == (429, "token_quota_exceeded")
    assert len(sim.requests) == 0
    assert (await embed(g, caller, {"requests": requests[:1]}, verb="batchEmbedContents")).status == 200


@every_provider
async def test_a_cap_of_one_call_lets_a_larger_one_pass(g, sim, provider):
    caller = await caller_at(g, provider)
    stored = await g.org.limit(
        "allocation",
        caller.allocation.id,
        member=caller.member,
        metric="total_tokens",
        window_kind="request",
        amount=300,
    )
    answer = await embed(g, caller, of("many different words " * 100))
    assert (answer.status, error_in(answer)["reason"]) == (400, "input_too_long")
    assert (await embed(g, caller, of("few words"))).status == 200
    await g.org.unlimit(stored, member=caller.member)


async def test_parallel_batches_overdraw_a_month(g, sim):
    caller = await caller_at(g, tokens=1_000)
    requests = {"requests": [of(told("x", usage={"input": 300}), model=f"models/{caller.model.slug}")]}
    requests["requests"][0]["title"] = "many different words " * 60
    answers = await asyncio.gather(*(embed(g, caller, requests, verb="batchEmbedContents") for _ in range(6)))
    assert {answer.status for answer in answers} == {200, 429}
    assert (await g.books.balances(caller.allocation.id))["total_tokens"].settled <= 1_000


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@every_provider
@pytest.mark.parametrize(
    ("behaviour", "status", "outcome", "is_billed"),
    [
        ({"status": 400, "error": {"message": "input token count is too high"}}, 400, "input_too_long", False),
        ({"status": 401, "echo_key": True}, 502, "upstream_auth", False),
        ({"status": 429, "retry_after": 3}, 429, "upstream_rate_limited", False),
        ({"status": 500}, 502, "upstream_error", False),
        ({"malformed_at": 1}, 502, "upstream_interrupted", True),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
async def test_a_failure_upstream_is_told_or_billed_wrongly(g, sim, provider, behaviour, status, outcome, is_billed):
    caller = await caller_at(g, provider, usd="5")
    answer = await embed(g, caller, of(told("hello", **behaviour)))
    record = await g.books.record()
    assert (answer.status, error_in(answer)["code"], record["outcome"]) == (status, status, outcome)
    assert ((record["billed_cost_nanos"] or 0) > 0, record["output_tokens"]) == (is_billed, 0)
    assert UPSTREAM_SECRET.encode() not in answer.body


async def test_a_retried_call_with_a_key_is_made_twice(g, sim):
    caller = await caller_at(g)
    path = f"/v1beta/models/{caller.model.slug}:embedContent"
    first, second = [await g.ask(caller, path, of("hi"), headers={"idempotency-key": "one"}) for _ in range(2)]
    assert (first.status, second.status, first.body) == (200, 200, second.body)
    assert len(sim.requests) == 1
