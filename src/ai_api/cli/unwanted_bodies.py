"""Bodies that go on after their answer was sent.

A connection that is closed with something unread is reset, and a reset may overtake the answer: so what still comes is read for a
while, and thrown away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_BYTES_MAX = 64 * 1024 * 1024
_PATIENCE_S = 30.0
_LOOK_EVERY_S = 5.0


class Unwanted:
    """The rest of one body. Made, it ends our side of the connection, which is cut when nothing comes any more, or too much."""

    __slots__ = ("_bytes", "_bytes_before", "_due_s", "_loop", "_timer", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._bytes = 0
        self._bytes_before = -1
        self._due_s = loop.time() + _PATIENCE_S
        self._timer: asyncio.TimerHandle | None = None
        transport.write_eof()
        self._look()

    def throw_away(self, size_bytes: int) -> None:
        """So much more came."""
        self._bytes += size_bytes
        if self._bytes > _BYTES_MAX:
            self._transport.abort()

    def close(self) -> None:
        """Waits no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        if self._bytes == self._bytes_before or self._loop.time() > self._due_s:
            self._transport.abort()
            return
        self._bytes_before = self._bytes
        self._timer = self._loop.call_later(_LOOK_EVERY_S, self._look)


class Unhurried:
    """What uvicorn writes an answer to whose request is not whole yet."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close
