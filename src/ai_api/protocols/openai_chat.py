"""`POST /v1/chat/completions`."""

from __future__ import annotations

from fastapi import APIRouter

from ai_api.protocols.openapi import ANSWERS, body_of
from ai_api.protocols.serve import CallAnswer, DataPlane
from ai_api.wire import openai_envelope

PATHS = ("/v1/chat/completions", "/chat/completions")
"""With and without `/v1`."""


def answer(plane: DataPlane) -> CallAnswer:
    """What answers at `PATHS`."""
    return CallAnswer(plane, "openai", "chat", openai_envelope.chat)


def router(answer: CallAnswer) -> APIRouter:
    """The door as the framework knows it."""
    doors = APIRouter(tags=["Calls"])

    async def create_chat_completion() -> CallAnswer:
        """Answers a conversation, whole or as a stream of server-sent events."""
        return answer

    for path in PATHS:
        doors.add_api_route(
            path,
            create_chat_completion,
            methods=["POST"],
            status_code=200,
            response_class=CallAnswer,
            response_model=None,
            responses=ANSWERS,
            openapi_extra=body_of("messages"),
            include_in_schema=path.startswith("/v1"),
        )
    return doors
