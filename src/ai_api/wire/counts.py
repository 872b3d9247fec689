"""Questions of how many tokens a call's input has, in the dialects that have them: what is counted, and how a count is told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from ai_api.wire import json_body
from ai_api.wire.envelope import Operation
from ai_api.wire.gemini_envelope import asked_to_count
from ai_api.wire.usage import count

FIELDS: Final[Mapping[Operation, str]] = MappingProxyType({"messages": "input_tokens", "generate": "totalTokens"})
"""The operations whose input can be asked for, each with the name of the number in an answer."""


def asked(operation: Operation, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request whose input is counted: Gemini's may stand inside the question."""
    return asked_to_count(document) if operation == "generate" else document


def answer(operation: Operation, tokens: int) -> bytes:
    """A count as its caller reads it."""
    return json_body.encode({FIELDS[operation]: tokens})


def holds_count(operation: Operation, body: bytes) -> bool:
    """Whether a provider's answer says how many tokens there are."""
    try:
        told = json_body.decode(body)
    except ValueError:
        return False
    return isinstance(told, dict) and count(told.get(FIELDS[operation])) is not None
