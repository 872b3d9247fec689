"""Embeddings through the gateway: every parameter arrives, what was read is billed, limits hold, and nothing else is offered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest
from openai.types import CreateEmbeddingResponse

from ai_api.gateway.sweep import Sweep
from tests.integration.gateway.shapes import error_of, told
from tests.support import upstream
from tests.support.gateway import CHAT, RESPONSES, chat_body
from tests.support.organization import INPUT_NANOS, UPSTREAM_SECRET, Caller
from tests.support.upstream import Behaviour, embeddings

EMBEDDINGS = "/v1/embeddings"
PRICES = {"input_usd": "1"}
"""An embedder's: nobody says what its output costs, as there is none."""
WORDS = ["a river", "the sea"]
TOKENS = 3 + 2 + 3 + 2
"""What the provider says that it made of these words."""


async def caller_of(g: Any, **terms: Any) -> Caller:
    """Who may call a model that offers nothing but embeddings."""
    offered = {"operations": ("embeddings",), "prices": PRICES, "output_tokens_max": None, **terms}
    return await g.org.caller(**offered)


def body(caller: Caller, given: Any = "hello", **fields: Any) -> dict[str, Any]:
    return {"model": caller.model.slug, "input": given, **fields}


async def embed(g: Any, caller: Caller, given: Any = "hello", **fields: Any) -> Any:
    return await g.ask(caller, EMBEDDINGS, body(caller, given, **fields))


async def record_of(g: Any, answer: Any) -> Any:
    return await g.books.record(request_id=answer.headers["x-request-id"])


@asynccontextmanager
async def sdk(g: Any, caller: Caller) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{g.url}/v1", api_key=caller.secret, max_retries=0, timeout=10) as client:
        yield client


@pytest.mark.parametrize("encoding", ["float", "base64", None])
async def test_the_sdk_gets_other_vectors_than_the_provider_sent(g, sim, encoding):
    caller = await caller_of(g)
    given = {} if encoding is None else {"encoding_format": encoding}
    async with sdk(g, caller) as client:
        answer = await client.embeddings.create(
            model=caller.model.slug, input=WORDS, dimensions=5, user="u-1", extra_body={"x_new": {"a": 1}}, **given
        )
    assert isinstance(answer, CreateEmbeddingResponse)
    expected = [embeddings.vector(index, 5) for index in range(2)]
    if encoding == "base64":
        assert [each.embedding for each in answer.data] == [embeddings.packed(each) for each in expected]
    else:
        assert [list(each.embedding) for each in answer.data] == expected
    assert (answer.model, answer.usage.prompt_tokens) == (caller.model.slug, TOKENS)
    sent = json.loads(sim.requests.last().body)
    assert sent == {
        "model": caller.model.upstream_model,
        "input": WORDS,
        "dimensions": 5,
        "user": "u-1",
        # The SDK asks for the shorter form by itself.
        "encoding_format": encoding or "base64",
        "x_new": {"a": 1},
    }


@pytest.mark.parametrize("given", ["hello", [1, 2, 3], [[1, 2], [3]], WORDS], ids=["text", "tokens", "lists", "texts"])
@pytest.mark.parametrize("path", [EMBEDDINGS, "/embeddings"])
async def test_an_input_does_not_arrive_byte_for_byte(g, sim, path, given):
    caller = await caller_of(g)
    answer = await g.ask(caller, path, body(caller, given))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["x-ai-api-model"] == caller.model.slug
    assert json.loads(sim.requests.last().body)["input"] == given
    assert sim.requests.last().path == EMBEDDINGS


async def test_what_was_read_is_billed_otherwise_than_it_was_read(g):
    caller = await caller_of(g, usd="5")
    answer = await embed(g, caller, WORDS)
    record = await record_of(g, answer)
    assert (record["operation"], record["dialect"], record["stream"], record["outcome"]) == (
        "embeddings",
        "openai",
        False,
        "ok",
    )
    assert (record["input_tokens"], record["output_tokens"], record["reasoning_tokens"]) == (TOKENS, 0, 0)
    assert (record["usage_source"], record["finish_reason"], record["overrun_nanos"]) == ("provider", None, 0)
    assert record["list_cost_nanos"] == record["billed_cost_nanos"] == TOKENS * INPUT_NANOS
    assert record["held_nanos"] >= record["billed_cost_nanos"]
    balances = await g.books.balances(caller.allocation.id)
    assert (balances["total_tokens"].settled, balances["cost"].settled) == (TOKENS, TOKENS * INPUT_NANOS)


async def test_an_answer_without_usage_costs_nothing_or_output(g):
    caller = await caller_of(g, usd="5")
    for behaviour in ({"usage_missing": True}, {"usage_raw": {"prompt_tokens": "many"}}):
        record = await record_of(g, await embed(g, caller, ["x" * 400, told("y", **behaviour)]))
        assert (record["outcome"], record["usage_source"], record["output_tokens"]) == ("ok", "estimated", 0)
        assert 100 <= record["input_tokens"] <= 150
        assert record["billed_cost_nanos"] == record["input_tokens"] * INPUT_NANOS
    # A list of tokens is known without anybody's help.
    caller = await caller_of(g, key=await g.org.key("sim-no-usage"))
    record = await record_of(g, await embed(g, caller, [7] * 300))
    assert (record["input_tokens"], record["usage_source"]) == (300 + 4, "estimated")


