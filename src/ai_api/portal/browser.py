"""What a browser sends by itself and what only a page of ours can: the session's cookie, and the proof that it was meant."""

from __future__ import annotations

import hmac
import ipaddress
from datetime import timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from ai_api.core.errors import Refusal
from ai_api.sign_in import csrf_token_of

CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_COOKIE = "aiapi_session"


def cookie_name(public_url: str | None) -> str:
    """The name of the session's cookie: where there is TLS, one that no other host or path can set."""
    return f"__Host-{_COOKIE}" if is_secure(public_url) else _COOKIE


def session_secret(request: Request, public_url: str | None) -> str | None:
    """The secret in the session's cookie; None without one."""
    return request.cookies.get(cookie_name(public_url)) or None


def set_session(response: Response, secret: str, *, public_url: str | None, lives: timedelta) -> None:
    """Gives the browser a session, readable to no script and sent by no other site but on following a link."""
    response.set_cookie(
        cookie_name(public_url),
        secret,
        max_age=int(lives.total_seconds()),
        path="/",
        secure=is_secure(public_url),
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response, *, public_url: str | None) -> None:
    """Takes the session's cookie away."""
    response.delete_cookie(
        cookie_name(public_url), path="/", secure=is_secure(public_url), httponly=True, samesite="lax"
    )


def check_meant(request: Request, secret: str, *, public_url: str | None) -> None:
    """That an unsafe request of a session comes from a page of ours. Raises Refusal `foreign_origin`, `csrf_token_wrong`."""
    if request.method in SAFE_METHODS:
        return
    check_origin(request, public_url=public_url, needed=True)
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token_of(secret).encode()):
        message = "Send the session's csrf_token as X-CSRF-Token: the page may be from before the last sign-in. Load it again."
        raise Refusal("csrf_token_wrong", "forbidden", message)


def check_origin(request: Request, *, public_url: str | None, needed: bool) -> None:
    """That a request does not come from another site's page. Where it is `needed`, it has to say where it comes from.

    Raises Refusal `foreign_origin`.
    """
    given = request.headers.getlist("origin")
    if not given and not needed:
        return
    if len(given) != 1 or given[0] != own_origin(request, public_url):
        raise Refusal("foreign_origin", "forbidden", "This request does not come from a page of this gateway.")


def own_origin(request: Request, public_url: str | None) -> str | None:
    """The origin of our own pages; None where the request names a host that cannot be trusted to be ours.

    Without a public address the portal is used on its own machine, or by its number: a name could be anybody's, made to
    lead here.
    """
    if public_url is not None:
        parts = urlsplit(public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()
    host = request.headers.get("host", "")
    name = urlsplit(f"//{host}").hostname or ""
    return f"http://{host}".lower() if name == "localhost" or _is_number(name) else None


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_secure(public_url: str | None) -> bool:
    """Whether browsers reach the portal by TLS, and its cookies are for nothing else."""
    return public_url is not None and public_url.startswith("https://")
