"""Reading a request's body, never more of it than allowed, never before it is known who asks."""

from __future__ import annotations

from starlette.types import Message, Receive

from ai_api.core.errors import Refusal


class ClientLeft(Exception):
    """The client closed before it had sent its whole request."""


async def read(receive: Receive, *, announced_bytes: int | None, limit_bytes: int) -> bytes:
    """The whole body. Raises Refusal `body_too_large`, before reading where the length was announced; ClientLeft."""
    if announced_bytes is not None and announced_bytes > limit_bytes:
        raise _too_large(limit_bytes)
    pieces: list[bytes] = []
    size = 0
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > limit_bytes:
            raise _too_large(limit_bytes)
        if not message.get("more_body", False):
            return b"".join([*pieces, piece]) if pieces else piece
        pieces.append(piece)


def _too_large(limit_bytes: int) -> Refusal:
    return Refusal(
        "body_too_large", "too_large", f"The request is larger than this gateway takes ({limit_bytes:,} bytes)."
    )
