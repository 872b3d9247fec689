"""The dialects callers speak, by name: how each is told no, as an answer and in the middle of a stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ai_api.core.errors import Refusal
from ai_api.wire import anthropic_errors, gemini_errors, openai_errors
from ai_api.wire.envelope import Operation
from ai_api.wire.error_answer import ErrorAnswer

_RENDER: Mapping[str, Callable[[Refusal], ErrorAnswer]] = {
    "openai": openai_errors.render,
    "anthropic": anthropic_errors.render,
    "gemini": gemini_errors.render,
}


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """Where a stream stood when it could not go on. `created_s` is a Unix time."""

    response_id: str
    sequence_number: int
    model: str
    created_s: int


def render(dialect: str, refusal: Refusal) -> ErrorAnswer:
    """The answer for a refusal in a dialect: `openai`, `anthropic` or `gemini`."""
    return _RENDER[dialect](refusal)


def broken_off(operation: Operation, refusal: Refusal, end: StreamEnd) -> bytes:
    """The last frame of a stream that cannot be finished; nothing by which a client would take it for complete."""
    if operation == "messages":
        return anthropic_errors.in_stream(refusal)
    if operation == "generate":
        return gemini_errors.in_stream(refusal)
    if operation == "responses":
        return openai_errors.in_responses_stream(
            refusal,
            response_id=end.response_id,
            sequence_number=end.sequence_number,
            model=end.model,
            created_at=end.created_s,
        )
    return openai_errors.in_chat_stream(refusal)
