"""Which door a request goes to; and the probes, which need none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from ai_api.portal.older_gateways import PREFIXES
from ai_api.portal.pages import Pages

OF_THE_PORTAL = ("/api/", "/install/", *PREFIXES)


@dataclass(frozen=True, slots=True)
class Front:
    """The doors of one process, as one ASGI application. A door that is not hung is None; `faults` say why it is not ready."""

    data_plane: ASGIApp | None
    portal: ASGIApp | None
    pages: Pages | None
    faults: Callable[[], set[str]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        path: str = scope["path"]
        if path in {"/healthz", "/readyz"}:
            await self._probe(path, send)
        elif path == "/api" or path.startswith(OF_THE_PORTAL):
            await (self.portal or _not_here)(scope, receive, send)
        elif self.pages is not None and self.pages.has(path):
            await self.pages(scope, receive, send)
        else:
            await (self.data_plane or _not_here)(scope, receive, send)

    async def _probe(self, path: str, send: Send) -> None:
        # Outside, a bare yes or no; the reasons are for the internal listener.
        ready = path == "/healthz" or not self.faults()
        await _answer(send, 200 if ready else 503, b"yes\n" if ready else b"no\n")


async def _not_here(_scope: Scope, _receive: Receive, send: Send) -> None:
    await _answer(send, 404, b"This process does not serve that.\n")


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
