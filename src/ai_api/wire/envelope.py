"""What the gateway reads of a request, whatever its dialect: a small envelope; the payload stays bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ai_api.core.errors import Refusal
from ai_api.core.values import value
from ai_api.wire.input_size import InputSize

MODEL_NAME_CHARS_MAX = 256

Operation = Literal["chat", "responses", "messages", "generate", "embeddings", "embed"]
"""What a caller asks for: each is one form of request and answer. `embed` is Gemini's, for one content or a batch of them."""

_STEERING = ("api_base", "base_url", "api_key")
_KIND_WORDS = {"str": "a string", "list": "a list", "dict": "an object"}


@value
class Envelope:
    """The parts of a request that decide about it.

    `output_tokens_max` is per choice, None when not given, and 0 where an answer has no tokens. `choices` is how many answers
    are written, whether all of them are sent or not. `must_store`: the caller insists that the answer is kept.
    `sealed_reasoning`: the conversation holds reasoning that only the organization can read which made it.
    """

    operation: Operation
    model: str | None
    stream: bool
    wants_usage: bool
    output_tokens_max: int | None
    output_field: str | None
    choices: int
    service_tier: str | None
    input_size: InputSize
    sealed_reasoning: bool = False
    previous_response_id: str | None = None
    must_store: bool = False


def refuse_steering(document: Mapping[str, Any]) -> None:
    """Raises Refusal for fields by which a caller would choose where its call goes."""
    for name in _STEERING:
        if name in document:
            raise bad(f"{name} is not a field of this request; where a model is served is set by administrators.", name)


def model_of(document: Mapping[str, Any]) -> str | None:
    """The name of the model asked for. Raises Refusal."""
    name = text(document, "model")
    if name is not None and len(name) > MODEL_NAME_CHARS_MAX:
        raise bad("model is too long.", "model")
    return name


def text(document: Mapping[str, Any], name: str) -> str | None:
    """A text, or None where it is not given. Raises Refusal."""
    value: str | None = optional(document, name, str)
    return value


def flag(document: Mapping[str, Any], name: str, shown: str | None = None) -> bool:
    """A switch, off where it is not given. `shown` is its name in the refusal. Raises Refusal."""
    value = document.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise bad(f"{shown or name} must be true or false.", shown or name)


def positive(document: Mapping[str, Any], name: str) -> int | None:
    """A whole number from 1 on, or None where it is not given. Raises Refusal."""
    value = document.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 2**31:
        raise bad(f"{name} must be a whole number from 1 on.", name)
    return value


def optional(document: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    """A value of one kind, or None where it is not given. Raises Refusal."""
    value = document.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise bad(f"{name} must be {_KIND_WORDS[kind.__name__]}.", name)


def bad(message: str, param: str) -> Refusal:
    """The refusal of a malformed field."""
    return Refusal("bad_request", "invalid", message, param=param)


def foreign(what: str, param: str) -> Refusal:
    """The refusal of an id that is not known to be this owner's."""
    return Refusal(
        "pointer_not_found", "not_found", f"No {what} of that id is known to belong to this credential.", param=param
    )
