"""What is read of OpenAI's frames and answers in passing: the few fields that matter, whatever else is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from ai_api.wire.failures import StreamFailure
from ai_api.wire.json_body import decode, encode

Peek = TypeVar("Peek")


# `Any` where null must say the same as nothing (a `Raw` of it would be there), and where servers differ in what they send.
class Delta(msgspec.Struct):
    """What a frame adds to a choice."""

    content: Any = None
    reasoning_content: Any = None
    tool_calls: Any = None


class Choice(msgspec.Struct):
    """One of the answers a frame tells of."""

    finish_reason: str | None = None
    delta: Delta | None = None


class ChatFrame(msgspec.Struct):
    """A frame of a chat's stream, or a whole chat answer."""

    choices: list[Choice] | None = None
    usage: Any = None
    error: Any = None
    model: str | None = None
    service_tier: str | None = None


class ResponseObject(msgspec.Struct):
    """A response, whole or inside an event."""

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
        """Its id, where the provider keeps it."""
        return self.id if self.store is True else None


class ResponseEvent(msgspec.Struct):
    """A frame of a response's stream."""

    type: str = ""
    sequence_number: int | None = None
    delta: Any = None
    response: ResponseObject | None = None


def peek(decoder: msgspec.json.Decoder[Peek], data: bytes, odd: Callable[[dict[str, Any]], Peek]) -> Peek:
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


def odd_chat_frame(document: dict[str, Any]) -> ChatFrame:
    """What can be used of a frame of another shape."""
    return ChatFrame(
        choices=[Choice()] if document.get("choices") else None,
        usage=document.get("usage"),
        error=document.get("error"),
        model=_text(document.get("model")),
        service_tier=_text(document.get("service_tier")),
    )


def odd_response(document: dict[str, Any]) -> ResponseObject:
    """What can be used of a response of another shape."""
    details = document.get("incomplete_details")
    return ResponseObject(
        id=_text(document.get("id")),
        model=_text(document.get("model")),
        usage=document.get("usage"),
        error=document.get("error"),
        status=_text(document.get("status")),
        incomplete_details=details if isinstance(details, dict) else None,
        service_tier=_text(document.get("service_tier")),
        store=document.get("store"),
    )


def odd_event(document: dict[str, Any]) -> ResponseEvent:
    """What can be used of an event of another shape."""
    number, response = document.get("sequence_number"), document.get("response")
    return ResponseEvent(
        type=_text(document.get("type")) or "",
        sequence_number=number if type(number) is int else None,
        response=odd_response(response) if isinstance(response, dict) else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def size_of(said: object) -> int:
    """How many bytes a delta says: of its text, or of its JSON where it is no text."""
    if isinstance(said, str):
        return len(said.encode())
    return len(encode(said)) if said else 0


CHAT_FRAME = msgspec.json.Decoder(ChatFrame)
RESPONSE_EVENT = msgspec.json.Decoder(ResponseEvent)
RESPONSE = msgspec.json.Decoder(ResponseObject)
