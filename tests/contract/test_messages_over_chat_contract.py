"""Messages over a chat by the official libraries: requests by OpenAI's types, answers by Anthropic's, a stream by its client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import pytest
from anthropic.types import Message, RawMessageStreamEvent
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import TypeAdapter

from ai_api.wire.messages_over_chat import MessagesOverChat
from ai_api.wire.messages_over_chat_tools import chat_name
from ai_api.wire.over_chat import AnswerWriter, Shown
from ai_api.wire.usage import Usage
from tests.support.chat_types import as_typed
from tests.support.message_events import events_of
from tests.support.messages_over_chat import AS_A_CODING_CLIENT, LONG_NAME, PDF, PNG, SCHEMA, asking, saying
from tests.support.sdk_shapes import extras, misfits
from tests.unit.providers.raw_provider import answer, provider

DIALECT = MessagesOverChat()
TOOL = {"name": "now", "description": "The time.", "input_schema": SCHEMA, "strict": True}
REQUESTS: dict[str, dict[str, Any]] = {
    "as coding clients send it": AS_A_CODING_CLIENT,
    "every scalar": asking(
        system="Be brief.",
        temperature=0.5,
        top_p=1,
        stop_sequences=["x"],
        service_tier="standard_only",
        metadata={"user_id": "u"},
    ),
    "a budget": asking(thinking={"type": "enabled", "budget_tokens": 2_000}),
    "a form": asking(output_config={"effort": "xhigh", "format": {"type": "json_schema", "schema": SCHEMA}}),
    "files": saying(PNG, PDF, {"type": "document", "title": "t", "source": {"type": "text", "data": "a"}}),
    "results": saying({"type": "tool_result", "tool_use_id": "t", "is_error": True, "content": [PNG, PDF]}),
    "an answer": saying({"type": "text", "text": "a"}, role="assistant"),
    **{
        f"choice {choice['type']}": asking(tools=[TOOL], tool_choice={**choice, "disable_parallel_tool_use": True})
        for choice in ({"type": "auto"}, {"type": "any"}, {"type": "tool", "name": "now"})
    },
}
SAID = {
    "role": "assistant",
    "reasoning_content": "Two cities.",
    "content": "Je regarde ça 🌦",
    "tool_calls": [
        {
            "id": "c0",
            "type": "function",
            "function": {"name": chat_name(LONG_NAME, ""), "arguments": '{"city":"Genève"}'},
        },
        {"id": "c1", "type": "function", "function": {"name": "Read", "arguments": ""}},
    ],
}
USED = Usage(input_total=90, cached_read=30, cache_write=20, output=7, reasoning=2)


def writer() -> AnswerWriter:
    return DIALECT.writer(AS_A_CODING_CLIENT, Shown("team-model", 1_700_000_000, "0199.1"))


def streamed() -> bytes:
    """The answer as events, its calls mixed."""
    calls = [{"index": number, **call} for number, call in enumerate(SAID["tool_calls"])]
    first = [{**call, "function": {**call["function"], "arguments": ""}} for call in calls]
    rest = [{"index": 0, "function": {"arguments": each}} for each in ('{"city', '":"Gen', 'ève"}')]
    deltas = [
        {"role": "assistant", "content": ""},
        *({"reasoning_content": each} for each in ("Two ", "cities.")),
        *({"content": each} for each in ("Je regarde ", "ça 🌦")),
        {"tool_calls": first},
        *({"tool_calls": [each]} for each in rest),
    ]
    writing = writer()
    chunks = ({"choices": [{"index": 0, "delta": delta}]} for delta in deltas)
    return b"".join(map(writing.chunk, chunks)) + writing.finish("tool_calls", USED)


def whole() -> bytes:
    return writer().whole({"choices": [{"index": 0, "message": SAID, "finish_reason": "tool_calls"}]}, USED)


@pytest.mark.parametrize("name", REQUESTS)
def test_every_request_is_one_by_openais_types(name: str) -> None:
    # As it goes over the wire: without Python's own numbers and lists.
    chat = json.loads(json.dumps(DIALECT.to_chat(REQUESTS[name])))
    assert misfits(CompletionCreateParamsNonStreaming, as_typed(chat)) == []


def test_every_event_is_one_by_anthropics_types() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
    parsed = [adapter.validate_json(json.dumps(event), strict=True) for event in events_of(streamed())]
    assert extras(parsed) == set()
    assert [event.type for event in parsed[:2]] == ["message_start", "content_block_start"]
    assert [event.type for event in parsed[-2:]] == ["message_delta", "message_stop"]


def test_every_whole_answer_is_one_by_anthropics_types() -> None:
    parsed = Message.model_validate_json(whole(), strict=True)
    assert extras([parsed]) == set()
    assert [block.type for block in parsed.content] == ["thinking", "text", "tool_use", "tool_use"]


@pytest.fixture
async def client() -> AsyncIterator[anthropic.AsyncAnthropic]:
    """Anthropic's client of a server that answers with what is written here."""

    def reply(target: str, headers: dict[str, str]) -> bytes:
        assert target == "/v1/messages"
        if headers.get("x-wants") == "stream":
            return answer(200, streamed(), headers="content-type: text/event-stream\r\nconnection: close\r\n")
        return answer(200, whole(), headers="content-type: application/json\r\nconnection: close\r\n")

    async with (
        provider(reply) as url,
        anthropic.AsyncAnthropic(base_url=url.removesuffix("/v1"), api_key="k", max_retries=0, timeout=5) as client,
    ):
        yield client


@pytest.mark.enable_socket
async def test_the_official_client_reads_another_message_than_was_said(client: anthropic.AsyncAnthropic) -> None:
    ask: dict[str, Any] = {"model": "m", "max_tokens": 10, "messages": [{"role": "user", "content": "Hi"}]}
    async with client.messages.stream(**ask, extra_headers={"x-wants": "stream"}) as stream:
        texts = [text async for text in stream.text_stream]
        final = await stream.get_final_message()
    assert texts == ["Je regarde ", "ça 🌦"]
    thinking, text, first, second = final.content
    assert thinking.type == "thinking"
    assert thinking.thinking == "Two cities."
    assert text.type == "text"
    assert first.type == second.type == "tool_use"
    assert (first.id, first.name, first.input) == ("c0", LONG_NAME, {"city": "Genève"})
    assert (second.id, second.name, second.input) == ("c1", "Read", {})
    assert final.stop_reason == "tool_use"
    assert final.model == "team-model"
    used = final.usage
    assert (used.input_tokens, used.cache_read_input_tokens, used.cache_creation_input_tokens) == (40, 30, 20)
    assert used.output_tokens == 7
    created = await client.messages.create(**ask)
    assert [block.to_dict() for block in created.content] == [block.to_dict() for block in final.content]
    assert created.usage == final.usage
