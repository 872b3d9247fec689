"""HTTP/1.1 on one connection: reads requests whole, lets one answer be written at a time, notices who left."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Literal

import httptools

from tests.support.upstream.reply import head
from tests.support.upstream.request import Request

BODY_BYTES_MAX = 64 * 1024 * 1024
EARLY_BYTES_MAX = 1024 * 1024
WRITE_BUFFER_BYTES = 64 * 1024
_NO_LINGER = struct.pack("ii", 1, 0)


class Connection(asyncio.Protocol):
    """Calls `answer(connection, request)` for each whole request and `gone(connection)` when the client left during one.

    Whoever answers calls `done()` after the last byte. Reading never pauses, so a client that leaves is noticed at
    once, in whatever the answer is waiting for. A client that only half-closes counts as gone, as servers treat it.
    """

    def __init__(
        self,
        answer: Callable[[Connection, Request], None],
        gone: Callable[[Connection], None],
        register: set[Connection],
    ) -> None:
        self._answer = answer
        self._gone = gone
        self._register = register
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._early = b""
        self._writable: asyncio.Future[None] | None = None
        self.busy = False
        self.task: asyncio.Task[None] | None = None

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's transports do not derive from asyncio's
        self._register.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._register.discard(self)
        self._transport = None
        self._left()

    def eof_received(self) -> bool:
        if self.busy:
            self._drop()
        return False

    def data_received(self, data: bytes) -> None:
        if self.busy:
            self._early += data
            if len(self._early) > EARLY_BYTES_MAX:
                self._drop()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.write(head(400, {"content-length": "0", "connection": "close"}))
            self.close()

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    # What the parser calls

    def on_message_begin(self) -> None:
        self._headers = []
        self._body = []
        self._body_bytes = 0
        self._target = b""

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        for name, value in self._headers:
            if len(name) == 6 and name.lower() == b"expect" and value.lower() == b"100-continue":
                self.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes <= BODY_BYTES_MAX:
            self._body.append(body)
        elif self._body:
            self._body = []
            self.write(head(413, {"content-length": "0", "connection": "close"}))
            self.close()

    def on_message_complete(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self.busy:
            # Two requests in one read: no client of a provider pipelines, and an answer has the line to itself.
            self._drop()
            return
        self.busy = True
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._answer(
            self,
            Request(
                method=self._parser.get_method().decode("ascii"),
                target=self._target,
                headers=self._headers,
                body=body,
                keep_alive=self._parser.should_keep_alive(),
            ),
        )

    # What whoever answers calls

    def write(self, data: bytes) -> None:
        """Queue bytes; those for a client that left go nowhere."""
        if self._transport is not None:
            self._transport.write(data)

    async def drain(self) -> None:
        """Wait while the client is slower than the answer."""
        while self._writable is not None:
            await self._writable

    async def flush(self) -> None:
        """Wait until every byte is with the operating system."""
        if self._transport is None:
            return
        self._transport.set_write_buffer_limits(high=0)
        await self.drain()
        if self._transport is not None:
            self._transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)

    def done(self, *, keep_alive: bool) -> None:
        """The answer is complete: read the next request, or close."""
        self.busy = False
        self.task = None
        if not keep_alive:
            self.close()
        elif self._early:
            early, self._early = self._early, b""
            self.data_received(early)

    def cut(self, how: Literal["rst", "fin"]) -> None:
        """End the connection in the middle of things: with a reset, or with an ordinary end of file."""
        self.busy = False
        if self._transport is None:
            return
        if how == "rst":
            underneath = self._transport.get_extra_info("socket")
            underneath.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self._transport.abort()
        else:
            self._transport.close()

    def close(self) -> None:
        """Close once everything is written."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Drop the connection and whatever it was being told."""
        self.busy = False
        if self.task is not None:
            self.task.cancel()
        if self._transport is not None:
            self._transport.abort()

    def _drop(self) -> None:
        """Treat the client as gone and be rid of it."""
        self._left()
        self.abort()

    def _left(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.cancel()
        self._writable = None
        if self.busy:
            self.busy = False
            self._gone(self)
