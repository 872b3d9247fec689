"""What is checked of a request before anybody reads its body, and what becomes of a fault: plain ASGI around the portal."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_api.core.errors import Refusal
from ai_api.portal.problems import fault, of_refusal, problem, request_id_of

FORM: Final = "application/x-www-form-urlencoded"
FORMS: Final = frozenset({"/api/device/authorize", "/api/device/token"})
"""Paths that take forms as well: their protocol, RFC 8628, says so. Nobody is signed in there."""


class Checks:
    """Bodies are small, and JSON, or forms where `FORMS` says so; every answer carries its request id and stays out of caches;
    no fault leaves without one.
    """

    def __init__(self, app: ASGIApp, *, body_bytes_max: int) -> None:
        self._app = app
        self._body_bytes_max = body_bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; anything but HTTP is passed on as it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, request_id_of(scope))
        try:
            headers = Headers(scope=scope)
            self._check(headers, takes_forms=scope["path"] in FORMS)
            await self._app(scope, _bounded(receive, self._body_bytes_max), answer.send)
        except Refusal as refusal:
            await of_refusal(scope, refusal)(scope, receive, answer.send)
        except _WrongMediaType:
            detail = "Send the body as application/json."
            await problem(scope, status=415, code="unsupported_media_type", detail=detail)(scope, receive, answer.send)
        except Exception as error:
            # The outermost frame of this door: a fault is logged once, by `fault`, and answered without its text.
            response = fault(scope, error)
            if answer.started:
                raise
            await response(scope, receive, answer.send)

    def _check(self, headers: Headers, *, takes_forms: bool) -> None:
        length = headers.get("content-length", "0")
        has_body = length != "0" or "transfer-encoding" in headers
        media_type = media_type_of(headers)
        if has_body and media_type != "application/json" and not (takes_forms and media_type == FORM):
            raise _WrongMediaType
        if not (length.isascii() and length.isdigit()) or int(length) > self._body_bytes_max:
            message = f"The body is larger than {self._body_bytes_max} bytes."
            raise Refusal("body_too_large", "too_large", message)


def media_type_of(headers: Headers) -> str:
    """What a body is labelled as, without parameters."""
    return headers.get("content-type", "").split(";")[0].strip().lower()


class _WrongMediaType(Exception):
    """The body is not labelled as JSON."""


class _Answer:
    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            names = {name.lower() for name, _ in message["headers"]}
            added = [(b"x-request-id", self._request_id.encode()), (b"cache-control", b"no-store")]
            added.append((b"x-content-type-options", b"nosniff"))
            message["headers"] = [*message["headers"], *(pair for pair in added if pair[0] not in names)]
        await self._send(message)


def _bounded(receive: Receive, bytes_max: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > bytes_max:
            # The one kind of exception that FastAPI lets through while it reads a body.
            raise HTTPException(413)
        return message

    return bounded
