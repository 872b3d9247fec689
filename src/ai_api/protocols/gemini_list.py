"""A stream as Google sends it where nobody asks for events: one JSON array, whose elements come one by one."""

from __future__ import annotations

from starlette.types import Message, Send

from ai_api.wire.gemini_stream import FRAME_BYTES_MAX
from ai_api.wire.sse import FrameCutter, data_of, split

_EVENTS = b"text/event-stream"
_REPLACED = (b"content-type", b"content-length")


class AsList:
    """Sends an answer on; one of events as a JSON array of their data, comments left out. An error ends it as an element."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_stream = False
        self._between = b"["
        self._cutter = FrameCutter(frame_bytes_max=FRAME_BYTES_MAX)

    async def __call__(self, message: Message) -> None:
        """Sends one message of ASGI."""
        if message["type"] == "http.response.start":
            message = self._started(message)
        elif self._is_stream:
            is_last = not message.get("more_body", False)
            body = self._elements(message.get("body", b""), is_last=is_last)
            if not body and not is_last:
                return
            message = {**message, "body": body}
        await self._send(message)

    def _started(self, message: Message) -> Message:
        headers = list(message["headers"])
        self._is_stream = any(name == b"content-type" and value.startswith(_EVENTS) for name, value in headers)
        if not self._is_stream:
            return message
        kept = [(name, value) for name, value in headers if name not in _REPLACED]
        return {**message, "headers": [(b"content-type", b"application/json"), *kept]}

    def _elements(self, frames: bytes, *, is_last: bool) -> bytes:
        written: list[bytes] = []
        for frame in split(self._cutter.feed(frames)):
            if data := data_of(frame):
                written += (self._between, data)
                self._between = b",\n"
        if is_last:
            written.append(b"]" if self._between != b"[" else b"[]")
        return b"".join(written)
