"""`POST /v1/chat/completions`."""

from __future__ import annotations

from fastapi import APIRouter

from ai_api.protocols.openapi import ANSWERS, body_of
from ai_api.protocols.serve import CallAnswer, DataPlane
from ai_api.wire import openai_envelope


def router(plane: DataPlane) -> APIRouter:
    """The door, with and without `/v1`."""
    doors = APIRouter(tags=["Calls"])

    async def create_chat_completion() -> CallAnswer:
        """Answers a conversation, whole or as a stream of server-sent events."""
        return CallAnswer(plane, "openai", openai_envelope.chat)

    for path in ("/v1/chat/completions", "/chat/completions"):
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
