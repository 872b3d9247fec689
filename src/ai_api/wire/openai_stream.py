"""Reading OpenAI's streams in passing: the bytes go on as they came, but for the model's name and frames nobody asked for.

Both readers hold back what a client may take for the end (`tail`), so that the call is settled before it is complete.
"""

from __future__ import annotations

from typing import Any

from ai_api.wire.failures import StreamFailure
from ai_api.wire.frames import unended, whole_frames
from ai_api.wire.model_name import ModelName
from ai_api.wire.openai_frames import (
    CHAT_FRAME,
    RESPONSE,
    RESPONSE_EVENT,
    ChatFrame,
    ResponseObject,
    odd_chat_frame,
    odd_event,
    odd_response,
    peek,
    size_of,
)
from ai_api.wire.openai_usage import from_openai_chat, from_openai_responses
from ai_api.wire.sse import TAIL_BYTES_MAX, FrameCutter, data_of
from ai_api.wire.usage import Usage, UsageStream

_BYTES_PER_TOKEN = 4
_TERMINAL_EVENTS = frozenset({"response.completed", "response.incomplete", "response.failed"})


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
        parsed = peek(CHAT_FRAME, data, odd_chat_frame)
        if parsed.error is not None and not parsed.choices:
            raise StreamFailure("upstream_error", "The provider reported an error in its stream.")
        self._name.learn(parsed.model, frame)
        self._notice(parsed)
        if parsed.usage is not None and not parsed.choices:
            # From here on a client that asked has everything it waits for: this chunk belongs to the end.
            self._ending = self._ending or self._wants_usage
            return self._wants_usage
        return True

    def _notice(self, frame: ChatFrame) -> None:
        for choice in frame.choices or ():
            if choice.finish_reason is not None:
                self.finish_reason = choice.finish_reason
            delta = choice.delta
            if delta is None:
                continue
            for said in (delta.content, delta.reasoning_content, delta.tool_calls):
                if said:
                    self._text_frames += 1
                    self._text_bytes += size_of(said)
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
        event = peek(RESPONSE_EVENT, data, odd_event)
        if event.type == "error":
            raise StreamFailure("upstream_error", "The provider reported an error in its stream.")
        if event.sequence_number is not None:
            self.sequence_number = event.sequence_number
        if event.delta:
            self._text_frames += 1
            self._text_bytes += size_of(event.delta)
        response = event.response
        if event.type in _TERMINAL_EVENTS:
            self._end_with(event.type, response or ResponseObject())
            if event.type == "response.failed" and self._secret:
                frame = frame.replace(self._secret, b"[redacted]")
        if response is None:
            return frame
        self.response_id = response.id or self.response_id
        self._name.relearn(response.model, frame)
        return self._name.apply(frame, 1)

    def _end_with(self, event_type: str, response: ResponseObject) -> None:
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
    parsed = peek(CHAT_FRAME, body, odd_chat_frame)
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
    parsed = peek(RESPONSE, body, odd_response)
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


def _usage_of_response(response: ResponseObject) -> Usage | None:
    told = response.usage
    return from_openai_responses(told, service_tier=response.service_tier) if told else None