async def test_a_total_above_the_prompt_is_billed_as_output(g):
    caller = await caller_of(g)
    answer = await embed(g, caller, told(usage_raw={"prompt_tokens": 9, "total_tokens": 12}))
    record = await record_of(g, answer)
    assert (record["input_tokens"], record["output_tokens"], record["billed_cost_nanos"]) == (9, 0, 9 * INPUT_NANOS)


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": {"text": "a"}}, "input"),
        ({"input": [["a"]]}, "input"),
        ({"input": None}, "input"),
        ({"stream": True}, "stream"),
        ({"api_base": "http://10.0.0.1"}, "api_base"),
    ],
)
async def test_a_malformed_request_reaches_the_provider(g, sim, fields, param):
    caller = await caller_of(g)
    answer = await g.ask(caller, EMBEDDINGS, body(caller) | fields)
    assert (answer.status, error_of(answer)["param"]) == (400, param)
    assert len(sim.requests) == 0


async def test_a_model_is_asked_for_what_it_does_not_offer(g, sim):
    embedder, talker = await caller_of(g), await g.org.caller()
    asked = [
        await g.ask(embedder, CHAT, chat_body(embedder)),
        await g.ask(embedder, RESPONSES, {"model": embedder.model.slug, "input": "x"}),
        await embed(g, talker),
    ]
    assert [(answer.status, error_of(answer)["code"]) for answer in asked] == [(400, "unknown_operation")] * 3
    assert len(sim.requests) == 0


async def test_an_embedder_is_not_among_the_models_one_can_call(g):
    caller = await caller_of(g)
    listed = await g.http.get("/v1/models", headers=caller.headers)
    assert [(each["id"], each["operations"]) for each in listed.json()["data"]] == [(caller.model.slug, ["embeddings"])]


async def test_a_vendor_without_embeddings_is_asked_for_them(g, sim):
    both = ("chat", "embeddings")
    caller = await g.org.caller(operations=both, prices=PRICES, key=await g.org.key(provider="anthropic"))
    answer = await embed(g, caller)
    assert (answer.status, error_of(answer)["code"]) == (503, "no_route")
    assert len(sim.requests) == 0


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_month_of_tokens_can_be_overdrawn_by_tokens(g, sim):
    caller = await caller_of(g, tokens=1_000)
    refused = await embed(g, caller, [5] * 1_001)
    assert (refused.status, error_of(refused)["code"]) == (429, "insufficient_quota")
    assert len(sim.requests) == 0
    assert (await embed(g, caller, [5] * 700)).status == 200
    # 700 are used: another 200 would fit, another 400 would not.
    assert (await embed(g, caller, [5] * 400)).status == 429
    assert (await embed(g, caller, [5] * 100)).status == 200
    assert (await g.books.balances(caller.allocation.id))["total_tokens"].settled == 800


async def test_many_inputs_are_bounded_by_the_context_of_one(g, sim):
    """Each is read on its own: ten of 400 tokens at a model of 512 are 4,000."""
    caller = await caller_of(g, tokens=3_000, context_tokens=512)
    assert (await embed(g, caller, [[5] * 400] * 10)).status == 429
    assert len(sim.requests) == 0
    assert (await embed(g, caller, [[5] * 400] * 6)).status == 200


async def test_a_text_is_refused_for_its_bytes_although_its_tokens_fit(g):
    caller = await caller_of(g, tokens=1_500)
    assert (await embed(g, caller, ["the same four words " * 50] * 2)).status == 200


async def test_a_cost_limit_is_no_limit_for_an_embedder(g, sim):
    """Its price says nothing of output, and has to say nothing."""
    caller = await caller_of(g, usd="0.001")
    refused = await embed(g, caller, [5] * 1_001)
    assert (refused.status, error_of(refused)["code"]) == (429, "insufficient_quota")
    assert len(sim.requests) == 0
    answer = await embed(g, caller, [5] * 800)
    assert (answer.status, (await record_of(g, answer))["billed_cost_nanos"]) == (200, 800 * INPUT_NANOS)
    assert (await embed(g, caller, [5] * 400)).status == 429


@pytest.mark.parametrize(("metric", "amount"), [("input_tokens", 300), ("total_tokens", 300), ("cost", 300_000)])
async def test_a_cap_of_one_call_lets_a_larger_one_pass(g, metric, amount):
    caller = await caller_of(g)
    stored = await g.org.limit(
        "allocation", caller.allocation.id, member=caller.member, metric=metric, window_kind="request", amount=amount
    )
    answer = await embed(g, caller, [5] * 301)
    assert (answer.status, error_of(answer)["code"]) == (400, "context_length_exceeded")
    assert (await embed(g, caller, [5] * 100)).status == 200
    await g.org.unlimit(stored, member=caller.member)


