"""`POST /v1/responses`. What is kept of a response, and continued, is kept by its provider."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from ai_api.protocols.openapi import ANSWERS, body_of
from ai_api.protocols.serve import CallAnswer, DataPlane
from ai_api.wire import openai_envelope

PATHS = ("/v1/responses", "/responses")
"""With and without `/v1`."""


def answer(plane: DataPlane) -> CallAnswer:
    """What answers at `PATHS`."""
    return CallAnswer(plane, "openai", "responses", openai_envelope.responses)


def router(answer: CallAnswer) -> APIRouter:
    """The door as the framework knows it."""
    doors = APIRouter(tags=["Calls"])

    async def create_response() -> CallAnswer:
        """Answers input items, whole or as a stream of events."""
        return answer

    async def refuse_upgrade() -> Response:
        """Tells clients that try a WebSocket first to go on without one."""
        return Response(status_code=426, headers={"upgrade": "HTTP/1.1", "connection": "close"})

    for path in PATHS:
        doors.add_api_route(
            path,
            create_response,
            methods=["POST"],
            status_code=200,
            response_class=CallAnswer,
            response_model=None,
            responses=ANSWERS,
            openapi_extra=body_of("input"),
            include_in_schema=path.startswith("/v1"),
        )
        doors.add_api_route(path, refuse_upgrade, methods=["GET"], include_in_schema=False)
    return doors
