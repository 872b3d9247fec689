"""The cookie in which a browser carries its trip to a provider: sealed, and gone when it is back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ai_api.portal.browser import is_secure
from ai_api.sign_in import FLOW_LIVES

_COOKIE = "aiapi_oidc"


def carried_flow(request: Request, public_url: str | None) -> str | None:
    """What the browser carries; None without."""
    return request.cookies.get(_name(public_url)) or None


def set_flow(response: Response, sealed: str, *, public_url: str | None) -> None:
    """Gives the browser a trip to carry. A provider sends it back by a link, with which other sites' cookies come along too."""
    response.set_cookie(
        _name(public_url),
        sealed,
        max_age=int(FLOW_LIVES.total_seconds()),
        path="/",
        secure=is_secure(public_url),
        httponly=True,
        samesite="lax",
    )


def forget_flow(response: Response, *, public_url: str | None) -> None:
    """Takes the trip away."""
    response.delete_cookie(_name(public_url), path="/", secure=is_secure(public_url), httponly=True, samesite="lax")


def _name(public_url: str | None) -> str:
    return f"__Host-{_COOKIE}" if is_secure(public_url) else _COOKIE
