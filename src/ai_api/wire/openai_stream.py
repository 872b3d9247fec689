"""Reading OpenAI's streams in passing: the bytes go on as they came, but for the model's name and frames nobody asked for.

Both readers hold back what a client may take for the end (`tail`), so that the call is settled before it is complete.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from ai_api.wire.failures import StreamFailure
from ai_api.wire.json_body import decode, encode
from ai_api.wire.sse import FrameCutter, FrameTooLong, data_of, split
from ai_api.wire.usage import Usage, UsageStream, from_openai_chat, from_openai_responses

_BYTES_PER_TOKEN = 4


# msgspec cannot tell null from a raw value, so absence is a raw value of nothing.
_ABSENT = msgspec.Raw(b"")


class _Delta(msgspec.Struct):
    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: msgspec.Raw = _ABSENT


class _Choice(msgspec.Struct):
    finish_reason: str | None = None
    delta: _Delta | None = None


class _ChatFrame(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: msgspec.Raw = _ABSENT
    error: msgspec.Raw = _ABSENT
    model: str | None = None
    service_tier: str | None = None


class _ResponseObject(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    usage: msgspec.Raw = _ABSENT
    status: str | None = None
    incomplete_details: dict[str, Any] | None = None
    service_tier: str | None = None


class _ResponseEvent(msgspec.Struct):
    type: str = ""
    sequence_number: int | None = None
    delta: msgspec.Raw = _ABSENT
    response: _ResponseObject | None = None


_chat_frame = msgspec.json.Decoder(_ChatFrame)
_response_event = msgspec.json.Decoder(_ResponseEvent)
_response_object = msgspec.json.Decoder(_ResponseObject)
Peek = TypeVar("Peek")

_TERMINAL_EVENTS = frozenset({"response.completed", "response.incomplete", "response.failed"})


def _peek(decoder: msgspec.json.Decoder[Peek], data: bytes, nothing: Peek) -> Peek:
    """What the decoder knows of `data`; `nothing` for JSON of other shapes, which passes unread. Raises StreamFailure."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError:
        # Valid so far, only not of the shape known here: a field of another type, an event nobody has heard of.
        try:
            decode(data)
        except ValueError:
            raise StreamFailure("upstream_interrupted", "The provider sent something that is not JSON.") from None
        return nothing
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise StreamFailure("upstream_interrupted", "The provider sent something that is not JSON.") from None


def _raw(value: msgspec.Raw) -> Any:
    return decode(bytes(value)) if _is_given(value) else None


def _is_given(value: msgspec.Raw) -> bool:
    return bytes(value) not in {b"", b"null"}


class ModelName:
    """Puts the name the caller used in the place of the provider's, without touching another byte."""

    __slots__ = ("_found", "_replacement", "_shown")

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._found: bytes | None = None
        self._replacement = b""

    def learn(self, upstream: str | None, sample: bytes) -> None:
        """Finds how the provider spells `"model": "…"`, from the first frame that has it."""
        if self._found is not None or upstream is None:
            return
        if upstream == self._shown:
            self._found = b""
            return
        match = re.search(rb'"model"\s*:\s*' + re.escape(encode(upstream)), sample)
        if match:
            self._found = match[0]
            self._replacement = b'"model":' + encode(self._shown)

    def apply(self, frames: bytes, limit: int = -1) -> bytes:
        """The frames with the name replaced, in at most `limit` places."""
        return frames.replace(self._found, self._replacement, limit) if self._found else frames


