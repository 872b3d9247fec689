"""Each family of providers as it is really asked, over a socket: where, with what proof, with what body; and its usage read."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ai_api.core.egress import Egress
from ai_api.providers import lanes
from ai_api.providers.http import HttpUpstream
from ai_api.providers.native import NativeLane
from ai_api.providers.over_chat import every_lane
from ai_api.providers.port import Deadlines, UpstreamCall
from ai_api.providers.wiring import VENDORS, address, derive
from ai_api.wire.usage import Usage
from tests.contract.families import AWS_KEY, KEY, ROWS, Row
from tests.support.anthropic_lane import StoppedClock, chat_call, loaded_lane
from tests.unit.core.raw_peer import Line, peer

pytestmark = pytest.mark.enable_socket

HI = [{"role": "user", "content": "Hi"}]
ASKS: dict[str, dict[str, Any]] = {
    "chat": {"model": "ours", "messages": HI},
    "responses": {"model": "ours", "input": "Hi"},
    "messages": {"model": "ours", "messages": HI, "max_tokens": 50},
    "generate": {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]},
    "embeddings": {"model": "ours", "input": ["Hi"]},
}
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
DELTA = {"index": 0, "delta": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "vendor-model",
    "output": [],
    "usage": {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120},
}
CLAUDE_USED = {
    "input_tokens": 60,
    "cache_read_input_tokens": 30,
    "cache_creation_input_tokens": 10,
    "output_tokens": 20,
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "vendor-model",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": CLAUDE_USED,
}
GENERATED = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}, "finishReason": "STOP", "index": 0}],
    "usageMetadata": {
        "promptTokenCount": 100,
        "candidatesTokenCount": 20,
        "thoughtsTokenCount": 7,
        "totalTokenCount": 127,
    },
}
USED = {
    "responses": Usage(100, output=20),
    "messages": Usage(100, 30, 10, output=20),
    "generate": Usage(100, output=27, reasoning=7),
    "embeddings": Usage(100),
}


def whole_of(spoken: str, row: Row) -> dict[str, Any]:
    """The provider's whole answer in its dialect."""
    chat = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [CHOICE], "usage": row.usage}
    vectors = {
        "object": "list",
        "model": "m",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
        "usage": {"prompt_tokens": 100, "total_tokens": 100},
    }
    every = {"chat": chat, "responses": RESPONSE, "messages": MESSAGE, "generate": GENERATED, "embeddings": vectors}
    return every[spoken]


def stream_of(spoken: str, row: Row) -> bytes:
    """The provider's streamed answer in its dialect."""
    if spoken == "chat":
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [DELTA]}
        return _events(None, chunk, {**chunk, "choices": [], "usage": row.usage}) + b"data: [DONE]\n\n"
    if spoken == "responses":
        return _events("type", {"type": "response.completed", "sequence_number": 0, "response": RESPONSE})
    if spoken == "messages":
        start = {**MESSAGE, "content": [], "stop_reason": None, "usage": {**CLAUDE_USED, "output_tokens": 1}}
        end = {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}}
        return _events(
            "type",
            {"type": "message_start", "message": start},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
            {"type": "content_block_stop", "index": 0},
            {**end, "usage": CLAUDE_USED},
            {"type": "message_stop"},
        )
    return _events(None, GENERATED)


def _events(name: str | None, *payloads: dict[str, Any]) -> bytes:
    heads = ["" if name is None else f"event: {each[name]}\n" for each in payloads]
    return "".join(f"{head}data: {json.dumps(each)}\n\n" for head, each in zip(heads, payloads, strict=True)).encode()


