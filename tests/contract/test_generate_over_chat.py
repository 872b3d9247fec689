"""Gemini spoken over chat, by the libraries of both sides: google-genai asks and reads, OpenAI's types say what was asked.

google-genai ──► a server on loopback: to_chat, held to OpenAI's types ──► a scripted chat answer ──► the writer ──► google-genai
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import BaseModel

from ai_api.wire.generate_over_chat import GenerateOverChat
from ai_api.wire.openai_usage import from_openai_chat
from ai_api.wire.over_chat import Shown
from tests.support.chat_types import as_typed
from tests.support.google_sdk import genai, models_at, types
from tests.support.sdk_shapes import misfits

pytestmark = pytest.mark.enable_socket

MODEL = "team-fast"
USAGE = {"prompt_tokens": 12, "completion_tokens": 7, "total_tokens": 19}
THOUGHTS = types.ThinkingConfig(include_thoughts=True, thinking_budget=2_000)


def whole(*, finish: str = "stop", **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": None} | message, "finish_reason": finish}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": USAGE}
    ChatCompletion.model_validate(answer)
    return answer


def chunk(*, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    made = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    ChatCompletionChunk.model_validate(made)
    return made


def tool_call(call_id: str, name: str, arguments: str, **index: int) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}, **index}


@dataclass
class Gateway:
    """Plays the translation: what was asked, as documents of both dialects, and the answers still to give."""

    url: str = ""
    answers: list[dict[str, Any] | list[dict[str, Any]]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    chats: list[dict[str, Any]] = field(default_factory=list)

    def play(self, target: str, body: bytes) -> Iterator[bytes]:
        """The pieces of the answer's body."""
        document = json.loads(body)
        chat = GenerateOverChat().to_chat(document)
        assert misfits(CompletionCreateParamsNonStreaming, as_typed(chat)) == []
        self.asked.append(document)
        self.chats.append(chat)
        answer = self.answers.pop(0)
        writer = GenerateOverChat().writer(document, Shown(MODEL, 1, "0199"))
        usage = from_openai_chat(USAGE)
        if isinstance(answer, dict):
            assert ":generateContent" in target
            yield writer.whole(answer, usage)
            return
        assert ":streamGenerateContent?alt=sse" in target
        for each in answer:
            yield writer.chunk(each)
        yield writer.finish("stop", usage)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(line.partition(":")[2] for line in head.split("\r\n") if line.startswith("content-length:"))
        body = await reader.readexactly(int(length))
        target = head.split(" ")[1].replace("generatecontent", "GenerateContent").replace(":G", ":g")
        kind = "text/event-stream" if "alt=sse" in target else "application/json"
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n".encode())
        try:
            for piece in self.play(target, body):
                writer.write(piece)
                await writer.drain()
        finally:
            writer.close()


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    playing = Gateway()
    server = await asyncio.start_server(playing.serve, "127.0.0.1", 0)
    playing.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield playing
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def chat_with(gateway: Gateway, **config: Any) -> AsyncIterator[genai.chats.AsyncChat]:
    async with models_at(gateway.url, "k") as models:
        made = types.GenerateContentConfig(**config) if config else None
        yield genai.chats.AsyncChats(modules=models).create(model=MODEL, config=made)


async def test_a_whole_answer_is_read(gateway: Gateway) -> None:
    gateway.answers = [whole(content="Grüß dich", reasoning_content="hm")]
    picture = types.Part.from_bytes(data=b"\xff\xfb\xff", mime_type="image/png")
    config = types.GenerateContentConfig(
        system_instruction="Be kind.",
        max_output_tokens=9,
        temperature=0.5,
        stop_sequences=["END"],
        thinking_config=THOUGHTS,
        safety_settings=[
            types.SafetySetting(
                category=types.HarmCategory.HARM_CATEGORY_HARASSMENT, threshold=types.HarmBlockThreshold.BLOCK_NONE
            )
        ],
    )
    async with models_at(gateway.url, "k") as models:
        answer = await models.generate_content(model=MODEL, contents=["Look:", picture], config=config)
    assert answer.text == "Grüß dich"
    assert answer.candidates
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    assert answer.candidates[0].content
    assert answer.candidates[0].content.parts
    assert answer.candidates[0].content.parts[0].thought is True
    assert answer.usage_metadata
    assert answer.usage_metadata.total_token_count == 19
    assert (answer.model_version, answer.response_id) == (MODEL, "0199")
    assert gateway.chats == [
        {
            "messages": [
                {"role": "system", "content": "Be kind."},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Look:"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,//v/"}},
                    ],
                },
            ],
            "max_completion_tokens": 9,
            "temperature": 0.5,
            "stop": ["END"],
            "reasoning_effort": "medium",
        }
    ]


async def test_a_stream_is_read(gateway: Gateway) -> None:
    gateway.answers = [
        [chunk(role="assistant", content=""), chunk(content="Grüß "), chunk(content="dich"), chunk(finish="stop")]
    ]
    async with models_at(gateway.url, "k") as models:
        seen = [each async for each in await models.generate_content_stream(model=MODEL, contents="Hi")]
    assert [each.text for each in seen] == ["Grüß ", "dich", ""]
    assert seen[-1].candidates
    assert seen[-1].candidates[0].finish_reason == types.FinishReason.STOP
    assert seen[-1].usage_metadata
    assert seen[-1].usage_metadata.candidates_token_count == 7


