"""An answer on its way out, remembered as it passes, so that it can be given again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ai_api.gateway.open_call import Out

# Of the head, what is as true the second time; rates and times are of the first.
_KEPT_HEADERS = frozenset(
    {
        b"content-type",
        b"cache-control",
        b"x-accel-buffering",
        b"x-ai-api-call-id",
        b"x-ai-api-model",
        b"x-ai-api-output-tokens-max",
    }
)


class Room:
    """How many bytes may still be remembered, by all answers together."""

    def __init__(self, bytes_max: int) -> None:
        self.left_bytes = bytes_max

    def take(self, size_bytes: int) -> bool:
        """Takes some, if there is as much."""
        if size_bytes > self.left_bytes:
            return False
        self.left_bytes -= size_bytes
        return True

    def give_back(self, size_bytes: int) -> None:
        """Gives back what was taken."""
        self.left_bytes += size_bytes


class Remembered:
    """Where a call's answer goes: passes everything on to `out`. `before_the_end` is awaited before the last piece.

    `body` is None once the answer was longer than `bytes_max`, or than the room that is left.
    """

    def __init__(self, out: Out, room: Room, bytes_max: int, before_the_end: Callable[[], Awaitable[None]]) -> None:
        self.status = 0
        self.headers: tuple[tuple[str, str], ...] = ()
        self.is_whole = False
        self.size_bytes = 0
        self._pieces: list[bytes] | None = []
        self._out = out
        self._room = room
        self._bytes_max = bytes_max
        self._before_the_end = before_the_end

    @property
    def body(self) -> bytes | None:
        """What came so far."""
        return None if self._pieces is None else b"".join(self._pieces)

    async def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Sends the head."""
        self.status = status
        self.headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers if name in _KEPT_HEADERS
        )
        await self._out.start(status, headers)

    async def send(self, data: bytes) -> None:
        """Sends a piece; waits while the client reads slowly."""
        self._keep(data)
        await self._out.send(data)

    async def finish(self, data: bytes) -> None:
        """Sends the last piece, once what becomes of the answer is written down."""
        self._keep(data)
        self.is_whole = True
        await self._before_the_end()
        await self._out.finish(data)

    def forget(self) -> None:
        """Lets go of what was remembered."""
        self._room.give_back(self.size_bytes)
        self._pieces, self.size_bytes = None, 0

    def _keep(self, data: bytes) -> None:
        if self._pieces is None:
            return
        if self.size_bytes + len(data) > self._bytes_max or not self._room.take(len(data)):
            self.forget()
            return
        self._pieces.append(data)
        self.size_bytes += len(data)