@dataclass
class Provider:
    """A server that notes each request, and answers what it is given."""

    url: str = ""
    answer: tuple[bytes, str] = (b"", "")
    target: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    async def play(self, line: Line) -> None:
        """One connection, until the other side leaves."""
        while True:
            head, *fields = (await line.reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
            pairs = [each.split(": ", 1) for each in fields]
            self.target = head.split(" ")[1]
            self.headers = {name.lower(): value for name, value in pairs}
            assert len(self.headers) == len(pairs), "a header was sent twice"
            self.body = json.loads(await line.reader.readexactly(int(self.headers["content-length"])))
            body, kind = self.answer
            await line.answer(body, headers=f"content-type: {kind}\r\n")


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """The server, on loopback."""
    seen = Provider()
    async with peer(seen.play) as server:
        seen.url = server.url(path="")
        yield seen


@pytest.fixture
async def calls() -> AsyncIterator[HttpUpstream]:
    """The way out, with every lane."""
    upstream = HttpUpstream(
        Egress(),
        every_lane({"native": NativeLane(), "anthropic": loaded_lane()}, StoppedClock()),
        clock=StoppedClock(),
    )
    yield upstream
    await upstream.close()


def call_of(row: Row, name: str, url: str, operation: str, *, stream: bool) -> UpstreamCall | None:
    """A call in this dialect to this family, as the gateway makes it; None where no lane serves it."""
    provider_name = row.provider or name
    wiring = derive(provider_name, *address(provider_name, url + row.base, row.api_version))
    lane = lanes.lane_for(wiring, operation, {"chat", "responses", "embeddings"})
    if lane is None or (stream and operation == "embeddings"):
        return None
    document = {**ASKS[operation], **({"stream": True} if stream and operation != "generate" else {})}
    call = chat_call(document, upstream_model=row.model, stream=stream, wiring=wiring, secret=row.secret, lane=lane)
    key = replace(call.key, provider=provider_name, private_network=True)
    return replace(call, operation=operation, key=key, deadlines=Deadlines(5, 5, 5, 5))


def spoken_by(lane: str, operation: str) -> str:
    """The dialect that a lane speaks to the provider."""
    if lane == "native":
        return operation
    return "messages" if lane.endswith("anthropic") else "chat"


def expected_target(row: Row, spoken: str, *, stream: bool) -> str:
    """Where the provider is asked."""
    target = row.paths[spoken]
    if stream and spoken == "generate":
        return target.replace(":generateContent", ":streamGenerateContent?alt=sse")
    return target


async def asked(calls: HttpUpstream, call: UpstreamCall) -> Usage | None:
    """Makes the call, and reads its answer to the end."""
    answer = await calls.open(call)
    try:
        if answer.reader is None:
            return (await answer.whole()).usage
        with contextlib.suppress(StopAsyncIteration):
            while not answer.reader.finished:
                await answer.read()
        return answer.reader.usage
    finally:
        answer.close()


def assert_asked_well(seen: Provider, row: Row, name: str, spoken: str, *, stream: bool) -> None:
    """The body names the vendor's model once, and says in the vendor's way whether to stream and to tell the usage."""
    if row.auth is None:
        assert not {"authorization", "api-key", "x-api-key", "x-goog-api-key"} & seen.headers.keys()
    elif spoken == "generate" and name == "gemini":
        assert (seen.headers["x-goog-api-key"], "authorization" in seen.headers) == (KEY, False)
    else:
        assert seen.headers[row.auth[0]].startswith(row.auth[1])
    assert AWS_KEY.split(":")[1] not in str(seen.headers)
    if spoken == "generate":
        assert "model" not in seen.body
    else:
        assert seen.body["model"] == row.model
        assert seen.body.get("stream", False) is stream
    asks = spoken == "chat" and stream and row.asks_for_usage
    assert seen.body.get("stream_options") == ({"include_usage": True} if asks else None)
    if spoken == "messages":
        assert seen.headers["anthropic-version"] == "2023-06-01"
        assert seen.body["max_tokens"] > 0


def test_a_vendor_of_the_table_has_no_row() -> None:
    assert {row.provider or name for name, row in ROWS.items()} >= VENDORS.keys()


@pytest.mark.parametrize("name", ROWS)
async def test_a_family_is_asked_at_another_address_or_in_other_words(calls: HttpUpstream, name: str) -> None:
    row = ROWS[name]
    served = set()
    async with provider() as seen:
        for operation in ASKS:
            for stream in (False, True):
                call = call_of(row, name, seen.url, operation, stream=stream)
                if call is None:
                    continue
                spoken = spoken_by(call.lane, operation)
                served.add(spoken)
                body = stream_of(spoken, row) if stream else json.dumps(whole_of(spoken, row)).encode()
                seen.answer = (body, "text/event-stream" if stream else "application/json")
                used = await asked(calls, call)
                case = (operation, call.lane, stream)
                assert seen.target == expected_target(row, spoken, stream=stream), case
                assert_asked_well(seen, row, name, spoken, stream=stream)
                assert used == (row.used if spoken == "chat" else USED[spoken]), case
    assert served == row.paths.keys()
