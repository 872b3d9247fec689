"""Anthropic's messages as they come: events out of a stream's bytes, and what its words for ends and errors mean here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ai_api.wire.failures import StreamFailure
from ai_api.wire.frames import whole_frames
from ai_api.wire.json_body import decode
from ai_api.wire.sse import FrameCutter, data_of

_CHAT_FINISH: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "compaction": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}

# Anthropic's error type → our outcome and what may be said of it. The provider's own text is never shown.
_ERRORS: Mapping[str, tuple[str, str]] = {
    "rate_limit_error": ("upstream_rate_limited", "The provider limits the rate of calls; try again later."),
    "timeout_error": ("upstream_timeout", "The provider timed out."),
    "authentication_error": ("upstream_auth", "The gateway's own key was refused by the provider."),
    "permission_error": ("upstream_auth", "The gateway's own key was refused by the provider."),
    "billing_error": ("upstream_auth", "The gateway's own key was refused by the provider."),
    "invalid_request_error": ("upstream_invalid", "The provider refused the request in the middle of its answer."),
    "overloaded_error": ("upstream_overloaded", "The provider is overloaded; try again later."),
}
_OTHER_ERROR = ("upstream_error", "The provider reported an error in its answer.")


class AnthropicEvents:
    """Reads the events of one stream of `POST /v1/messages`, out of any split of its bytes."""

    __slots__ = ("_cutter",)

    def __init__(self) -> None:
        self._cutter = FrameCutter()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """The events that are whole now, each with a `type`; comments are left out. Raises StreamFailure."""
        for frame in whole_frames(self._cutter, data):
            payload = data_of(frame)
            if payload:
                yield read_object(payload)


def read_object(data: bytes) -> dict[str, Any]:
    """One JSON object with a `type`: an event, or a whole message.

    Raises StreamFailure when it is something else, and when it is an error.
    """
    try:
        found = decode(data)
    except ValueError:
        raise malformed() from None
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise malformed()
    if found["type"] == "error":
        raise reported(found.get("error"))
    return found


def malformed() -> StreamFailure:
    """What to raise for something that is not the dialect."""
    return StreamFailure("upstream_interrupted", "The provider sent something that cannot be read.")


def chat_finish(stop_reason: str) -> str:
    """The finish reason of a chat answer for a stop reason. A word nobody knows yet is an ordinary stop."""
    return _CHAT_FINISH.get(stop_reason, "stop")


def reported(error: object) -> StreamFailure:
    """What to raise for an error object of the provider's: its kind in our own words."""
    kind = error.get("type") if isinstance(error, dict) else None
    return StreamFailure(*_ERRORS.get(kind, _OTHER_ERROR) if isinstance(kind, str) else _OTHER_ERROR)
