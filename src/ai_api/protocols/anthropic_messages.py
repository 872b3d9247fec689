"""`POST /v1/messages` and `POST /v1/messages/count_tokens`, in Anthropic's dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter

from ai_api.protocols.count_input import CountAnswer, counted_answers
from ai_api.protocols.openapi import ANSWERS_OF_ANTHROPIC, REFUSALS_OF_ANTHROPIC, body_of
from ai_api.protocols.serve import CallAnswer, DataPlane
from ai_api.wire import anthropic_envelope

PATHS = ("/v1/messages", "/messages")
"""With and without `/v1`."""

COUNT_PATHS = tuple(f"{path}/count_tokens" for path in PATHS)
"""Where tokens are counted."""

_COUNTED = counted_answers("messages", ANSWERS_OF_ANTHROPIC, REFUSALS_OF_ANTHROPIC)


def answer(plane: DataPlane) -> CallAnswer:
    """What answers at `PATHS`."""
    return CallAnswer(plane, "anthropic", "messages", anthropic_envelope.messages)


def count(plane: DataPlane) -> CountAnswer:
    """What answers at `COUNT_PATHS`."""
    return CountAnswer(plane, "anthropic", "messages", anthropic_envelope.count_tokens)


def router(answer: CallAnswer, count: CountAnswer) -> APIRouter:
    """The doors as the framework knows them."""
    doors = APIRouter(tags=["Calls"])

    async def create_message() -> CallAnswer:
        """Answers a conversation in Anthropic's dialect, whole or as a stream of events."""
        return answer

    async def count_message_tokens() -> CallAnswer:
        """Says how many tokens the input of a message has, without making the call. It costs nothing."""
        return count

    def add(path: str, endpoint: Callable[[], Any], answers: Mapping[int | str, dict[str, Any]], asks: Any) -> None:
        doors.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            status_code=200,
            response_class=CallAnswer,
            response_model=None,
            responses=dict(answers),
            openapi_extra=asks,
            include_in_schema=path.startswith("/v1"),
        )

    for path in PATHS:
        add(path, create_message, ANSWERS_OF_ANTHROPIC, body_of("messages", "max_tokens"))
    for path in COUNT_PATHS:
        add(path, count_message_tokens, _COUNTED, {"requestBody": body_of("messages")["requestBody"]})
    return doors