class ChatStream:
    """Reads a stream of `POST /v1/chat/completions`."""

    def __init__(self, *, shown_model: str, wants_usage: bool) -> None:
        self.usage: Usage | None = None
        self.finish_reason: str | None = None
        self.finished = False
        self.tail = b""
        self._cutter = FrameCutter()
        self._name = ModelName(shown_model)
        self._wants_usage = wants_usage
        self._usage = UsageStream(from_openai_chat)
        self._text_bytes = 0
        self._text_frames = 0

    @property
    def output_tokens_seen(self) -> int:
        """At least one token a frame that said something, at most what its bytes can hold."""
        return max(self._text_frames, -(-self._text_bytes // _BYTES_PER_TOKEN))

    def feed(self, data: bytes) -> bytes:
        """Frames to send now. Raises StreamFailure."""
        try:
            head = self._cutter.feed(data)
        except FrameTooLong:
            raise StreamFailure("upstream_interrupted", "The provider sent a frame without an end.") from None
        if not head:
            return b""
        out = self._name.apply(b"".join([frame for frame in split(head) if self._keep(frame)]))
        if self.tail or self.finished:
            self.tail += out
            return b""
        return out

    def end(self) -> None:
        """The provider closed. Raises StreamFailure unless its end was seen."""
        if not self.finished:
            raise StreamFailure("upstream_interrupted", "The provider's stream stopped before its end.")

    def _keep(self, frame: bytes) -> bool:
        data = data_of(frame)
        if not data:
            return True
        if data.strip() == b"[DONE]":
            self.finished = True
            return True
        parsed = _peek(_chat_frame, data, _ChatFrame())
        if _is_given(parsed.error) and not parsed.choices:
            raise StreamFailure("upstream_error", "The provider reported an error in its stream.")
        self._name.learn(parsed.model, frame)
        self._notice(parsed, len(data))
        if _is_given(parsed.usage) and not parsed.choices:
            return self._keep_usage_chunk(frame)
        return True

    def _notice(self, frame: _ChatFrame, size: int) -> None:
        for choice in frame.choices or ():
            if choice.finish_reason is not None:
                self.finish_reason = choice.finish_reason
            delta = choice.delta
            if delta is None:
                continue
            if delta.content:
                self._count(len(delta.content.encode()))
            if delta.reasoning_content:
                self._count(len(delta.reasoning_content.encode()))
            if _is_given(delta.tool_calls):
                self._count(min(size, len(bytes(delta.tool_calls))))
        if _is_given(frame.usage) or frame.service_tier is not None:
            self._usage.add(_raw(frame.usage), service_tier=frame.service_tier)
            self.usage = self._usage.total()

    def _keep_usage_chunk(self, frame: bytes) -> bool:
        if self._wants_usage:
            # From here on a client has everything it waits for: this chunk belongs to the end.
            self.tail += self._name.apply(frame)
        return False

    def _count(self, size: int) -> None:
        self._text_frames += 1
        self._text_bytes += size


class ResponsesStream:
    """Reads a stream of `POST /v1/responses`. Unknown events, items and fields pass untouched."""

    def __init__(self, *, shown_model: str, secret: str | None) -> None:
        self.usage: Usage | None = None
        self.finish_reason: str | None = None
        self.finished = False
        self.tail = b""
        self.response_id: str | None = None
        self.sequence_number = -1
        self._cutter = FrameCutter()
        self._name = ModelName(shown_model)
        self._secret = secret.encode() if secret else None
        self._text_bytes = 0
        self._text_frames = 0

    @property
    def output_tokens_seen(self) -> int:
        """At least one token a delta, at most what its bytes can hold."""
        return max(self._text_frames, -(-self._text_bytes // _BYTES_PER_TOKEN))

    def feed(self, data: bytes) -> bytes:
        """Frames to send now. Raises StreamFailure."""
        try:
            head = self._cutter.feed(data)
        except FrameTooLong:
            raise StreamFailure("upstream_interrupted", "The provider sent a frame without an end.") from None
        if not head:
            return b""
        out = b"".join([self._pass(frame) for frame in split(head)])
        if self.finished:
            self.tail += out
            return b""
        return out

    def end(self) -> None:
        """The provider closed. Raises StreamFailure unless its end was seen."""
        if not self.finished:
            raise StreamFailure("upstream_interrupted", "The provider's stream stopped before its end.")

    def _pass(self, frame: bytes) -> bytes:
        data = data_of(frame)
        if not data or data.strip() == b"[DONE]":
            return frame
        event = _peek(_response_event, data, _ResponseEvent())
        if event.type == "error":
            raise StreamFailure("upstream_error", "The provider reported an error in its stream.")
        if event.sequence_number is not None:
            self.sequence_number = event.sequence_number
        if _is_given(event.delta):
            self._text_frames += 1
            self._text_bytes += max(0, len(bytes(event.delta)) - 2)
        if event.response is None:
            return frame
        self.response_id = event.response.id or self.response_id
        self._name.learn(event.response.model, frame)
        if event.type in _TERMINAL_EVENTS:
            self._end_with(event.type, event.response)
            if event.type == "response.failed" and self._secret:
                frame = frame.replace(self._secret, b"[redacted]")
        return self._name.apply(frame, 1)

    def _end_with(self, event_type: str, response: _ResponseObject) -> None:
        self.finished = True
        self.finish_reason = finish_of_response(event_type.removeprefix("response."), response.incomplete_details)
        self.usage = _usage_of_response(response)


def finish_of_response(status: str, incomplete_details: dict[str, Any] | None) -> str:
    """The finish reason of a response: its status, with the reason where it is incomplete."""
    reason = (incomplete_details or {}).get("reason")
    return f"{status}:{reason}" if isinstance(reason, str) and len(reason) < 64 else status


def read_whole_chat(body: bytes, shown_model: str) -> tuple[bytes, Usage | None, str | None]:
    """A whole chat answer for the caller, its usage, its finish reason. Raises StreamFailure."""
    parsed = _peek(_chat_frame, body, _ChatFrame())
    name = ModelName(shown_model)
    name.learn(parsed.model, body)
    told = _raw(parsed.usage)
    used = from_openai_chat(told, service_tier=parsed.service_tier) if told else None
    finish = next((choice.finish_reason for choice in parsed.choices or () if choice.finish_reason), None)
    return name.apply(body, 1), used, finish


def read_whole_response(body: bytes, shown_model: str) -> tuple[bytes, Usage | None, str | None]:
    """A whole responses answer for the caller, its usage, its finish reason. Raises StreamFailure."""
    parsed = _peek(_response_object, body, _ResponseObject())
    name = ModelName(shown_model)
    name.learn(parsed.model, body)
    return (
        name.apply(body, 1),
        _usage_of_response(parsed),
        finish_of_response(parsed.status or "unknown", parsed.incomplete_details),
    )


def _usage_of_response(response: _ResponseObject) -> Usage | None:
    told = _raw(response.usage)
    return from_openai_responses(told, service_tier=response.service_tier) if told else None
