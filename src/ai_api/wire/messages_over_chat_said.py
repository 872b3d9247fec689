"""What a chat's model says, piece by piece: the same reading for a delta of a stream and for a whole message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ai_api.wire.call_seals import seal_of
from ai_api.wire.failures import StreamFailure
from ai_api.wire.json_body import encode

TextKind = Literal["text", "thinking"]
_THOUGHTS: Final = ("reasoning_content", "reasoning")
"""Where servers put the thinking: each has one of them, and some both, with the same words."""


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of text, or of thinking. Never empty."""

    kind: TextKind
    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """A piece of a tool call, or all of it. What it does not say is empty; `index` is its place among the calls, if told.

    `thought` is the seal that Google's models want back with the call.
    """

    index: int | None
    call_id: str
    name: str
    arguments: str
    thought: str


def malformed() -> StreamFailure:
    """What to raise for something that is not a chat's answer."""
    return StreamFailure("upstream_interrupted", "The provider sent something that cannot be read.")


def choice_of(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The one choice of a chunk or an answer; None where it has none. Raises StreamFailure."""
    choices = answer.get("choices")
    if not choices:
        return None
    if not isinstance(choices, list) or not isinstance(choices[0], dict):
        raise malformed()
    return choices[0]


def pieces(said: Mapping[str, Any]) -> Iterator[Said | Called]:
    """What a delta or a message says: its thinking, its text, its tool calls. Raises StreamFailure."""
    thought = next((said[name] for name in _THOUGHTS if said.get(name) and isinstance(said[name], (str, list))), None)
    yield from _texts("thinking", thought)
    yield from _texts("text", said.get("content"))
    yield from _texts("text", said.get("refusal"))
    calls = said.get("tool_calls") or []
    if not isinstance(calls, list):
        raise malformed()
    for call in calls:
        yield _called(call)


def refuses(said: Mapping[str, Any]) -> bool:
    """Whether it is a refusal of the model."""
    return bool(said.get("refusal"))


def _texts(kind: TextKind, value: object) -> Iterator[Said]:
    if value is None:
        return
    if isinstance(value, str):
        if value:
            yield Said(kind, value)
        return
    if not isinstance(value, list):
        raise malformed()
    # Some servers write lists of parts, with the thinking among them. Kinds that nobody knows yet are passed over.
    for part in value:
        if not isinstance(part, dict):
            raise malformed()
        if part.get("type") == "text":
            yield from _texts(kind, part.get("text"))
        elif part.get("type") == "thinking":
            yield from _texts("thinking", part.get("thinking"))


def _called(call: object) -> Called:
    if not isinstance(call, dict):
        raise malformed()
    index, function = call.get("index"), call.get("function") or {}
    if not isinstance(function, dict) or (index is not None and type(index) is not int):
        raise malformed()
    arguments = function.get("arguments")
    if isinstance(arguments, dict):
        # As some servers write them, who do not know that they are JSON in a string.
        arguments = encode(arguments).decode()
    return Called(index, _word(call.get("id")), _word(function.get("name")), _word(arguments), seal_of(call))


def _word(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise malformed()
    return value
