"""Reading Anthropic's answers in passing: the bytes go on as they came, but for the model's name.

What a client may take for the end is held back (`tail`) from the stop reason on, so that the call is settled before it is
complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ai_api.wire.anthropic_stream import malformed, reported
from ai_api.wire.anthropic_usage import from_anthropic
from ai_api.wire.failures import StreamFailure
from ai_api.wire.frames import unended, whole_frames
from ai_api.wire.json_body import BadBody, decode, encode, read, write
from ai_api.wire.model_name import ModelName
from ai_api.wire.sse import TAIL_BYTES_MAX, FrameCutter, data_of
from ai_api.wire.usage import Usage, UsageStream, count

_BYTES_PER_TOKEN = 4
_REASON_CHARS_MAX = 64
# Parts of a delta that are not written by the model.
_FORM = frozenset({"type", "signature"})


class MessagesStream:
    """Reads a stream of `POST /v1/messages`. Unknown events, blocks and fields pass untouched."""

    def __init__(self, *, shown_model: str) -> None:
        self.finish_reason: str | None = None
        self.finished = False
        self.tail = b""
        self._cutter = FrameCutter()
        self._name = ModelName(shown_model)
        self._ending = False
        self._usage = UsageStream(from_anthropic)
        self._output_is_told = False
        self._said_bytes = 0
        self._said_events = 0

    @property
    def usage(self) -> Usage | None:
        """What the provider said of its usage so far. The output is known once it was told after the beginning."""
        total = self._usage.total()
        if total is None or self._output_is_told:
            return total
        return replace(total, output_known=False)

    @property
    def output_tokens_seen(self) -> int:
        """At least one token a delta, at most what its bytes can hold."""
        return max(self._said_events, -(-self._said_bytes // _BYTES_PER_TOKEN))

    def feed(self, data: bytes) -> bytes:
        """Frames to send now. Raises StreamFailure."""
        frames = whole_frames(self._cutter, data)
        if not frames:
            return b""
        now: list[bytes] = []
        held: list[bytes] = []
        try:
            for frame in frames:
                if self.finished:
                    # What follows the end belongs to no answer, and nobody has counted it.
                    break
                shown = self._pass(frame)
                (held if self._ending else now).append(shown)
        except StreamFailure as failure:
            failure.before = b"".join(now)
            raise
        if self.finished:
            # The end came in the same read: one write for all of it, once the call is settled.
            now, held = [], now + held
        self.tail += b"".join(held)
        if len(self.tail) > TAIL_BYTES_MAX and not self.finished:
            raise StreamFailure("upstream_interrupted", "The provider's stream goes on after its end.")
        return b"".join(now)

    def end(self) -> None:
        """The provider closed. Raises StreamFailure unless its end was seen."""
        if not self.finished:
            raise unended()

    def _pass(self, frame: bytes) -> bytes:
        """The frame as the caller is to see it. Raises StreamFailure."""
        data = data_of(frame)
        if not data:
            return frame
        try:
            event = decode(data)
        except ValueError:
            raise malformed() from None
        kind = event.get("type") if isinstance(event, dict) else None
        if kind == "error":
            raise reported(event.get("error"))
        if kind == "content_block_delta":
            self._notice(event.get("delta"))
        elif kind == "message_start":
            return self._start(frame, event.get("message"))
        elif kind == "message_delta":
            self._close(event)
        elif kind == "message_stop":
            self.finished = self._ending = True
        return frame

    def _start(self, frame: bytes, message: object) -> bytes:
        if not isinstance(message, dict):
            return frame
        self._usage.add(message.get("usage"))
        model = message.get("model")
        self._name.learn(model if isinstance(model, str) else None, frame)
        return self._name.apply(frame, 1)

    def _notice(self, delta: object) -> None:
        if not isinstance(delta, dict):
            return
        said = sum(len(each.encode()) for name, each in delta.items() if name not in _FORM and isinstance(each, str))
        if said:
            self._said_events += 1
            self._said_bytes += said

    def _close(self, event: Mapping[str, Any]) -> None:
        used, delta = event.get("usage"), event.get("delta")
        self._usage.add(used)
        if isinstance(used, dict) and count(used.get("output_tokens")) is not None:
            self._output_is_told = True
        if isinstance(delta, dict) and delta.get("stop_reason") is not None:
            self._ending = True
            self.finish_reason = _reason(delta["stop_reason"])


def read_whole_message(body: bytes, shown_model: str) -> tuple[bytes, Usage | None, str | None]:
    """A whole message for the caller, its usage, its stop reason. Raises StreamFailure."""
    try:
        message = decode(body)
    except ValueError:
        raise malformed() from None
    if not isinstance(message, dict):
        raise malformed()
    if message.get("type") == "error":
        raise reported(message.get("error"))
    used = message.get("usage")
    usage = from_anthropic(used) if isinstance(used, dict) else None
    return _renamed(body, message, shown_model), usage, _reason(message.get("stop_reason"))


def _renamed(body: bytes, message: Mapping[str, Any], shown_model: str) -> bytes:
    """The message under the caller's name of its model, and every other byte of its values as it came."""
    model = message.get("model")
    if not isinstance(model, str) or model == shown_model:
        return body
    name = ModelName(shown_model)
    name.learn(model, body)
    renamed = name.apply(body)
    if renamed == name.apply(body, 1):
        return renamed
    # What a tool is to be called with may hold the very same member: only the message's own is replaced.
    try:
        return write({**read(body).fields, "model": encode(shown_model)})
    except BadBody:
        raise malformed() from None


def _reason(stop_reason: object) -> str | None:
    return stop_reason[:_REASON_CHARS_MAX] if isinstance(stop_reason, str) else None