async def test_an_unpriced_embedder_spends_under_a_cost_limit(g, sim):
    caller = await caller_of(g, usd="5", prices=None)
    answer = await embed(g, caller)
    assert (answer.status, error_of(answer)["code"]) == (503, "model_unpriced")
    assert len(sim.requests) == 0


async def test_parallel_calls_overdraw_a_month(g):
    caller = await caller_of(g, tokens=1_000)
    answers = await asyncio.gather(*(embed(g, caller, [5] * 300) for _ in range(6)))
    assert sorted(answer.status for answer in answers) == [200, 200] + [429] * 4
    assert (await g.books.balances(caller.allocation.id))["total_tokens"].settled == 600


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("behaviour", "status", "code", "is_billed"),
    [
        ({"status": 400, "error": {"message": "maximum context length is 8192"}}, 400, "input_too_long", False),
        ({"status": 401}, 502, "upstream_auth", False),
        ({"status": 429, "retry_after": 3}, 429, "upstream_rate_limited", False),
        ({"status": 500}, 502, "upstream_error", False),
        ({"cut_at": "headers"}, 502, "upstream_unreachable", False),
        ({"malformed_at": 1}, 502, "upstream_interrupted", True),
        ({"cut_at": 5}, 502, "upstream_interrupted", True),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
async def test_a_failure_upstream_is_told_or_billed_wrongly(g, sim, behaviour, status, code, is_billed):
    caller = await caller_of(g, usd="5")
    answer = await embed(g, caller, told("hello", **behaviour))
    record = await record_of(g, answer)
    assert (answer.status, record["outcome"]) == (status, code)
    assert error_of(answer)["message"]
    assert record["output_tokens"] == 0
    assert (record["billed_cost_nanos"] > 0) == is_billed
    assert UPSTREAM_SECRET.encode() not in answer.body


async def test_another_route_is_not_tried(g):
    caller = await caller_of(g, key=await g.org.key("sim-server-error"))
    await g.org.route(caller.model, await g.org.key(), priority=200)
    answer = await embed(g, caller)
    assert answer.status == 200
    assert [each["code"] for each in json.loads((await record_of(g, answer))["attempts"])] == ["upstream_error", "ok"]


async def test_who_leaves_before_the_answer_has_no_record(g, sim):
    caller = await caller_of(g, usd="5")
    given = [told("a long text " * 40, hang_at="headers")]
    async with g.begun(caller, EMBEDDINGS, body(caller, given)):
        await sim.witness.wait_for("started")
        left_at = time.monotonic()
    event = await sim.witness.wait_for("aborted", timeout_s=2)
    assert event.monotonic_ns / 1e9 - left_at < 1
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"], record["operation"]) == (
        "client_closed",
        "estimated",
        "embeddings",
    )
    assert record["input_tokens"] > 100
    assert record["output_tokens"] == 0
    assert record["billed_cost_nanos"] == record["input_tokens"] * INPUT_NANOS


async def test_a_call_whose_replica_died_is_billed_the_answers_of_chats(g, sim):
    """What answers under an allocation usually come to says nothing of an answer without tokens."""
    caller = await g.org.caller(usd="5", operations=("chat", "embeddings"))
    assert (await g.chat(caller)).status == 200
    async with g.begun(caller, EMBEDDINGS, body(caller, ["x", told("y", hang_at="headers")])):
        async with asyncio.timeout(5):
            while len(sim.requests) < 2:
                await asyncio.sleep(0.01)
        (hold,) = await g.books.fetch("SELECT record::text, progress::text FROM holds")
    application = g.application
    sweep = Sweep(
        application.ground.pools.hot, application.gateway.worlds, application.gateway.settlement, time.monotonic
    )
    swept = await sweep._record({"record": json.loads(hold["record"]), "progress": None})
    assert hold["progress"] is None
    assert (swept["operation"], swept["outcome"], swept["output_tokens"]) == ("embeddings", "interrupted", 0)
    assert swept["billed_cost_nanos"] == swept["input_tokens"] * INPUT_NANOS > 0


async def test_a_retried_call_with_a_key_is_made_twice(g, sim):
    caller = await caller_of(g)
    headers = {"idempotency-key": "one"}
    first, second = [await g.ask(caller, EMBEDDINGS, body(caller), headers=headers) for _ in range(2)]
    assert (first.status, second.status, first.body) == (200, 200, second.body)
    assert len(sim.requests) == 1


async def test_azure_is_asked_at_another_path_than_its_deployment_s(sim):
    sim.behave(Behaviour(), model="d")
    answer = await upstream.raw.ask(
        sim.url, "/openai/deployments/d/embeddings?api-version=2024-10-21", {"input": "a"}, headers={"api-key": "k"}
    )
    assert (answer.status, json.loads(answer.body)["model"]) == (200, "d")
