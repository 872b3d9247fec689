"""What the portal offers, included routers too."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI

from ai_api.portal.router import add_areas


@cache
def portal_openapi() -> dict[str, Any]:
    """The OpenAPI document of the portal's routes alone. Made once, for whoever asks while files are collected; nobody changes it."""
    router = APIRouter()
    add_areas(router)
    app = FastAPI()
    app.include_router(router)
    return app.openapi()


def portal_routes() -> set[tuple[str, str]]:
    """Method and path template of every route of the portal."""
    return {(method.upper(), path) for path, methods in portal_openapi()["paths"].items() for method in methods}
