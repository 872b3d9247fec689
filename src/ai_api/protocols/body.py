"""Reading a request's body: never more of it than allowed, never for longer, and never before it is known who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import Receive

from ai_api.core.errors import Refusal


class ClientLeft(Exception):
    """The client closed before it had sent its whole request."""


async def read(
    receive: Receive,
    *,
    announced_bytes: int | None,
    limit_bytes: int,
    within_s: float,
    hold: Callable[[int], None],
) -> bytes | bytearray:
    """The whole body. `hold` is told how large it is known to be, before as much is read, and may raise a Refusal.

    Raises Refusal `body_too_large`, before reading where the length was announced, and `body_too_slow`; ClientLeft.
    """
    if announced_bytes is not None:
        _check(announced_bytes, limit_bytes)
        hold(announced_bytes)
    began_s = asyncio.get_running_loop().time()
    piece, more = await _next(receive)
    _check(len(piece), limit_bytes)
    hold(len(piece))
    if not more:
        return piece
    # Grows in place: pieces put together at the end would be there twice.
    data = bytearray(piece)
    try:
        # However busily it drips in: only a first piece, for which the server waits, may take as long as it takes.
        async with asyncio.timeout_at(began_s + within_s):
            while more:
                piece, more = await _next(receive)
                _check(len(data) + len(piece), limit_bytes)
                hold(len(data) + len(piece))
                data += piece
    except TimeoutError:
        raise Refusal("body_too_slow", "too_slow", f"The body did not come within {within_s:g} seconds.") from None
    return data


async def _next(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientLeft
    return message.get("body", b""), message.get("more_body", False)


def _check(size_bytes: int, limit_bytes: int) -> None:
    if size_bytes > limit_bytes:
        raise Refusal(
            "body_too_large", "too_large", f"The request is larger than this gateway takes ({limit_bytes:,} bytes)."
        )
