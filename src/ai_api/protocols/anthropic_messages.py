"""`POST /v1/messages`, in Anthropic's dialect."""

from __future__ import annotations

from fastapi import APIRouter

from ai_api.protocols.openapi import ANSWERS_OF_ANTHROPIC, body_of
from ai_api.protocols.serve import CallAnswer, DataPlane
from ai_api.wire import anthropic_envelope

PATHS = ("/v1/messages", "/messages")
"""With and without `/v1`."""


def answer(plane: DataPlane) -> CallAnswer:
    """What answers at `PATHS`."""
    return CallAnswer(plane, "anthropic", "messages", anthropic_envelope.messages)


def router(answer: CallAnswer) -> APIRouter:
    """The door as the framework knows it."""
    doors = APIRouter(tags=["Calls"])

    async def create_message() -> CallAnswer:
        """Answers a conversation in Anthropic's dialect, whole or as a stream of events."""
        return answer

    for path in PATHS:
        doors.add_api_route(
            path,
            create_message,
            methods=["POST"],
            status_code=200,
            response_class=CallAnswer,
            response_model=None,
            responses=ANSWERS_OF_ANTHROPIC,
            openapi_extra=body_of("messages", "max_tokens"),
            include_in_schema=path.startswith("/v1"),
        )
    return doors
