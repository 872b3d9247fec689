"""The data plane as one application: hot doors first, errors in the dialect of the caller."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ai_api import __version__
from ai_api.core.clock import Clock
from ai_api.core.db import Hot
from ai_api.core.errors import Refusal
from ai_api.gateway.world import Worlds
from ai_api.protocols import openai_chat, openai_responses
from ai_api.protocols.openai_models import Lists
from ai_api.protocols.serve import DataPlane
from ai_api.wire import openai_errors


def create_data_plane(plane: DataPlane, worlds: Worlds, hot: Hot, clock: Clock) -> FastAPI:
    """The application for every path that is not the portal's."""
    app = FastAPI(
        title="ai-api",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _unknown_path, Exception: _defect},
    )
    app.include_router(openai_chat.router(plane))
    app.include_router(openai_responses.router(plane))
    app.include_router(Lists(plane, worlds, hot, clock).router())
    app.add_api_route("/", _alive, methods=["HEAD"], include_in_schema=False)
    return app


async def _alive() -> Response:
    return Response(status_code=200)


async def _unknown_path(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 405:
        refusal = Refusal(
            "method_not_allowed", "invalid", f"{request.url.path} does not take {request.method}.", param="method"
        )
    else:
        refusal = Refusal(
            "unknown_path", "not_found", f"There is nothing at {request.method} {request.url.path[:200]}."
        )
    rendered = openai_errors.render(refusal)
    headers = {name.decode(): value.decode() for name, value in rendered.headers}
    if status == 405 and isinstance(error, HTTPException):
        headers.update(error.headers or {})
    return Response(rendered.body, 405 if status == 405 else rendered.status, headers)


async def _defect(_request: Request, _error: Exception) -> Response:
    # Starlette logs the exception itself after this answer; its text stays in here.
    rendered = openai_errors.render(
        Refusal("internal_error", "internal", "The gateway failed on this request. Its operator has been told.")
    )
    return Response(rendered.body, rendered.status, {name.decode(): value.decode() for name, value in rendered.headers})
