"""What must be true of any bytes: of a provider's stream however it is cut, and of a body whoever sent it.

An input of the stream properties begins with four bytes that say which reader and where to cut; all that follows is the stream.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ai_api.core.errors import Refusal
from ai_api.wire import anthropic_envelope, json_body, openai_envelope
from ai_api.wire.anthropic_messages import MessagesStream
from ai_api.wire.anthropic_stream import AnthropicEvents
from ai_api.wire.failures import StreamFailure
from ai_api.wire.input_reading import VISITS_MAX
from ai_api.wire.input_size import texts
from ai_api.wire.openai_stream import ChatStream, ResponsesStream
from ai_api.wire.sse import TAIL_BYTES_MAX, FrameCutter, FrameTooLong, data_of, split

MODEL, SHOWN = "m", "acme/m"
SECRET = "sk-0123456789abcdef"
HEAD_BYTES = 4


@dataclass
class Read:
    """What came of a stream: the frames that were passed on, as lines, and what is known of it."""

    passed: tuple[tuple[bytes, ...], ...]
    facts: tuple[object, ...]
    failure: str | None


def stream(data: bytes) -> None:
    """A provider's stream means the same however the network cuts it, and never more than it may take is kept of it."""
    if len(data) < HEAD_BYTES:
        return
    kind, (first, step, seed), body = data[0] % 6, data[1:HEAD_BYTES], data[HEAD_BYTES:]
    read = _READERS[kind]
    whole = read([body])
    for pieces in (_bytewise(body), _cut(body, first, step), _scattered(body, seed)):
        assert read(pieces) == whole, (whole, read(pieces))


def envelope(data: bytes) -> None:
    """A body is refused in words, or it is read as it stands, and what goes on are its own bytes."""
    body = _read_body(data)
    if body is None:
        return
    document = json.loads(data)
    assert isinstance(document, dict)
    assert _same(document, dict(body.document))
    assert list(body.fields) == list(document)
    assert all(value in data for value in body.fields.values())
    written = json_body.write(body.fields)
    assert len(written) <= len(data) + sum(6 * len(name) for name in document)
    again = json_body.read(written)
    assert again.fields == body.fields
    assert _same(dict(again.document), document)
    _read_envelope(body, len(data))


def _read_body(data: bytes) -> json_body.JsonBody | None:
    try:
        return json_body.read(data)
    except json_body.BadBody as bad:
        told = str(bad)
    assert 0 < len(told) < 200
    return None


def _refused(refusal: Refusal) -> None:
    assert refusal.kind in {"invalid", "not_found"}
    assert refusal.message


def _read_envelope(body: json_body.JsonBody, size_bytes: int) -> None:
    for operation, read in (
        ("chat", openai_envelope.chat),
        ("responses", openai_envelope.responses),
        ("messages", anthropic_envelope.messages),
        ("messages", anthropic_envelope.count_tokens),
    ):
        try:
            found = read(body)
        except Refusal as refusal:
            _refused(refusal)
            continue
        assert found.operation == operation
        assert found.output_tokens_max is None or 1 <= found.output_tokens_max <= 2**31
        assert 1 <= found.choices <= openai_envelope.CHOICES_MAX
        size = found.input_size
        assert 0 <= size.tools_bytes <= size.text_bytes
        assert min(size.opaque_bytes, size.messages, size.images - size.images_low, size.audio_seconds, size.files) >= 0
        assert size.messages <= VISITS_MAX + size_bytes
        # What is not counted cannot be charged: all text that is told to be counted is, in characters at the least.
        assert sum(map(len, texts(found.operation, body.document))) <= size.text_bytes or size.unbounded is not None


def _same(one: Any, other: Any) -> bool:
    """Whether two readers of JSON understood the same. Numbers beyond a float are infinite to one of them."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


# ── readers ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _cutter(pieces: list[bytes]) -> Read:
    cutter = FrameCutter()
    passed = b""
    try:
        for piece in pieces:
            passed += cutter.feed(piece)
            assert len(cutter.rest) <= TAIL_BYTES_MAX
    except FrameTooLong:
        return Read(_lines(passed), (), "too long")
    frames = split(passed)
    # Nothing of a frame is lost, and blank lines between frames are all that may be.
    assert b"".join(frames).replace(b"\r", b"").replace(b"\n", b"") == passed.replace(b"\r", b"").replace(b"\n", b"")
    assert passed + cutter.rest == b"".join(pieces)
    # How many blank lines are kept for the next frame is the network's affair.
    return Read(_lines(passed), (_lines(cutter.rest), *filter(None, map(data_of, frames))), None)


def _chat(pieces: list[bytes], *, wants_usage: bool) -> Read:
    return _drive(ChatStream(shown_model=SHOWN, wants_usage=wants_usage), pieces)


def _responses(pieces: list[bytes]) -> Read:
    reader = ResponsesStream(shown_model=SHOWN, secret=SECRET)
    read = _drive(reader, pieces)
    read.facts += (reader.response_id, reader.sequence_number)
    return read


def _drive(reader: ChatStream | ResponsesStream | MessagesStream, pieces: list[bytes]) -> Read:
    passed, failure = b"", None
    try:
        for piece in pieces:
            passed += reader.feed(piece)
            assert len(reader.tail) <= 3 * TAIL_BYTES_MAX
        reader.end()
    except StreamFailure as failed:
        passed, failure = passed + failed.before, failed.code
    facts = (reader.usage, reader.finish_reason, reader.finished, reader.output_tokens_seen)
    if failure is not None:
        # What was kept for a good end is not sent.
        return Read(_lines(passed), facts, failure)
    # How much of a good end came with the read before it is the network's affair; its order is not.
    return Read(_lines(passed + reader.tail), facts, None)


def _anthropic(pieces: list[bytes]) -> Read:
    reader, events = AnthropicEvents(), []
    try:
        for piece in pieces:
            events.extend(_each(reader.feed(piece), events))
    except StreamFailure as failed:
        return Read((), tuple(map(repr, events)), failed.code)
    return Read((), tuple(map(repr, events)), None)


def _each(found: Iterator[dict[str, Any]], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # One by one, so that those before a failure are kept.
    for event in found:
        events.append(event)
    return []


_READERS: dict[int, Callable[[list[bytes]], Read]] = {
    0: _cutter,
    1: lambda pieces: _chat(pieces, wants_usage=True),
    2: lambda pieces: _chat(pieces, wants_usage=False),
    3: _responses,
    4: _anthropic,
    5: lambda pieces: _drive(MessagesStream(shown_model=SHOWN), pieces),
}


def _lines(frames: bytes) -> tuple[tuple[bytes, ...], ...]:
    """The frames of a stream, as the lines they are made of: what is left when blank lines have done their work."""
    found: list[tuple[bytes, ...]] = []
    current: list[bytes] = []
    for line in [*frames.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), b""]:
        if line:
            current.append(line)
        elif current:
            found.append(tuple(current))
            current = []
    return tuple(found)


def _bytewise(body: bytes) -> list[bytes]:
    return [body[at : at + 1] for at in range(len(body))]


def _cut(body: bytes, first: int, step: int) -> list[bytes]:
    places = [0, *range(min(first, len(body)), len(body), step + 1), len(body)]
    return [body[start:end] for start, end in pairwise(places)]


def _scattered(body: bytes, seed: int) -> list[bytes]:
    """Cut where a small generator says, the same for the same seed."""
    pieces, at, state = [], 0, seed + 1
    while at < len(body):
        state = state * 75 % 65_537
        size = 1 + state % 23
        pieces.append(body[at : at + size])
        at += size
    return pieces
