"""The data plane as one application: calls find their door in a table, errors are in the dialect of the caller.

The framework knows every door too, describes it and says what a path does not take; but a call that went through its layers
paid a tenth of all it costs for them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ai_api import __version__
from ai_api.core.clock import Clock
from ai_api.core.db import Hot
from ai_api.core.errors import Refusal
from ai_api.gateway.tell import Tell
from ai_api.gateway.world import Worlds
from ai_api.protocols import anthropic_messages, openai_chat, openai_responses, whole_operations
from ai_api.protocols.asgi_out import AsgiOut, answer_refusal
from ai_api.protocols.asked_in import dialect_of
from ai_api.protocols.gemini import Door, GeminiDoors
from ai_api.protocols.gemini_models import GeminiModels
from ai_api.protocols.openai_models import Lists
from ai_api.protocols.serve import CallAnswer, DataPlane
from ai_api.protocols.stored_responses import KeptResponseDoors
from ai_api.wire import dialects
from ai_api.wire.operations import WHOLE_OPERATIONS

_DEFECT = Refusal("internal_error", "internal", "The gateway failed on this request. Its operator has been told.")


class DoorsOfCalls:
    """The data plane as one ASGI application. `described` has every door, `hot` those that calls go through, and `finders`
    give the doors of paths that have a model's name in them.
    """

    def __init__(
        self,
        described: FastAPI,
        hot: Mapping[tuple[str, str], CallAnswer],
        finders: Sequence[Callable[[Scope], Door | None]],
        tell: Tell,
    ) -> None:
        self.described = described
        self.hot = hot
        self._finders = finders
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        door: Door | None = self.hot.get((scope["method"], scope["path"])) or self._found(scope)
        if door is None:
            await self.described(scope, receive, send)
            return
        has_begun = False

        def noted(message: Message) -> Awaitable[None]:
            nonlocal has_begun
            has_begun = True
            return send(message)

        try:
            await door(scope, receive, noted)
        except Exception as error:
            # The last boundary of a door: the defect is told, and its text stays in here.
            self._tell.door_broke(scope["state"]["request_id"], error)
            if has_begun:
                raise
            await answer_refusal(AsgiOut(send), _DEFECT, dialect=door.dialect, close=True)

    def dialects_of_doors(self) -> Mapping[tuple[bytes, bytes], str]:
        """The dialect of each door that calls go through by its path alone, by (method, path) as on the wire."""
        return {(method.encode(), path.encode()): door.dialect for (method, path), door in self.hot.items()}

    def _found(self, scope: Scope) -> Door | None:
        return next((door for find in self._finders if (door := find(scope)) is not None), None)


def create_data_plane(
    plane: DataPlane, worlds: Worlds, hot: Hot, clock: Clock, kept: KeptResponseDoors
) -> DoorsOfCalls:
    """The application for every path that is not the portal's."""
    described = FastAPI(
        title="ai-api",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _unknown_path, Exception: _defect},
    )
    chat, responses = openai_chat.answer(plane), openai_responses.answer(plane)
    messages, counts = anthropic_messages.answer(plane), anthropic_messages.count(plane)
    described.include_router(openai_chat.router(chat))
    described.include_router(openai_responses.router(responses))
    described.include_router(kept.router())
    described.include_router(anthropic_messages.router(messages, counts))
    gemini, gemini_models = GeminiDoors(plane), GeminiModels(plane, worlds)
    described.include_router(gemini.router())
    described.include_router(gemini_models.router())
    described.include_router(Lists(plane, worlds, hot, clock).router())
    described.add_api_route("/", _alive, methods=["HEAD"], include_in_schema=False)
    doors = {("POST", path): chat for path in openai_chat.PATHS}
    doors |= {("POST", path): responses for path in openai_responses.PATHS}
    doors |= {("POST", path): messages for path in anthropic_messages.PATHS}
    doors |= {("POST", path): counts for path in anthropic_messages.COUNT_PATHS}
    for row in WHOLE_OPERATIONS.values():
        whole = whole_operations.answer(plane, row)
        described.include_router(whole_operations.router(row, whole))
        doors |= {("POST", path): whole for path in row.doors}
    return DoorsOfCalls(described, doors, (gemini.find, gemini_models.find), plane.tell)


async def _alive() -> Response:
    return Response(status_code=200)


async def _unknown_path(request: Request, error: Exception) -> Response:
    dialect = dialect_of(request)
    # Google's servers know a path or do not: with them a method is never the fault.
    status = error.status_code if isinstance(error, HTTPException) and dialect != "gemini" else 404
    if status == 405:
        refusal = Refusal(
            "method_not_allowed", "invalid", f"{request.url.path} does not take {request.method}.", param="method"
        )
    else:
        refusal = Refusal(
            "unknown_path", "not_found", f"There is nothing at {request.method} {request.url.path[:200]}."
        )
    rendered = dialects.render(dialect, refusal)
    headers = {name.decode(): value.decode() for name, value in rendered.headers}
    if status == 405 and isinstance(error, HTTPException):
        headers.update(error.headers or {})
    return Response(rendered.body, 405 if status == 405 else rendered.status, headers)


async def _defect(request: Request, _error: Exception) -> Response:
    # Starlette logs the exception itself after this answer; its text stays in here.
    rendered = dialects.render(dialect_of(request), _DEFECT)
    return Response(rendered.body, rendered.status, {name.decode(): value.decode() for name, value in rendered.headers})
