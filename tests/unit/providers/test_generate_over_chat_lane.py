"""Gemini's dialect over the lanes that chats have: what providers are sent, and what the caller of another dialect sees."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import anthropic_lane
from tests.support.anthropic_lane import StoppedClock, loaded_lane, no_network
from tests.support.google_sdk import types
from tests.unit.wire.splits import feed_all, splits, until_failure

from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.providers.lanes import lane_for, offers, over_chat
from ai_api.providers.native import NativeLane
from ai_api.providers.over_chat import every_lane
from ai_api.providers.port import Deadlines, OpenKey, UpstreamCall, Wiring
from ai_api.wire import json_body
from ai_api.wire.failures import StreamFailure
from ai_api.wire.sse import data_of, split

BODY = {
    "contents": [{"role": "user", "parts": [{"text": "Weather?"}]}],
    "systemInstruction": {"parts": [{"text": "Be kind."}]},
    "generationConfig": {"maxOutputTokens": 50, "thinkingConfig": {"includeThoughts": True}},
    "tools": [{"functionDeclarations": [{"name": "weather", "parameters": {"type": "OBJECT", "properties": {}}}]}],
}
WIRING = Wiring(
    urls={"chat": "https://api.example.com/v1/chat/completions"},
    lanes={"chat": "native"},
    models_url=None,
    auth_header="authorization",
    auth_prefix="Bearer ",
    headers={},
)
USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 7,
    "total_tokens": 19,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
COUNTS = {
    "promptTokenCount": 12,
    "cachedContentTokenCount": 4,
    "candidatesTokenCount": 5,
    "thoughtsTokenCount": 2,
    "totalTokenCount": 19,
}


def lane(chat_lane="native"):
    chats = {"native": NativeLane(), "anthropic": loaded_lane() if chat_lane == "anthropic" else NativeLane()}
    return every_lane(chats, StoppedClock())[over_chat("generate", chat_lane)]


def call_of(body, *, provider="openai", wiring=WIRING, **members):
    parsed = json_body.read(json.dumps(body).encode())
    values = {
        "operation": "generate",
        "lane": over_chat("generate", "native"),
        "stream": False,
        "fields": parsed.fields,
        "document": json_body.Members(parsed.fields),
        "upstream_model": "gpt-4o-2024-08-06",
        "shown_model": "team/fast",
        "output_tokens_max": None,
        "wants_usage": True,
        "key": OpenKey(uuid7(), provider, wiring, "sk-upstream", private_network=False),
        "headers": {"x-goog-api-client": "genai"},
        "request_id": "0199-1",
        "deadlines": Deadlines(1, 1, 1, 1),
    }
    return UpstreamCall(**values | members)


def asked(body, chat_lane="native", **members):
    with no_network():
        request = lane(chat_lane).request(call_of(body, **members))
    return request, json.loads(request.body)


def chunk(finish=None, **delta):
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", "choices": [choice]}


def tool_call(index, arguments, call_id=None, name=None):
    if call_id is None:
        return {"index": index, "function": {"arguments": arguments}}
    return {"index": index, "id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def event(document):
    return b"data: " + json.dumps(document).encode() + b"\n\n"


CHUNKS = [
    chunk(role="assistant", content=""),
    chunk(reasoning_content="hm"),
    chunk(content="Grüß "),
    chunk(content="dich 🦉"),
    chunk(tool_calls=[tool_call(0, "", "c1", "weather")]),
    chunk(tool_calls=[tool_call(0, '{"a": "'), tool_call(1, '{"b":', "c2", "f")]),
    chunk(tool_calls=[tool_call(1, "1}"), tool_call(0, 'ü"}')]),
    chunk("tool_calls"),
]
STREAM = b"".join(map(event, [*CHUNKS, {**chunk(), "choices": [], "usage": USAGE}])) + b"data: [DONE]\n\n"
CALLS = [
    {"functionCall": {"id": "c1", "name": "weather", "args": {"a": "ü"}}},
    {"functionCall": {"id": "c2", "name": "f", "args": {"b": 1}}},
]
SAID = [{"text": "hm", "thought": True}, {"text": "Grüß "}, {"text": "dich 🦉"}, *CALLS, {"text": ""}]


def answers(frames):
    found = [json.loads(data_of(frame)) for frame in split(frames)]
    for answer in found:
        types.GenerateContentResponse.model_validate(answer)
        assert (answer["modelVersion"], answer["responseId"]) == ("team/fast", "01991")
    return found


def parts(found):
    return [part for answer in found for part in answer["candidates"][0]["content"]["parts"]]


def test_a_model_that_offers_chat_is_asked_in_this_dialect_too() -> None:
    assert offers("generate", {"chat"})
    assert not offers("generate", {"embeddings"})
    assert lane_for(WIRING, "generate", {"chat"}) == "generate over native"
    assert lane_for(WIRING, "generate", {"embeddings"}) is None
    native = replace(WIRING, lanes={"chat": "native", "generate": "native"})
    assert lane_for(native, "generate", {"chat"}) == "native"


@pytest.mark.parametrize(
    ("provider", "field"),
    [("openai", "max_completion_tokens"), ("azure", "max_completion_tokens"), ("mistral", "max_tokens")],
)
def test_the_bound_on_output_has_a_name_that_the_provider_does_not_know(provider, field) -> None:
    request, body = asked(BODY, provider=provider)
    assert request.url == WIRING.urls["chat"]
    assert request.headers["authorization"] == "Bearer sk-upstream"
    assert "x-goog-api-client" not in request.headers
    assert body == {
        "model": "gpt-4o-2024-08-06",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Weather?"}],
        "tools": [
            {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
        ],
        field: 50,
    }
    assert asked(BODY, provider=provider, output_tokens_max=20)[1][field] == 20


def test_a_stream_is_asked_for_with_its_usage() -> None:
    body = asked(BODY, stream=True)[1]
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}


def test_what_a_chat_cannot_say_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(Refusal, match="topK") as caught:
        asked(BODY | {"generationConfig": {"topK": 3}})
    assert caught.value.param == "generationConfig.topK"


@given(splits(STREAM))
@settings(max_examples=60)
def test_whatever_the_split_the_caller_reads_the_same_and_the_end_waits(pieces) -> None:
    reader = lane().stream(call_of(BODY, stream=True))
    now = feed_all(reader, pieces)
    reader.end()
    before, told = answers(now), answers(now + reader.tail)
    assert all("finishReason" not in answer["candidates"][0] for answer in before)
    assert parts(told) == SAID
    assert told[-1]["candidates"][0]["finishReason"] == "STOP"
    assert told[-1]["usageMetadata"] == COUNTS
    assert (reader.finished, reader.finish_reason, reader.usage.output) == (True, "tool_calls", 7)
    assert reader.output_tokens_seen > 0


@given(st.data())
@settings(max_examples=40)
def test_a_broken_call_takes_what_was_said_before_along_or_ends_well(data) -> None:
    broken = [*CHUNKS[:4], chunk(tool_calls=[tool_call(0, "{", "c1", "f")]), chunk("tool_calls")]
    pieces = data.draw(splits(b"".join(map(event, broken)) + b"data: [DONE]\n\n"))
    reader = lane().stream(call_of(BODY, stream=True))
    assert parts(answers(until_failure(reader, pieces))) == SAID[:3]
    assert reader.tail == b""


def test_a_stream_that_stops_has_no_end() -> None:
    reader = lane().stream(call_of(BODY, stream=True))
    found = answers(reader.feed(b"".join(map(event, CHUNKS))))
    assert all("finishReason" not in answer["candidates"][0] for answer in found)
    with pytest.raises(StreamFailure):
        reader.end()
    assert reader.tail == b""


def test_an_error_in_the_middle_of_a_stream_is_no_end() -> None:
    reader = lane().stream(call_of(BODY, stream=True))
    shown = until_failure(reader, [event(CHUNKS[2]), event({"error": {"message": "sk-upstream"}})])
    assert parts(answers(shown)) == [{"text": "Grüß "}]
    assert reader.tail == b""


def test_a_whole_answer_says_what_its_stream_says() -> None:
    message = {
        "role": "assistant",
        "content": "Grüß dich 🦉",
        "reasoning_content": "hm",
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"a": "ü"}'}},
            {"id": "c2", "type": "function", "function": {"name": "f", "arguments": '{"b": 1}'}},
        ],
    }
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    got = lane().whole(call_of(BODY))(json.dumps({"model": "gpt-4o", "choices": [choice], "usage": USAGE}).encode())
    (answer,) = answers(b"data: " + got.body + b"\n\n")
    assert parts([answer]) == [{"text": "hm", "thought": True}, {"text": "Grüß dich 🦉"}, *CALLS]
    assert answer["usageMetadata"] == COUNTS
    assert (got.finish_reason, got.usage.output, got.usage.cached_read) == ("tool_calls", 7, 4)


def test_what_is_no_answer_fails() -> None:
    for body in (b"", b"[]", b"{}", b'{"choices": []}', b'{"error": {}}'):
        with pytest.raises(StreamFailure):
            lane().whole(call_of(BODY))(body)


def test_over_a_lane_that_translates_once_more() -> None:
    call = {"functionCall": {"name": "weather", "args": {"a": 1}}}
    result = {"functionResponse": {"name": "weather", "response": {"result": "sunny"}}}
    picture = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
    turns = [{"role": "model", "parts": [call]}, {"role": "user", "parts": [result, picture]}]
    body = BODY | {"contents": [*BODY["contents"], *turns]}
    sent = asked(
        body, "anthropic", provider="anthropic", wiring=anthropic_lane.WIRING, upstream_model="claude-sonnet-4-5"
    )[1]
    assert sent["max_tokens"] == 50
    assert [block["type"] for message in sent["messages"] for block in message["content"]] == [
        "text",
        "tool_use",
        "tool_result",
        "image",
    ]
    assert sent["messages"][2]["content"][0]["tool_use_id"] == sent["messages"][1]["content"][0]["id"]


def test_an_answer_of_a_lane_that_translates_once_more() -> None:
    events = anthropic_lane.THOUGHT_TEXT_AND_TWO_TOOLS
    call = call_of(BODY, stream=True, provider="anthropic", wiring=anthropic_lane.WIRING)
    reader = lane("anthropic").stream(call)
    now = feed_all(reader, map(anthropic_lane.event, events))
    reader.end()
    told = answers(now + reader.tail)
    calls = [part["functionCall"] for part in parts(told) if "functionCall" in part]
    assert calls == [
        {"id": "toolu_1", "name": "weather", "args": {"city": "Genève"}},
        {"id": "toolu_2", "name": "now", "args": {}},
    ]
    assert "".join(part["text"] for part in parts(told) if part.get("thought")) == "Two cities, two calls."
    assert "".join(part.get("text", "") for part in parts(told) if not part.get("thought")) == "Je regarde ça 🌦"
    assert told[-1]["usageMetadata"] == {
        "promptTokenCount": 90,
        "cachedContentTokenCount": 30,
        "candidatesTokenCount": 28,
        "thoughtsTokenCount": 12,
        "totalTokenCount": 130,
    }
