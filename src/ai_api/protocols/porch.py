"""What every request passes first: it gets an id and the time it came."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_api.core.client_address import Address, Network, client_address
from ai_api.core.ids import uuid7

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Porch:
    """What every request passes: an id, the client's where it is harmless, and the time it came.

    `trusted_proxies` are those whose word counts on where a request comes from. While `is_draining` says so,
    every answer is the last one of its connection.
    """

    def __init__(
        self, app: ASGIApp, is_draining: Callable[[], bool], *, trusted_proxies: tuple[Network, ...] = ()
    ) -> None:
        self._app = app
        self._trusted_proxies = trusted_proxies
        self._is_draining = is_draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and its id back."""
        request_id = request_id_of(scope["headers"])
        state = scope.setdefault("state", {})
        state["request_id"] = request_id.decode()
        state["received_at"] = time.perf_counter()
        state["trusted_proxies"] = self._trusted_proxies

        def with_id(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                headers = message["headers"] = [*message.get("headers", ())]
                if not any(name == b"x-request-id" for name, _ in headers):
                    headers.append((b"x-request-id", request_id))
                if self._is_draining():
                    # A connection that is kept would be closed under the next call on it.
                    headers.append((b"connection", b"close"))
            return send(message)

        await self._app(scope, receive, with_id)


def source_of(scope: Scope) -> Address | None:
    """The address of the client of a request that passed the porch; None where it cannot be known."""
    peer = scope.get("client")
    return client_address(peer[0] if peer else None, scope["headers"], scope["state"]["trusted_proxies"])


def request_id_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The client's own id of its request where it is harmless, else a new one."""
    given = next((value for name, value in headers if name == b"x-request-id"), None)
    return given if given is not None and _REQUEST_ID.fullmatch(given) else str(uuid7()).encode()
