"""Puts the bytes of a body on a connection: compressed, framed and split as a behaviour says."""

import asyncio
import zlib
from typing import Any

from tests.support.upstream.behaviour import Behaviour
from tests.support.upstream.connection import Connection

_WINDOW_BITS = {"gzip": 31, "deflate": 15}


class Wire:
    """One body on its way out. `chunked` tells which framing the head must announce."""

    def __init__(self, connection: Connection, behaviour: Behaviour, *, length_known: bool) -> None:
        self._connection = connection
        self._split_bytes = behaviour.split_bytes
        self._split_pause_s = behaviour.split_pause_ms / 1000
        self._compressor: Any = None
        if behaviour.content_encoding is not None:
            self._compressor = zlib.compressobj(wbits=_WINDOW_BITS[behaviour.content_encoding])
        self.chunked = behaviour.framing == "chunked" or (
            behaviour.framing == "default" and (not length_known or self._compressor is not None)
        )

    async def send(self, data: bytes) -> None:
        """Write some of the body; what was given is readable by the client when this returns."""
        if self._compressor is not None:
            data = self._compressor.compress(data) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        if self._split_bytes is None:
            self._write(data)
            await self._connection.drain()
            return
        for start in range(0, len(data), self._split_bytes):
            self._write(data[start : start + self._split_bytes])
            await self._connection.drain()
            await asyncio.sleep(self._split_pause_s)

    async def end(self) -> None:
        """Write what closes the body and wait until all of it is with the operating system."""
        if self._compressor is not None:
            self._write(self._compressor.flush())
        if self.chunked:
            self._connection.write(b"0\r\n\r\n")
        await self._connection.flush()

    async def flush(self) -> None:
        """Wait until what was sent is with the operating system."""
        await self._connection.flush()

    def _write(self, data: bytes) -> None:
        if data:
            self._connection.write(b"%x\r\n%b\r\n" % (len(data), data) if self.chunked else data)
