"""Answers over ASGI: of calls, and refusals that were made before there was a call."""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.types import Send

from ai_api.core.errors import Refusal
from ai_api.wire import dialects


class AsgiOut:
    """An answer over ASGI."""

    __slots__ = ("_send",)

    def __init__(self, send: Send) -> None:
        self._send = send

    # None of these waits for what it passes on: each piece of an answer would pay for that.

    def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> Awaitable[None]:
        """Sends the head."""
        return self._send({"type": "http.response.start", "status": status, "headers": headers})

    def send(self, data: bytes) -> Awaitable[None]:
        """Sends a piece; waits while the client reads slowly."""
        return self._send({"type": "http.response.body", "body": data, "more_body": True})

    def finish(self, data: bytes) -> Awaitable[None]:
        """Sends the last piece."""
        return self._send({"type": "http.response.body", "body": data, "more_body": False})


class ClosingOut:
    """An answer after which the connection closes."""

    def __init__(self, out: AsgiOut) -> None:
        self._out = out
        self.send = out.send
        self.finish = out.finish

    def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> Awaitable[None]:
        """Sends the head."""
        return self._out.start(status, [*headers, (b"connection", b"close")])


async def answer_refusal(out: AsgiOut, refusal: Refusal, *, dialect: str, close: bool = False) -> None:
    """Sends a refusal that was made before there was a call."""
    rendered = dialects.render(dialect, refusal)
    head = [*rendered.headers, (b"content-length", str(len(rendered.body)).encode())]
    if close:
        head.append((b"connection", b"close"))
    await out.start(rendered.status, head)
    await out.finish(rendered.body)
