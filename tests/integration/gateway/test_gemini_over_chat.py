"""Gemini's dialect through the gateway to a provider that speaks chats: answers, records, refusals and ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.gateway.shapes import told
from tests.integration.gateway.test_gemini import ask, body_of, chunks_of, every_stream, every_way, said
from tests.support.google_sdk import models_at, types
from tests.support.upstream import ToolCall

WEATHER = {"name": "weather", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}


def calls(chunks: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    parts = [part for chunk in chunks for each in chunk["candidates"] for part in each["content"]["parts"]]
    return [(part["functionCall"]["name"], part["functionCall"]["args"]) for part in parts if "functionCall" in part]


@every_way
async def test_an_answer_is_billed_by_what_the_provider_counted(g, sim, way):
    caller = await g.org.caller(usd="5")
    usage = {"input": 100, "cached": 30, "output": 27, "reasoning": 7}
    settings = {"maxOutputTokens": 60, "temperature": 1, "topP": 0.95, "topK": 64}
    answer = await ask(g, caller, way, body_of(told(usage=usage, text="Hello you."), generationConfig=settings))
    assert (answer.status, answer.ending) == (200, "whole"), answer.body
    chunks = chunks_of(answer, way)
    assert said(chunks) == "Hello you."
    for chunk in chunks:
        types.GenerateContentResponse.model_validate(chunk)
    ended = [each.get("finishReason") for chunk in chunks for each in chunk["candidates"]]
    assert ended == [None] * (len(ended) - 1) + ["STOP"]
    assert chunks[-1]["modelVersion"] == caller.model.slug
    assert chunks[-1]["usageMetadata"] == {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 30,
        "candidatesTokenCount": 20,
        "thoughtsTokenCount": 7,
        "totalTokenCount": 127,
    }
    record = await g.books.record()
    counts = [record[name] for name in ("input_tokens", "cached_read_tokens", "output_tokens", "reasoning_tokens")]
    assert counts == [100, 30, 27, 7]
    assert (record["outcome"], record["usage_source"]) == ("ok", "provider")
    assert (record["operation"], record["dialect"]) == ("generate", "gemini")


@every_way
async def test_a_function_is_called_with_half_of_its_arguments(g, sim, way):
    caller = await g.org.caller(usd="5")
    asked = told(tool_calls=[ToolCall(name="weather", arguments={"city": "Genève"})])
    answer = await ask(g, caller, way, body_of(asked, tools=[{"functionDeclarations": [WEATHER]}]))
    assert answer.status == 200, answer.body
    assert calls(chunks_of(answer, way)) == [("weather", {"city": "Genève"})]


@every_stream
async def test_a_cut_stream_is_shown_as_complete(g, sim, way):
    caller = await g.org.caller(usd="5")
    answer = await ask(g, caller, way, body_of(told(cut_at=3)))
    chunks = chunks_of(answer, way)
    assert "error" in chunks[-1]
    assert all("finishReason" not in each for chunk in chunks for each in chunk.get("candidates", ()))


async def test_what_a_chat_cannot_be_asked_costs_something(g, sim):
    caller = await g.org.caller(usd="5")
    answer = await ask(g, caller, "whole", body_of(tools=[{"googleSearch": {}}]))
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["status"] == "INVALID_ARGUMENT"
    assert "tools[0].googleSearch" in json.loads(answer.body)["error"]["message"]
    record = await g.books.record()
    assert (record["outcome"], record["billed_cost_nanos"]) == ("unsupported_parameter", 0)


@pytest.mark.parametrize("streamed", [False, True])
async def test_google_s_own_sdk_cannot_read_it(g, sim, streamed):
    caller = await g.org.caller(usd="5")
    async with models_at(g.url, caller.secret) as models:
        if streamed:
            stream = await models.generate_content_stream(model=caller.model.slug, contents=told(text="Hello you."))
            text = "".join([each.text async for each in stream])
        else:
            text = (await models.generate_content(model=caller.model.slug, contents=told(text="Hello you."))).text
    assert text == "Hello you."
