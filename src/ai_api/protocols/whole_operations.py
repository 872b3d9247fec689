"""The doors of operations that are no conversations, each made from its row."""

from __future__ import annotations

from fastapi import APIRouter

from ai_api.protocols.openapi import WHOLE_ANSWERS, body_of
from ai_api.protocols.serve import CallAnswer, DataPlane
from ai_api.wire.operations import WholeOperation


def answer(plane: DataPlane, row: WholeOperation) -> CallAnswer:
    """What answers at the row's doors."""
    return CallAnswer(plane, "openai", row.name, row.envelope)


def router(row: WholeOperation, answer: CallAnswer) -> APIRouter:
    """The doors as the framework knows them."""
    doors = APIRouter(tags=["Calls"])

    async def call() -> CallAnswer:
        return answer

    for path in row.doors:
        doors.add_api_route(
            path,
            call,
            methods=["POST"],
            name=f"create_{row.name}",
            description=row.summary,
            status_code=200,
            response_class=CallAnswer,
            response_model=None,
            responses=WHOLE_ANSWERS,
            openapi_extra=body_of(*row.required, fields=row.fields),
            include_in_schema=path.startswith("/v1"),
        )
    return doors
