"""Routes that people follow links to: what is refused there is a page that says what to do, never JSON."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute

from ai_api.core.errors import Refusal
from ai_api.portal.auth.oidc_cookie import forget_flow
from ai_api.portal.deps import house_of
from ai_api.portal.plain_page import plain_page
from ai_api.portal.problems import STATUS_OF, fault, request_id_of
from ai_api.sign_in import HOME

Handle = Callable[[Request], Coroutine[Any, Any, Response]]

# A path that only looks like one of these is answered as any other that is not there.
_SHAPES = {"text/html": {"type": "string"}, "application/problem+json": {"$ref": "#/components/schemas/Problem"}}
_DESCRIBED = {"content": {media_type: {"schema": schema} for media_type, schema in _SHAPES.items()}}
PAGES: Mapping[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused: a page says why, and what to do.", **_DESCRIBED},
    "5XX": {"description": "Not possible now, or a fault: a page says so.", **_DESCRIBED},
}
"""What every refusal looks like, as the API description says it."""


class PageRoute(APIRoute):
    """Answers refusals and faults with a page. An endpoint may set `request.state.start_again`, a local address, and
    `request.state.ends_flow` where the browser's trip is over whatever comes of it.
    """

    def get_route_handler(self) -> Handle:
        """The framework's handler, with pages around it."""
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except Refusal as refusal:
                return _page_of(request, refusal)
            except Exception as error:  # noqa: BLE001  -- said below
                # The outermost frame of these routes: a fault is logged once, by `fault`, and shown without its text.
                fault(request.scope, error)
                message = "Something went wrong on our side. Try again; if it stays so, tell your administrator."
                return _page_of(request, Refusal("internal_error", "internal", message))

        return shown


def _page_of(request: Request, refusal: Refusal) -> Response:
    structlog.get_logger("ai_api.portal").info(
        "a sign-in was refused",
        request_id=request_id_of(request.scope),
        path=request.url.path,
        code=refusal.code,
        because=refusal.because,
    )
    again = getattr(request.state, "start_again", None)
    response = plain_page(
        status=STATUS_OF[refusal.kind],
        title="You are not signed in",
        says=refusal.message,
        links=[*([("Begin again", again)] if again else []), ("To the portal", HOME)],
        small_print=f"{refusal.code} · {request_id_of(request.scope)}",
    )
    if getattr(request.state, "ends_flow", False):
        forget_flow(response, public_url=house_of(request).settings.public_url)
    return response
