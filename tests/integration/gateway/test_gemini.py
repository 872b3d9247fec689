"""Gemini's dialect through the gateway to a provider that speaks it: bytes, records, refusals and ends, with and without Google's SDK."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from ai_api.credentials.secret import new_secret
from tests.integration.gateway.shapes import told
from tests.support.gateway import Gateway
from tests.support.google_sdk import errors, models_at, types
from tests.support.organization import INPUT_NANOS, OUTPUT_NANOS, Caller
from tests.support.upstream import Behaviour, ErrorText, ToolCall
from tests.support.upstream.raw import RawAnswer, RawClient

WAYS = {"whole": ":generateContent", "events": ":streamGenerateContent?alt=sse", "list": ":streamGenerateContent"}
every_way = pytest.mark.parametrize("way", WAYS)
every_stream = pytest.mark.parametrize("way", ["events", "list"])


async def caller_at(g: Gateway, *, key: str | None = None, **of_caller: Any) -> Caller:
    """Somebody who may call a model that is served by Google."""
    served_by = await g.org.key(key or "sk-upstream-0123456789", provider="gemini")
    return await g.org.caller(
        model=await g.org.model(key=served_by, operations=("chat",)), **(of_caller or {"usd": "5"})
    )


def path_of(caller: Caller, way: str, prefix: str = "/v1beta") -> str:
    return f"{prefix}/models/{caller.model.slug}{WAYS[way]}"


def body_of(prompt: str = "hello", **fields: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": prompt}]}], **fields}


async def ask(
    g: Gateway, caller: Caller, way: str, body: Any = None, *, headers: Mapping[str, str] | None = None
) -> RawAnswer:
    given = {"x-goog-api-key": caller.secret} if headers is None else headers
    return await g.ask(None, path_of(caller, way), body_of() if body is None else body, headers=given)


def chunks_of(answer: RawAnswer, way: str) -> list[dict[str, Any]]:
    """The answers in an answer."""
    if way == "events":
        return answer.payloads
    return json.loads(answer.body) if way == "list" else [json.loads(answer.body)]


def said(chunks: list[dict[str, Any]]) -> str:
    parts = [part for chunk in chunks for each in chunk["candidates"] for part in each["content"]["parts"]]
    return "".join(part["text"] for part in parts if "text" in part and not part.get("thought"))


# ── what passes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@every_way
async def test_an_answer_is_billed_by_what_the_provider_counted(g, sim, way):
    caller = await caller_at(g)
    usage = {"input": 100, "cached": 30, "output": 27, "reasoning": 7}
    answer = await ask(g, caller, way, body_of(told(usage=usage, thinking="Well then.", text="Hello you.")))
    assert (answer.status, answer.ending) == (200, "whole")
    chunks = chunks_of(answer, way)
    assert said(chunks) == "Hello you."
    for chunk in chunks:
        types.GenerateContentResponse.model_validate(chunk)
    record = await g.books.record()
    counts = [record[name] for name in ("input_tokens", "cached_read_tokens", "output_tokens", "reasoning_tokens")]
    assert counts == [100, 30, 27, 7]
    assert (record["outcome"], record["usage_source"], record["finish_reason"]) == ("ok", "provider", "STOP")
    assert (record["operation"], record["dialect"]) == ("generate", "gemini")
    assert record["billed_cost_nanos"] > 27 * OUTPUT_NANOS


@every_way
async def test_a_field_nobody_knows_is_dropped_or_a_byte_changed(g, sim, way):
    caller = await caller_at(g, usd=None)
    sent = (
        rb'{ "contents" : [{"role":"user","parts":[{"text":"h\u00e9 \/ [[sim {\"unknown\":true,\"comments\":true}]]"}]}],'
        rb'"generationConfig":{"temperature":0.70,"x":1e3},"safetySettings":[ ],"xLater":{"deep":[1.50,null]} }'
    )
    answer = await ask(g, caller, way, sent)
    arrived = sim.requests.last()
    assert arrived.body == sent.replace(b'{ "contents" : ', b'{"contents":', 1)[:-2] + b"}"
    verb = "generateContent" if way == "whole" else "streamGenerateContent?alt=sse"
    assert arrived.target.decode() == f"/v1/models/{caller.model.upstream_model}:{verb}"
    assert arrived.header("x-goog-api-key") == "sk-upstream-0123456789"
    assert arrived.header("authorization") is None
    for chunk in chunks_of(answer, way):
        assert chunk["sim_novel"] == {"depth": [1, {"of": "this"}]}
        assert chunk["modelVersion"] == caller.model.upstream_model
    assert (b": still here" in answer.body) == (way == "events")


@every_way
async def test_tools_are_called_in_parallel(g, sim, way):
    caller = await caller_at(g)
    calls = [{"name": "weather", "arguments": {"city": "Lyon"}}, {"name": "clock", "arguments": {}}]
    body = body_of(told(tool_calls=calls), tools=[{"functionDeclarations": [{"name": "weather"}, {"name": "clock"}]}])
    parts = [
        part
        for chunk in chunks_of(await ask(g, caller, way, body), way)
        for part in chunk["candidates"][0]["content"]["parts"]
        if "functionCall" in part
    ]
    assert [part["functionCall"]["args"] for part in parts] == [{"city": "Lyon"}, {}]
    assert all(part["thoughtSignature"] for part in parts)


async def test_a_list_is_no_json_while_it_grows(g, sim):
    caller = await caller_at(g)
    answer = await ask(g, caller, "list", body_of(told(chunks=3)))
    assert answer.headers["content-type"] == "application/json"
    assert "content-length" not in answer.headers
    assert len(answer.pieces) > 1
    assert answer.body.startswith(b"[{")
    assert answer.body.endswith(b"}]")
    assert len(json.loads(answer.body)) == 4


@pytest.mark.parametrize("prefix", ["/v1beta", "/v1"])
async def test_a_model_is_not_found_for_its_slash_or_its_place(g, sim, prefix):
    caller = await caller_at(g)
    for name in (caller.model.slug, quote(caller.model.slug, safe="")):
        target = f"{prefix}/models/{name}:generateContent"
        assert (await g.ask(caller, target, body_of())).status == 200


async def test_a_bound_on_output_is_not_told_to_the_provider(g, sim):
    caller = await caller_at(g, tokens=1_200)
    answer = await ask(g, caller, "whole", body_of(generationConfig={"topP": 0.5}))
    assert answer.status == 200
    config = json.loads(sim.requests.last().body)["generationConfig"]
    assert config["topP"] == 0.5
    assert 1 <= config["maxOutputTokens"] < 1_200


# ── who asks ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@every_way
async def test_a_credential_in_the_query_goes_on_to_the_provider_or_into_the_log(g, sim, way):
    caller = await caller_at(g)
    target = path_of(caller, way)
    target += ("&" if "?" in target else "?") + f"key={caller.secret}"
    assert (await g.ask(None, target, body_of())).status == 200
    assert caller.secret.encode() not in sim.requests.last().target
    stranger = new_secret("sk-aiapi-")
    refused = await g.ask(None, f"/v1beta/models/m:generateContent?key={stranger}", body_of())
    assert (refused.status, json.loads(refused.body)["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert stranger.encode() not in refused.body


async def test_the_query_of_other_dialects_holds_a_credential(g, sim):
    caller = await caller_at(g)
    body = {"model": caller.model.slug, "messages": [{"role": "user", "content": "hi"}]}
    assert (await g.ask(None, f"/v1/chat/completions?key={caller.secret}", body)).status == 401


@every_way
@pytest.mark.parametrize("stop", ["nobody", "paused", "disabled"])
async def test_who_may_not_call_is_told_in_another_dialect(g, sim, way, stop):
    caller = await caller_at(g)
    if stop == "paused":
        await g.org.move(caller, "pause")
    elif stop == "disabled":
        await g.org.disable(caller.member)
    answer = await ask(g, caller, way, headers={} if stop == "nobody" else None)
    expected = (401, "UNAUTHENTICATED") if stop == "nobody" else (403, "PERMISSION_DENIED")
    assert (answer.status, json.loads(answer.body)["error"]["status"]) == expected
    assert len(sim.requests) == 0


@pytest.mark.parametrize(
    ("target", "body", "status", "word"),
    [
        ("/v1beta/models/no-such:generateContent", body_of(), 404, "NOT_FOUND"),
        ("{root}:generateContent", body_of(cachedContent="cachedContents/1"), 404, "NOT_FOUND"),
        ("{root}:generateContent", body_of(api_base="http://10.0.0.1"), 400, "INVALID_ARGUMENT"),
        ("{root}:generateContent", {}, 400, "INVALID_ARGUMENT"),
        ("{root}:generateContent", b"[", 400, "INVALID_ARGUMENT"),
        ("{root}:generateContent?alt=sse", body_of(), 400, "INVALID_ARGUMENT"),
        ("{root}:streamGenerateContent?alt=proto", body_of(), 400, "INVALID_ARGUMENT"),
        ("{root}:streamGenerateContent?fields=usageMetadata", body_of(), 400, "INVALID_ARGUMENT"),
        ("{root}:batchGenerateContent", body_of(), 404, "NOT_FOUND"),
        ("/v1beta/files", body_of(), 404, "NOT_FOUND"),
    ],
)
async def test_a_request_that_cannot_be_made_reaches_the_provider(g, sim, target, body, status, word):
    caller = await caller_at(g)
    answer = await g.ask(caller, target.format(root=f"/v1beta/models/{caller.model.slug}"), body)
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"], error["status"]) == (status, status, word)
    assert len(sim.requests) == 0


async def test_a_used_up_limit_is_told_without_a_reason(g, sim):
    caller = await caller_at(g, tokens=1)
    answer = await ask(g, caller, "whole")
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["status"], answer.headers["x-should-retry"]) == (429, "RESOURCE_EXHAUSTED", "false")
    assert error["details"][0]["reason"] == "token_quota_exceeded"
    assert "retry-after" not in answer.headers


async def test_a_used_up_limit_is_asked_again_for_minutes(g, sim):
    caller = await caller_at(g, tokens=1)
    answer = await ask(g, caller, "events")
    *_, wait = json.loads(answer.body)["error"]["details"]
    assert wait == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "86400s"}


# ── what goes wrong at the provider ──────────────────────────────────────────────────────────────────────────────────────


@every_way
@pytest.mark.parametrize(
    ("behaviour", "status", "word"),
    [
        ({"status": 400, "error": {"message": "Invalid value at 'contents[0]'."}}, 400, "INVALID_ARGUMENT"),
        ({"status": 401, "echo_key": True}, 502, "UNAVAILABLE"),
        ({"status": 429, "retry_after": 7}, 429, "RESOURCE_EXHAUSTED"),
        ({"status": 500}, 502, "UNAVAILABLE"),
        ({"cut_at": "headers"}, 502, "UNAVAILABLE"),
    ],
)
async def test_a_failure_of_the_provider_is_told_in_another_shape(g, sim, way, behaviour, status, word):
    caller = await caller_at(g)
    answer = await ask(g, caller, way, body_of(told(**behaviour)))
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"], error["status"]) == (status, status, word)
    assert b"sk-upstream" not in answer.body
    if status == 400:
        assert error["message"] == "Invalid value at 'contents[0]'."
    if status == 429:
        assert answer.headers["retry-after"] == "7"
        assert {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"} in error["details"]


async def test_a_key_that_google_refuses_is_the_caller_s_fault(g, sim):
    caller = await caller_at(g)
    refused = {"message": "API key not valid. Please pass a valid API key.", "code": "API_KEY_INVALID"}
    answer = await ask(g, caller, "whole", body_of(told(status=400, error=refused)))
    assert (answer.status, b"API key not valid" in answer.body) == (502, False)
    assert (await g.books.record())["outcome"] == "upstream_auth"


@every_stream
@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        ({"cut_at": 3}, "upstream_interrupted"),
        ({"cut_at": 3, "cut_how": "fin", "framing": "close"}, "upstream_interrupted"),
        ({"cut_at": 3, "cut_how": "fin", "framing": "close", "cut_in_frame": True}, "upstream_interrupted"),
        ({"missing_end": "finish"}, "upstream_interrupted"),
        ({"malformed_at": 3}, "upstream_interrupted"),
        ({"error_at": 3}, "upstream_error"),
    ],
)
async def test_a_stream_that_broke_is_shown_as_complete_and_costs_nothing(g, sim, way, behaviour, outcome):
    caller = await caller_at(g)
    answer = await ask(g, caller, way, body_of(told(**behaviour)))
    chunks = chunks_of(answer, way)
    assert answer.ending == "whole"
    assert chunks[-1]["error"]["code"] == 502
    assert b"finishReason" not in answer.body
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == (outcome, "estimated")
    assert record["billed_cost_nanos"] >= INPUT_NANOS + 3 * OUTPUT_NANOS


async def test_a_whole_answer_that_broke_is_shown_as_complete(g, sim):
    caller = await caller_at(g)
    for behaviour in ({"cut_at": 3}, {"malformed_at": 0}):
        answer = await ask(g, caller, "whole", body_of(told(**behaviour)))
        assert (answer.status, json.loads(answer.body)["error"]["status"]) == (502, "UNAVAILABLE")


@every_way
async def test_who_hangs_up_calls_for_nothing(g, sim, way):
    caller = await caller_at(g)
    hang: dict[str, Any] = {"hang_at": "headers"} if way == "whole" else {"hang_at": 5}
    body = body_of(told("a long prompt " * 40, **hang))
    async with g.begun(caller, path_of(caller, way), body) as client:
        await sim.witness.wait_for("started")
        await client.receive(timeout_s=0.3)
    await sim.witness.wait_for("aborted")
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("client_closed", "estimated")
    assert record["input_tokens"] > 100
    assert record["output_tokens"] >= (0 if way == "whole" else 5)


async def test_who_leaves_after_the_last_word_makes_the_usage_unknown(g, sim):
    caller = await caller_at(g)
    body = body_of(told(chunks=2, framing="close", split_bytes=400, split_pause_ms=0))
    async with g.begun(caller, path_of(caller, "events"), body) as client:
        answer = await client.receive()
    assert answer.payloads[-1]["candidates"][0]["finishReason"] == "STOP"
    assert (await g.books.record())["usage_source"] == "provider"


@every_way
async def test_an_answer_without_usage_is_free(g, sim, way):
    caller = await caller_at(g)
    assert (await ask(g, caller, way, body_of(told(usage_missing=True)))).status == 200
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"]) == ("ok", "estimated")
    assert record["output_tokens"] >= 50


async def test_the_same_key_makes_two_calls_or_gives_an_answer_in_one_form_only(g, sim):
    caller = await caller_at(g)
    headers = {"x-goog-api-key": caller.secret, "idempotency-key": "once"}
    first = await ask(g, caller, "events", headers=headers)
    again = await ask(g, caller, "list", headers=headers)
    assert again.headers["x-ai-api-replayed"] == "true"
    assert json.loads(again.body) == first.payloads
    assert len(sim.requests) == 1


# ── Google's SDK ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("api_version", ["v1beta", "v1"])
async def test_google_s_sdk_works_unchanged(g, sim, api_version):
    caller = await caller_at(g)
    async with models_at(g.url, caller.secret, api_version=api_version) as models:
        whole = await models.generate_content(model=caller.model.slug, contents="Hello there")
        stream = await models.generate_content_stream(model=caller.model.slug, contents="Hello there")
        chunks = [chunk async for chunk in stream]
        assert whole.text == "".join(chunk.text or "" for chunk in chunks)
        assert chunks[-1].usage_metadata.total_token_count == 56
        assert [model.name async for model in await models.list()] == [f"models/{caller.model.slug}"]
        assert (await models.get(model=caller.model.slug)).name == f"models/{caller.model.slug}"
        for wrong in ("acme/nothing", caller.model.slug + "x"):
            with pytest.raises(errors.ClientError) as caught:
                await models.get(model=wrong)
            assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")


async def test_google_s_sdk_calls_functions_by_itself(g, sim):
    caller = await caller_at(g)
    call = ToolCall(name="weather", arguments={"city": "Lyon"})
    sim.behave(Behaviour(script=(Behaviour(tool_calls=(call,)), Behaviour(text="Warm."))))
    asked: list[str] = []

    def weather(city: str) -> str:
        """The weather of a city."""
        asked.append(city)
        return "21 degrees"

    async with models_at(g.url, caller.secret) as models:
        config = types.GenerateContentConfig(tools=[weather])
        answer = await models.generate_content(model=caller.model.slug, contents="How warm?", config=config)
    assert (answer.text, asked) == ("Warm.", ["Lyon"])


async def _collect(stream: Any, seen: list[types.GenerateContentResponse]) -> None:
    async for chunk in stream:
        seen.append(chunk)


async def test_google_s_sdk_cannot_tell_a_broken_stream_from_a_whole_one(g, sim):
    caller = await caller_at(g)
    sim.behave(Behaviour(error_at=2, error=ErrorText(message="words of the provider")))
    seen: list[types.GenerateContentResponse] = []
    async with models_at(g.url, caller.secret) as models:
        stream = await models.generate_content_stream(model=caller.model.slug, contents="hi")
        with pytest.raises(errors.APIError) as caught:
            await _collect(stream, seen)
    assert (caught.value.code, len(seen)) == (502, 2)
    assert "words of the provider" not in str(caught.value)


# ── what a credential can ask for ────────────────────────────────────────────────────────────────────────────────────────


async def get(g: Gateway, target: str, headers: Mapping[str, str]) -> RawAnswer:
    async with RawClient(g.url) as client:
        await client.send("GET", target, headers=dict(headers))
        return await client.receive()


async def test_a_list_of_models_has_no_second_page(g, sim):
    caller = await caller_at(g)
    key = await g.org.key(provider="gemini")
    others = [await g.org.model(key=key, operations=("chat",)) for _ in range(2)]
    for model in others:
        await g.org.allocation(caller.member, model)
    names = sorted(f"models/{model.slug}" for model in (caller.model, *others))
    seen: list[str] = []
    token = ""
    for _ in names:
        target = f"/v1beta/models?pageSize=1&pageToken={quote(token, safe='')}&key={caller.secret}"
        page = json.loads((await get(g, target, {})).body)
        seen += [model["name"] for model in page["models"]]
        token = page.get("nextPageToken", "")
    assert (seen, token) == (names, "")
    bad = await get(g, "/v1beta/models?pageSize=x", caller.headers)
    assert (bad.status, json.loads(bad.body)["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_a_list_of_models_is_shown_to_anybody(g, sim):
    caller = await caller_at(g)
    for target in ("/v1beta/models", "/v1beta/models/m"):
        refused = await get(g, target, {})
        assert (refused.status, json.loads(refused.body)["error"]["status"]) == (401, "UNAUTHENTICATED")
    openai = await get(g, "/v1/models", caller.headers)
    assert json.loads(openai.body)["object"] == "list"
