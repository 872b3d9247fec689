"""What a FastAPI router offers, included routers too."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

from ai_api.portal.router import add_areas


def portal_router() -> APIRouter:
    """A router with every route of the portal."""
    router = APIRouter()
    add_areas(router)
    return router


def openapi_of(router: APIRouter) -> dict[str, Any]:
    """The OpenAPI document of a router alone."""
    app = FastAPI()
    app.include_router(router)
    return app.openapi()


def routes_of(router: APIRouter) -> set[tuple[str, str]]:
    """Method and path template of every route."""
    return {(method.upper(), path) for path, methods in openapi_of(router)["paths"].items() for method in methods}
