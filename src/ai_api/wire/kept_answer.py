"""Responses that the gateway keeps, on their way out: what they say of themselves, and which bytes are kept of them.

The provider was asked another thing than the caller asked for: not to keep it, or not to go on from something it does not know.
So its answer repeats another thing, and here the caller's is put in its place. Every other byte of the response stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ai_api.wire.json_body import decode, encode, members, write
from ai_api.wire.sse import data_of, split

_MARK: Final = b'"response"'
"""In the bytes of every event that has a response. Inside a text its quotes would be escaped."""
_WHOLE: Final = ("completed", "incomplete")


@dataclass(frozen=True, slots=True)
class Echo:
    """What a response says in the place of its provider's words; None leaves those."""

    response_id: str | None = None
    store: bool | None = None
    previous_response_id: str | None = None

    def frames(self, frames: bytes) -> bytes:
        """Whole frames of a stream, with the response in its events saying this."""
        if _MARK not in frames:
            return frames
        return b"".join(map(self._frame, split(frames)))

    def whole(self, body: bytes) -> bytes:
        """A response saying this; what is no object stays as it is."""
        try:
            response = members(body)
        except ValueError:
            return body
        told = {"id": self.response_id, "store": self.store, "previous_response_id": self.previous_response_id}
        return write({**response, **{name: encode(value) for name, value in told.items() if value is not None}})

    def _frame(self, frame: bytes) -> bytes:
        event = _event(frame)
        if event is None:
            return frame
        event["response"] = self.whole(event["response"])
        # Line breaks of JSON stand between its values; each line of data has the name of its field before it.
        data = write(event).replace(b"\r", b"\n").replace(b"\n", b"\ndata: ")
        lines = frame.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        others = (line + b"\n" for line in lines if line and not line.startswith(b"data:"))
        return b"".join((*others, b"data: ", data, b"\n\n"))


def response_at_the_end(tail: bytes, *, is_stream: bool) -> bytes | None:
    """The response that an answer ends with, where it is one to go on from: complete, or cut at a bound. None else."""
    if not is_stream:
        return tail if _is_whole(tail) else None
    events = (event for frame in split(tail) if (event := _event(frame)) is not None)
    responses = [event["response"] for event in events]
    return responses[-1] if responses and _is_whole(responses[-1]) else None


def _event(frame: bytes) -> dict[str, bytes] | None:
    """The members of an event that has a response."""
    data = data_of(frame)
    if _MARK not in data:
        return None
    try:
        event = members(data)
    except ValueError:
        return None
    return event if event.get("response", b"").startswith(b"{") else None


def _is_whole(response: bytes) -> bool:
    try:
        document = decode(response)
    except ValueError:
        return False
    return isinstance(document, dict) and document.get("status") in _WHOLE and isinstance(document.get("output"), list)