async def test_an_answer_in_a_schema_is_parsed(gateway: Gateway) -> None:
    class City(BaseModel):
        name: str
        people: int | None = None

    gateway.answers = [whole(content='{"name": "Lyon", "people": 5}')]
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=City)
    async with models_at(gateway.url, "k") as models:
        answer = await models.generate_content(model=MODEL, contents="Which?", config=config)
    assert answer.parsed == City(name="Lyon", people=5)
    schema = gateway.chats[0]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["people"]["type"] == ["integer", "null"]


def weather(city: str, days: int = 1) -> str:
    """Says what the weather is.

    Args:
        city: where.
        days: for how long.
    """
    return f"{city} is sunny for {days}"


TWO_CALLS = [
    tool_call("c1", "weather", '{"city": "Lyon"}'),
    tool_call("c2", "weather", '{"city": "Genève", "days": 2}'),
]
TWO_CALLS_STREAMED = [
    chunk(content="Let me see."),
    chunk(tool_calls=[tool_call("c1", "weather", "", index=0), tool_call("c2", "weather", '{"city"', index=1)]),
    chunk(tool_calls=[{"index": 0, "function": {"arguments": '{"city": "Lyon"}'}}]),
    chunk(tool_calls=[{"index": 1, "function": {"arguments": ': "Genève", "days": 2}'}}]),
    chunk(finish="tool_calls"),
]
RESULTS = ["Lyon is sunny for 1", "Genève is sunny for 2"]


def results_of(chat: dict[str, Any]) -> list[tuple[str, str]]:
    """What a chat gives as results: the id of each call, and what the function said."""
    results = [message for message in chat["messages"] if message["role"] == "tool"]
    return [(result["tool_call_id"], json.loads(result["content"])["result"]) for result in results]


async def test_functions_are_called_by_the_sdk_and_their_results_find_their_calls(gateway: Gateway) -> None:
    gateway.answers = [whole(tool_calls=TWO_CALLS, finish="tool_calls"), whole(content="Sunny.")]
    config = types.GenerateContentConfig(tools=[weather])
    async with models_at(gateway.url, "k") as models:
        answer = await models.generate_content(model=MODEL, contents="Weather?", config=config)
    assert answer.text == "Sunny."
    parameters = gateway.chats[0]["tools"][0]["function"]["parameters"]
    assert parameters["properties"]["city"]["type"] == "string"
    ids = [call["id"] for call in gateway.chats[1]["messages"][1]["tool_calls"]]
    assert results_of(gateway.chats[1]) == list(zip(ids, RESULTS, strict=True))


async def test_functions_are_called_in_a_stream(gateway: Gateway) -> None:
    gateway.answers = [TWO_CALLS_STREAMED, [chunk(content="Sunny."), chunk(finish="stop")]]
    config = types.GenerateContentConfig(tools=[weather])
    async with models_at(gateway.url, "k") as models:
        stream = await models.generate_content_stream(model=MODEL, contents="Weather?", config=config)
        seen = [each async for each in stream]
    texts = [
        part.text
        for each in seen
        for candidate in each.candidates or ()
        for part in (candidate.content and candidate.content.parts) or ()
        if part.text
    ]
    assert texts == ["Let me see.", "Sunny."]
    ids = [call["id"] for call in gateway.chats[1]["messages"][-3]["tool_calls"]]
    assert results_of(gateway.chats[1]) == list(zip(ids, RESULTS, strict=True))


async def test_a_conversation_whose_history_the_sdk_keeps_goes_on(gateway: Gateway) -> None:
    gateway.answers = [
        [chunk(content="Let me "), chunk(content="see."), *TWO_CALLS_STREAMED[1:]],
        [chunk(content="Sunny."), chunk(finish="stop")],
        whole(content="Yes."),
    ]
    async with chat_with(gateway, tools=[weather], thinking_config=THOUGHTS) as chat:
        async for each in await chat.send_message_stream("Weather?"):
            assert each.candidates
        answer = await chat.send_message("Sure?")
    assert answer.text == "Yes."
    roles = [message["role"] for message in gateway.chats[2]["messages"]]
    assert roles == ["user", "assistant", "tool", "tool", "assistant", "user"]
    assert gateway.chats[2]["messages"][1]["content"] == "Let me see."
    assert [result for _, result in results_of(gateway.chats[2])] == RESULTS


async def test_results_given_by_hand_as_googles_own_examples_do(gateway: Gateway) -> None:
    gateway.answers = [whole(tool_calls=TWO_CALLS[:1], finish="tool_calls"), whole(content="Sunny.")]
    declared = types.FunctionDeclaration(
        name="weather",
        description="d",
        parameters=types.Schema(type=types.Type.OBJECT, properties={"city": types.Schema(type=types.Type.STRING)}),
    )
    config = types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[declared])],
        tool_config=types.ToolConfig(
            function_calling_config=types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.ANY)
        ),
    )
    async with models_at(gateway.url, "k") as models:
        asking = types.Content(role="user", parts=[types.Part.from_text(text="Weather?")])
        answer = await models.generate_content(model=MODEL, contents=[asking], config=config)
        (call,) = answer.function_calls or ()
        assert (call.id, call.name, call.args) == ("c1", "weather", {"city": "Lyon"})
        assert answer.candidates
        assert answer.candidates[0].content
        result = types.Part.from_function_response(name="weather", response={"result": "blue"})
        turns = [asking, answer.candidates[0].content, types.Content(role="tool", parts=[result])]
        await models.generate_content(model=MODEL, contents=turns, config=config)
    assert gateway.chats[0]["tool_choice"] == "required"
    assert results_of(gateway.chats[1]) == [("c1", "blue")]
