"""The translate lane as tests use it: loaded once a process, with a clock that stands still."""

import functools
import json
import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest import mock
from uuid import UUID

from ai_api.providers.litellm_translate import AnthropicLane
from ai_api.providers.port import Deadlines, OpenKey, UpstreamCall, Wiring

CREATED_S = 1_700_000_000
SECRET = "sk-ant-the-organizations-own"
URL = "https://api.anthropic.example/v1/messages"
WIRING = Wiring(
    urls={"chat": URL},
    lanes={"chat": "anthropic"},
    models_url=None,
    auth_header="x-api-key",
    auth_prefix="",
    headers={"anthropic-version": "2023-06-01"},
)
HI: list[dict[str, Any]] = [{"role": "user", "content": "Hi"}]


class StoppedClock:
    """A clock at CREATED_S."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(CREATED_S, UTC)

    def unix_ms(self) -> int:
        return CREATED_S * 1_000

    def monotonic(self) -> float:
        return 0.0


def unloaded_lane() -> AnthropicLane:
    """A lane that reads answers; to ask, it would have to be loaded."""
    return AnthropicLane(clock=StoppedClock(), output_tokens_default=4_096)


@functools.cache
def loaded_lane() -> AnthropicLane:
    """A lane that asks and reads. Takes some seconds the first time."""
    lane = unloaded_lane()
    with warnings.catch_warnings():
        # What the library's own dependencies find old-fashioned is not ours to fix.
        warnings.simplefilter("ignore")
        lane.ensure_loaded()
    return lane


def chat_call(
    document: Mapping[str, Any],
    *,
    upstream_model: str = "claude-sonnet-4-5",
    stream: bool = False,
    wants_usage: bool = False,
    output_tokens_max: int | None = None,
    headers: Mapping[str, str] | None = None,
    wiring: Wiring = WIRING,
    secret: str | None = SECRET,
    lane: str = "anthropic",
) -> UpstreamCall:
    """A call with this body, as the door hands it to a lane."""
    return UpstreamCall(
        operation="chat",
        lane=lane,
        stream=stream,
        fields={name: json.dumps(value).encode() for name, value in document.items()},
        document=document,
        upstream_model=upstream_model,
        shown_model="team-claude",
        output_tokens_max=output_tokens_max,
        wants_usage=wants_usage,
        key=OpenKey(UUID(int=1), "anthropic", wiring, secret, private_network=False),
        headers=headers or {},
        request_id="req-1",
        deadlines=Deadlines(connect_s=1, first_byte_s=1, idle_s=1, total_s=1),
    )


def asked(document: Mapping[str, Any], **how: Any) -> dict[str, Any]:
    """The body that goes to the provider for this chat body. No name is looked up on the way."""
    with no_network():
        request = loaded_lane().request(chat_call({"model": "team-claude", **document}, **how))
    body: dict[str, Any] = json.loads(request.body)
    return body


@contextmanager
def no_network() -> Iterator[None]:
    """Fails the test when a name is looked up or a connection is opened."""
    refused = AssertionError("a translation must not use the network")
    with (
        mock.patch.object(socket, "getaddrinfo", side_effect=refused),
        mock.patch.object(socket.socket, "connect", side_effect=refused),
        mock.patch.object(socket.socket, "connect_ex", side_effect=refused),
    ):
        yield


def event(payload: Mapping[str, Any]) -> bytes:
    """An event as Anthropic writes it."""
    return f"event: {payload['type']}\ndata: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()


def message_start(**usage: Any) -> dict[str, Any]:
    """The first event of a stream."""
    return {
        "type": "message_start",
        "message": {
            "id": "msg_01ABC",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5-20250929",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage or {"input_tokens": 10, "output_tokens": 1},
        },
    }


def block_start(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def block_delta(index: int, **delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def block_stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def message_end(stop_reason: str, **usage: Any) -> list[dict[str, Any]]:
    """The last two events of a stream."""
    delta = {"type": "message_delta", "delta": {"stop_reason": stop_reason, "stop_sequence": None}}
    return [{**delta, "usage": usage or {"output_tokens": 20}}, {"type": "message_stop"}]


def message(*blocks: dict[str, Any], stop_reason: str | None = "end_turn", **members: Any) -> bytes:
    """A whole message."""
    return json.dumps(
        {
            "id": "msg_01ABC",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5-20250929",
            "content": list(blocks),
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": {"input_tokens": 10, "output_tokens": 20},
            **members,
        },
        ensure_ascii=False,
    ).encode()


THOUGHT_TEXT_AND_TWO_TOOLS = [
    message_start(input_tokens=10, cache_creation_input_tokens=50, cache_read_input_tokens=30, output_tokens=1),
    block_start(0, type="thinking", thinking="", signature=""),
    {"type": "ping"},
    block_delta(0, type="thinking_delta", thinking="Two cities, "),
    block_delta(0, type="thinking_delta", thinking="two calls."),
    block_delta(0, type="signature_delta", signature="c2ln"),
    block_stop(0),
    block_start(1, type="text", text=""),
    block_delta(1, type="text_delta", text="Je regarde "),
    block_delta(1, type="text_delta", text="ça 🌦"),
    block_stop(1),
    block_start(2, type="tool_use", id="toolu_1", name="weather", input={}),
    block_delta(2, type="input_json_delta", partial_json=""),
    block_delta(2, type="input_json_delta", partial_json='{"city": "Gen'),
    block_delta(2, type="input_json_delta", partial_json='ève"}'),
    block_stop(2),
    block_start(3, type="tool_use", id="toolu_2", name="now", input={}),
    block_stop(3),
    *message_end(
        "tool_use",
        input_tokens=10,
        cache_creation_input_tokens=50,
        cache_read_input_tokens=30,
        output_tokens=40,
        output_tokens_details={"thinking_tokens": 12},
    ),
]
