"""Messages over the chats of the simulated provider, over a real connection: every way in which servers write the same answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from anthropic.types import Message

from ai_api.core.egress import Egress
from ai_api.providers.http import HttpUpstream
from ai_api.providers.native import NativeLane
from ai_api.providers.over_chat import every_lane
from ai_api.providers.port import Deadlines, UpstreamCall
from ai_api.providers.wiring import derive
from ai_api.wire.failures import StreamFailure
from ai_api.wire.messages_over_chat_tools import chat_name
from tests.support import upstream
from tests.support.anthropic_lane import StoppedClock, chat_call
from tests.support.message_events import message_of
from tests.support.messages_over_chat import LONG_NAME, asking
from tests.support.upstream import Behaviour, ToolCall, Usage

pytestmark = pytest.mark.enable_socket

TOOLS = [{"name": name, "input_schema": {"type": "object"}} for name in ("Read", LONG_NAME)]
CALLS = [
    ToolCall(name="Read", arguments={"path": "ü" * 40}),
    ToolCall(name=chat_name(LONG_NAME, ""), arguments={}),
    ToolCall(name="Read", arguments={"deep": [{"er": ["}", "{", '"']}]}),
]
USED = Usage(input=100, cached=30, output=20, reasoning=4)
Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def sim() -> AsyncIterator[Any]:
    async with upstream.running() as simulator:
        yield simulator


@pytest.fixture
async def ask(sim: Any) -> AsyncIterator[Ask]:
    """Asks the simulated provider, which behaves as told, for a message; gives what was said."""
    egress = Egress()
    calls = HttpUpstream(
        egress, every_lane({"native": NativeLane()}, StoppedClock()), clock=StoppedClock(), scrub=lambda text: text
    )
    wiring = derive("local", f"{sim.url}/v1", None)

    async def make(*, stream: bool, document: dict[str, Any] | None = None, **how: Any) -> dict[str, Any]:
        sim.behave(Behaviour(**how))
        call = call_of(document or asking(tools=TOOLS), wiring, stream=stream)
        answer = await calls.open(call)
        try:
            if not stream:
                return dict(json.loads((await answer.whole()).body))
            frames, reader = b"", answer.reader
            assert reader is not None
            while not reader.finished:
                frames += await answer.read()
            return message_of(frames + reader.tail)
        finally:
            answer.close()

    yield make
    await calls.close()
    await egress.close()


def call_of(document: dict[str, Any], wiring: Any, *, stream: bool) -> UpstreamCall:
    call = chat_call(document, wiring=wiring, secret="sk-its-own", lane="messages over native", stream=stream)
    key = replace(call.key, private_network=True)
    return replace(call, operation="messages", key=key, deadlines=Deadlines(5, 5, 5, 5))


def as_objects(message: dict[str, Any]) -> dict[str, Any]:
    """The message with tools' inputs read."""
    for block in message["content"]:
        if block["type"] == "tool_use" and isinstance(block["input"], str):
            block["input"] = json.loads(block["input"])
    Message.model_validate(message, strict=True)
    return message


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"usage_flavour": "azure"},
        {"usage_flavour": "every_chunk"},
        {"line_end": "crlf", "json_style": "spaced"},
        {"unknown": True, "comments": True},
        {"split_bytes": 7, "split_pause_ms": 0},
        {"tool_style": "interleaved"},
        {"tool_style": "one_chunk"},
    ],
    ids=str,
)
async def test_servers_differ_and_so_does_the_message(ask: Ask, how: dict[str, Any]) -> None:
    said = {"text": "I look, ça va.", "thinking": "Hm, two files.", "usage": USED}
    for calls in ([], CALLS):
        messages = [as_objects(await ask(stream=stream, tool_calls=calls, **said, **how)) for stream in (True, False)]
        for message in messages:
            assert [block["type"] for block in message["content"]][:1] == ["thinking"]
            told = [(block["name"], block["input"]) for block in message["content"] if block["type"] == "tool_use"]
            assert told == [(LONG_NAME if "__" in each.name else each.name, each.arguments or {}) for each in calls]
            assert message["stop_reason"] == ("tool_use" if calls else "end_turn")
            assert message["model"] == "team-claude"
            assert message["usage"] == {
                "input_tokens": 70,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 30,
                "output_tokens": 20,
                "output_tokens_details": {"thinking_tokens": 4},
            }
        if not calls:
            texts = [[block["text"] for block in message["content"] if "text" in block] for message in messages]
            assert texts == [["I look, ça va."]] * 2


@pytest.mark.parametrize(("finish", "reason"), [("length", "max_tokens"), ("content_filter", "refusal")])
@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_was_cut_is_shown_as_complete(ask: Ask, finish: str, reason: str, stream: bool) -> None:
    assert (await ask(stream=stream, finish=finish))["stop_reason"] == reason


async def test_a_stream_that_is_cut_off_is_a_message(ask: Ask) -> None:
    with pytest.raises(StreamFailure):
        await ask(stream=True, cut_at=3)


async def test_counts_that_nobody_gave_break_the_message(ask: Ask) -> None:
    for stream in (True, False):
        message = as_objects(await ask(stream=stream, usage_missing=True))
        assert set(message["usage"].values()) == {0}


async def test_the_results_of_calls_do_not_come_to_the_provider(ask: Ask, sim: Any) -> None:
    """Two rounds: what was answered goes back as clients send it."""
    first = as_objects(await ask(stream=True, tool_calls=CALLS[:2], thinking="hm"))
    results = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": "done"}
        for block in first["content"]
        if block["type"] == "tool_use"
    ]
    turns = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": first["content"]},
        {"role": "user", "content": [*results, {"type": "text", "text": "And now?"}]},
    ]
    second = await ask(stream=False, document=asking(messages=turns, tools=TOOLS), text="So.")
    assert second["content"][-1] == {"type": "text", "text": "So."}
    asked = json.loads(sim.requests.last().body)
    assert [message["role"] for message in asked["messages"]] == ["user", "assistant", "tool", "tool", "user"]
    assert [call["id"] for call in asked["messages"][1]["tool_calls"]] == [
        message["tool_call_id"] for message in asked["messages"][2:4]
    ]
