"""Streams of messages, read as strictly as the dialect promises them: every event in its place, one block after another."""

from __future__ import annotations

import json
from typing import Any

_TEXTS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
_DELTAS = {"text": "text_delta", "thinking": "thinking_delta", "tool_use": "input_json_delta"}


def events_of(frames: bytes) -> list[dict[str, Any]]:
    """The events of whole frames."""
    found = []
    *told, rest = frames.split(b"\n\n")
    assert rest == b""
    for frame in told:
        name, data = frame.split(b"\n")
        assert data.startswith(b"data: ")
        event = json.loads(data[6:])
        assert name == f"event: {event['type']}".encode()
        found.append(event)
    return found


def message_of(frames: bytes) -> dict[str, Any]:
    """The message that a complete stream says, each tool's input as the JSON that came. AssertionError for events out of place."""
    first, *rest, delta, stop = events_of(frames)
    assert first["type"] == "message_start"
    assert delta["type"] == "message_delta"
    assert stop == {"type": "message_stop"}
    message = first["message"]
    assert (message["content"], message["stop_reason"], message["stop_sequence"]) == ([], None, None)
    return {**message, "content": blocks_of(rest), **delta["delta"], "usage": delta["usage"]}


def blocks_of(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks that events say one after another, all closed."""
    blocks: list[dict[str, Any]] = []
    is_open = False
    for event in events:
        if event["type"] == "content_block_start":
            assert not is_open
            assert event["index"] == len(blocks)
            blocks.append(dict(event["content_block"]))
            is_open = True
            continue
        assert is_open
        assert event["index"] == len(blocks) - 1
        block = blocks[-1]
        if event["type"] == "content_block_stop":
            is_open = False
            continue
        assert event["type"] == "content_block_delta"
        delta = event["delta"]
        assert delta["type"] == _DELTAS[block["type"]]
        said = delta[_TEXTS[delta["type"]]]
        if block["type"] == "tool_use":
            block["input"] = (block["input"] or "") + said
        else:
            block[block["type"]] += said
    assert not is_open
    return blocks
