"""Reading OpenAI's streams in passing: the bytes go on as they came, but for the model's name and frames nobody asked for.

Both readers hold back what a client may take for the end (`tail`), so that the call is settled before it is complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from ai_api.wire.failures import StreamFailure
from ai_api.wire.frames import unended, whole_frames
from ai_api.wire.json_body import decode, encode
from ai_api.wire.sse import TAIL_BYTES_MAX, FrameCutter, data_of
from ai_api.wire.usage import Usage, UsageStream, from_openai_chat, from_openai_responses

_BYTES_PER_TOKEN = 4


# `Any` where null must say the same as nothing (a `Raw` of it would be there), and where servers differ in what they send.
class _Delta(msgspec.Struct):
    content: Any = None
    reasoning_content: Any = None
    tool_calls: Any = None


class _Choice(msgspec.Struct):
    finish_reason: str | None = None
    delta: _Delta | None = None


class _ChatFrame(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: Any = None
    error: Any = None
    model: str | None = None
    service_tier: str | None = None


class _ResponseObject(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    usage: Any = None
    error: Any = None
    status: str | None = None
    incomplete_details: dict[str, Any] | None = None
    service_tier: str | None = None
    store: Any = None

    @property
    def kept_id(self) -> str | None:
        return self.id if self.store is True else None


class _ResponseEvent(msgspec.Struct):
    type: str = ""
    sequence_number: int | None = None
    delta: Any = None
    response: _ResponseObject | None = None


_chat_frame = msgspec.json.Decoder(_ChatFrame)
_response_event = msgspec.json.Decoder(_ResponseEvent)
_response_object = msgspec.json.Decoder(_ResponseObject)
Peek = TypeVar("Peek")

_TERMINAL_EVENTS = frozenset({"response.completed", "response.incomplete", "response.failed"})


def _peek(decoder: msgspec.json.Decoder[Peek], data: bytes, odd: Callable[[dict[str, Any]], Peek]) -> Peek:
    """What the decoder knows of `data`.

    JSON of another shape passes as well: what can be used of an object of which some field has an unexpected type is
    read by `odd`. Raises StreamFailure for what is not JSON.
    """
    try:
        return decoder.decode(data)
    except msgspec.ValidationError:
        try:
            document = decode(data)
        except ValueError:
            raise StreamFailure("upstream_interrupted", "The provider sent something that is not JSON.") from None
        return odd(document if isinstance(document, dict) else {})
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise StreamFailure("upstream_interrupted", "The provider sent something that is not JSON.") from None


def _odd_chat_frame(document: dict[str, Any]) -> _ChatFrame:
    return _ChatFrame(
        choices=[_Choice()] if document.get("choices") else None,
        usage=document.get("usage"),
        error=document.get("error"),
        model=_text(document.get("model")),
        service_tier=_text(document.get("service_tier")),
    )


def _odd_response(document: dict[str, Any]) -> _ResponseObject:
    details = document.get("incomplete_details")
    return _ResponseObject(
        id=_text(document.get("id")),
        model=_text(document.get("model")),
        usage=document.get("usage"),
        error=document.get("error"),
        status=_text(document.get("status")),
        incomplete_details=details if isinstance(details, dict) else None,
        service_tier=_text(document.get("service_tier")),
        store=document.get("store"),
    )


def _odd_event(document: dict[str, Any]) -> _ResponseEvent:
    number, response = document.get("sequence_number"), document.get("response")
    return _ResponseEvent(
        type=_text(document.get("type")) or "",
        sequence_number=number if type(number) is int else None,
        response=_odd_response(response) if isinstance(response, dict) else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _size(said: object) -> int:
    """How many bytes a delta says: of its text, or of its JSON where it is no text."""
    if isinstance(said, str):
        return len(said.encode())
    return len(encode(said)) if said else 0


# Never found inside a string, where its quotes would be escaped.
_MODEL_MEMBER = re.compile(rb'"model"\s*:\s*("(?:[^"\\]|\\.)*")')


def _spells(literal: bytes, name: str) -> bool:
    try:
        return bool(decode(literal) == name)
    except ValueError:
        return False


class ModelName:
    """Puts the name the caller used in the place of the provider's, without touching another byte."""

    __slots__ = ("_found", "_replacement", "_shown")

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._found: bytes | None = None
        self._replacement = b""

    @property
    def is_known(self) -> bool:
        """Whether the provider's spelling was found."""
        return self._found is not None

    def learn(self, upstream: str | None, sample: bytes) -> None:
        """Finds how the provider spells `"model": "…"`, from the first frame that has it."""
        if self._found is not None or not upstream:
            # Azure opens its streams with a frame of an empty model.
            return
        if upstream == self._shown:
            self._found = b""
            return
        for match in _MODEL_MEMBER.finditer(sample):
            if _spells(match[1], upstream):
                self._found = match[0]
                self._replacement = b'"model":' + encode(self._shown)
                return

    def relearn(self, upstream: str | None, sample: bytes) -> None:
        """Finds how this frame spells it, where that is not how the one before did."""
        if upstream and not (self._found and self._found in sample):
            self._found = None
            self.learn(upstream, sample)

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
        self._ending = False
        self._usage = UsageStream(from_openai_chat)
        self._tier: str | None = None
        self._text_bytes = 0
        self._text_frames = 0

    @property
    def output_tokens_seen(self) -> int:
        """At least one token a frame that said something, at most what its bytes can hold."""
        return max(self._text_frames, -(-self._text_bytes // _BYTES_PER_TOKEN))

    def feed(self, data: bytes) -> bytes:
        """Frames to send now. Raises StreamFailure."""
        frames = whole_frames(self._cutter, data)
        if not frames:
            return b""
        now: list[bytes] = []
        held: list[bytes] = []
        # Once known it is replaced in all of a read together; until then frame by frame, so that a frame is renamed or not
        # whatever else the network brings along with it.
        known = self._name.is_known
        try:
            for frame in frames:
                if self._keep(frame):
                    (held if self._ending else now).append(frame if known else self._name.apply(frame))
        except StreamFailure as failure:
            failure.before = self._shown(now, known=known)
            raise
        if self.finished:
            # The end came in the same read: one write for all of it, once the call is settled.
            now, held = [], now + held
        self.tail += self._shown(held, known=known)
        if len(self.tail) > TAIL_BYTES_MAX and not self.finished:
            raise StreamFailure("upstream_interrupted", "The provider's stream goes on after its end.")
        return self._shown(now, known=known)

    def _shown(self, frames: list[bytes], *, known: bool) -> bytes:
        joined = b"".join(frames)
        return self._name.apply(joined) if known else joined

    def end(self) -> None:
        """The provider closed. Raises StreamFailure unless its end was seen."""
        if not self.finished:
            raise unended()

    def _keep(self, frame: bytes) -> bool:
        if self.finished:
            # What follows the end belongs to no answer, and nobody has counted it.
            return False
        data = data_of(frame)
        if not data:
            return True
        if data.strip() == b"[DONE]":
            self.finished = self._ending = True
            return True
        parsed = _peek(_chat_frame, data, _odd_chat_frame)
        if parsed.error is not None and not parsed.choices:
            raise StreamFailure("upstream_error", "The provider reported an error in its stream.")
        self._name.learn(parsed.model, frame)
        self._notice(parsed)
        if parsed.usage is not None and not parsed.choices:
            # From here on a client that asked has everything it waits for: this chunk belongs to the end.
            self._ending = self._ending or self._wants_usage
            return self._wants_usage
        return True

    def _notice(self, frame: _ChatFrame) -> None:
        for choice in frame.choices or ():
            if choice.finish_reason is not None:
                self.finish_reason = choice.finish_reason
            delta = choice.delta
            if delta is None:
                continue
            for said in (delta.content, delta.reasoning_content, delta.tool_calls):
                if said:
                    self._text_frames += 1
                    self._text_bytes += _size(said)
        if frame.usage is not None or (frame.service_tier is not None and frame.service_tier != self._tier):
            # Every frame of some providers names the tier: only what is new is worth a look.
            self._tier = frame.service_tier or self._tier
            self._usage.add(frame.usage, service_tier=frame.service_tier)
            if frame.usage is not None or self.usage is not None:
                self.usage = self._usage.total()


class ResponsesStream:
    """Reads a stream of `POST /v1/responses`. Unknown events, items and fields pass untouched."""

    def __init__(self, *, shown_model: str, secret: str | None) -> None:
        self.usage: Usage | None = None
        self.finish_reason: str | None = None
        self.finished = False
        self.tail = b""
        self.response_id: str | None = None
        self.kept_id: str | None = None
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
        frames = whole_frames(self._cutter, data)
        if not frames:
            return b""
        shown: list[bytes] = []
        try:
            for frame in frames:
                shown.append(self._pass(frame))  # noqa: PERF401  -- those before a failure are needed
        except StreamFailure as failure:
            failure.before = b"".join(shown)
            raise
        out = b"".join(shown)
        if self.finished:
            self.tail += out
            return b""
        return out

    def end(self) -> None:
        """The provider closed. Raises StreamFailure unless its end was seen."""
        if not self.finished:
            raise unended()

    def _pass(self, frame: bytes) -> bytes:
        data = data_of(frame)
        if self.finished:
            # Some servers close with the terminator of chats. What else follows the end belongs to no answer.
            return frame if data.strip() == b"[DONE]" else b""
        if not data or data.strip() == b"[DONE]":
            return frame
        event = _peek(_response_event, data, _odd_event)
        if event.type == "error":
            raise StreamFailure("upstream_error", "The provider reported an error in its stream.")
        if event.sequence_number is not None:
            self.sequence_number = event.sequence_number
        if event.delta:
            self._text_frames += 1
            self._text_bytes += _size(event.delta)
        response = event.response
        if event.type in _TERMINAL_EVENTS:
            self._end_with(event.type, response or _ResponseObject())
            if event.type == "response.failed" and self._secret:
                frame = frame.replace(self._secret, b"[redacted]")
        if response is None:
            return frame
        self.response_id = response.id or self.response_id
        self._name.relearn(response.model, frame)
        return self._name.apply(frame, 1)

    def _end_with(self, event_type: str, response: _ResponseObject) -> None:
        self.finished = True
        self.finish_reason = finish_of_response(event_type.removeprefix("response."), response.incomplete_details)
        self.usage = _usage_of_response(response)
        self.kept_id = response.kept_id


def finish_of_response(status: str, incomplete_details: dict[str, Any] | None) -> str:
    """The finish reason of a response: its status, with the reason where it is incomplete."""
    reason = (incomplete_details or {}).get("reason")
    return f"{status}:{reason}" if isinstance(reason, str) and len(reason) < 64 else status


def read_whole_chat(body: bytes, shown_model: str) -> tuple[bytes, Usage | None, str | None]:
    """A whole chat answer for the caller, its usage, its finish reason. Raises StreamFailure."""
    parsed = _peek(_chat_frame, body, _odd_chat_frame)
    if parsed.error is not None and not parsed.choices:
        raise StreamFailure("upstream_error", "The provider reported an error in its answer.")
    name = ModelName(shown_model)
    name.learn(parsed.model, body)
    used = from_openai_chat(parsed.usage, service_tier=parsed.service_tier) if parsed.usage else None
    finish = next((choice.finish_reason for choice in parsed.choices or () if choice.finish_reason), None)
    return name.apply(body, 1), used, finish


def read_kept_response(body: bytes, shown_model: str) -> tuple[bytes, Usage | None, str | None, str | None]:
    """A whole responses answer for the caller, its usage, its finish reason, and its id where the provider keeps it.

    Raises StreamFailure.
    """
    parsed = _peek(_response_object, body, _odd_response)
    if parsed.error is not None and parsed.status is None:
        raise StreamFailure("upstream_error", "The provider reported an error in its answer.")
    name = ModelName(shown_model)
    name.learn(parsed.model, body)
    return (
        name.apply(body, 1),
        _usage_of_response(parsed),
        finish_of_response(parsed.status or "unknown", parsed.incomplete_details),
        parsed.kept_id,
    )


def _usage_of_response(response: _ResponseObject) -> Usage | None:
    told = response.usage
    return from_openai_responses(told, service_tier=response.service_tier) if told else None
