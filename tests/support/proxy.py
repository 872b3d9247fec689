"""A TCP proxy on loopback that does to a connection what networks do: before Postgres, before a provider, before anything.

```python
async with before_database(dsn) as wire, before_url(sim.url) as way:
    async with gateway(wire.dsn, sim): ...      # provider keys lead to way.url
    wire.switch(delay(200))                     # from now on, also on connections that are open
    wire.cut("rst")                             # every connection, now
```

A mode is in force from the moment it is switched to, for what comes then. Offsets count the bytes that each connection has
passed on towards the client since then.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

How = Literal["rst", "fin"]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_READ_BYTES = 65_536
_ON_THE_WAY_MAX = 64
_FLIPPED_BITS = 0x80
"""No byte of ASCII text is still one afterwards, and none of UTF-8 text is right: what is read is malformed for certain."""
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Mode:
    """What becomes of bytes, and of new connections."""

    delay_ms: float = 0.0
    """Each way, in order; nothing waits for what went before."""
    refuses: How | None = None
    """New connections are ended at once; those that are open go on."""
    swallows: bool = False
    """Everything is taken and nothing passed on, ends included. A connection that lost bytes so is reset when this is over."""
    holds: bool = False
    """Nothing moves; what was sent meanwhile arrives afterwards, as after a partition that healed."""
    flip_at: int | None = None
    """The byte at this offset arrives with another value."""
    cut_at: int | None = None
    """Before the byte at this offset the connection is ended, on both sides."""
    cut_how: How = "rst"
    trickle_bytes: int | None = None
    """Pieces of so many bytes, `trickle_pause_ms` apart, towards the client."""
    trickle_pause_ms: float = 1.0


PASS = Mode()
BLACKHOLE = Mode(swallows=True)
HOLD = Mode(holds=True)


def delay(ms: float) -> Mode:
    """Every byte takes so long, each way."""
    return Mode(delay_ms=ms)


def refuse(how: How = "rst") -> Mode:
    """Nobody new is let in."""
    return Mode(refuses=how)


def flip(at: int) -> Mode:
    """One byte of each connection arrives as another."""
    return Mode(flip_at=at)


def cut_at(at: int, how: How = "rst") -> Mode:
    """Each connection ends after so many bytes."""
    return Mode(cut_at=at, cut_how=how)


def trickle(size_bytes: int, pause_ms: float) -> Mode:
    """Pieces of so many bytes with pauses."""
    return Mode(trickle_bytes=size_bytes, trickle_pause_ms=pause_ms)


class Proxy:
    """What stands in between. `url` and `dsn` lead through it to the same far end; `accepted` counts connections."""

    def __init__(self, far_end: Callable[[], Awaitable[Streams]]) -> None:
        self.mode = PASS
        self.accepted = 0
        self.url = ""
        self.dsn = ""
        self.port = 0
        self.moves = asyncio.Event()
        """Clear while the mode holds."""
        self.moves.set()
        self._far_end = far_end
        self._open: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def open(self) -> int:
        """Connections that are open."""
        return len(self._open)

    def switch(self, mode: Mode) -> None:
        """From now on, also on connections that are open."""
        before, self.mode = self.mode, mode
        if mode.holds:
            self.moves.clear()
        else:
            self.moves.set()
        for connection in list(self._open):
            connection.passed = 0
            if before.swallows and not mode.swallows and connection.has_lost:
                # TCP has no holes: who comes back after a loss finds nobody.
                connection.cut("rst")

    def cut(self, how: How = "rst") -> int:
        """Ends every connection now, on both sides; how many there were. New ones are served as the mode says."""
        there = list(self._open)
        for connection in there:
            connection.cut(how)
        return len(there)

    async def start(self) -> None:
        """Listens on a port of its own, or on the one it had."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def shut(self) -> None:
        """Listens no more: who connects is refused. What is open goes on. `start` opens again on the same port."""
        if self._server is not None:
            self._server.close()

    async def stop(self) -> None:
        """Ends everything."""
        self.shut()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served in a task")
        self._tasks.add(task)
        connection = _Connection(self, (reader, writer))
        self._open.add(connection)
        try:
            if self.mode.refuses is None:
                await connection.carry(self._far_end)
            else:
                connection.cut(self.mode.refuses)
        except asyncio.CancelledError:
            # The end of the proxy: asyncio's own server would report it as a failure of this task.
            return
        finally:
            self._open.discard(connection)
            self._tasks.discard(task)


class _Connection:
    """One connection, with its other half once there is one."""

    def __init__(self, proxy: Proxy, near: Streams) -> None:
        self.passed = 0
        self.has_lost = False
        self._proxy = proxy
        self._near = near
        self._writers = [near[1]]

    async def carry(self, far_end: Callable[[], Awaitable[Streams]]) -> None:
        """Carries both ways until both have ended. Who is swallowed reaches nobody, and waits."""
        if self._proxy.mode.swallows:
            await self._swallow()
            return
        try:
            far = await far_end()
        except OSError:
            self.cut("rst")
            return
        self._writers.append(far[1])
        ways = (self._one_way(self._near[0], far[1], down=False), self._one_way(far[0], self._near[1], down=True))
        both = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(both)
        finally:
            for way in both:
                way.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            for writer in self._writers:
                writer.close()

    def cut(self, how: How) -> None:
        """Ends it on both sides."""
        for writer in self._writers:
            underneath = writer.get_extra_info("socket")
            if how == "rst" and underneath is not None and underneath.fileno() != -1:
                underneath.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                writer.transport.abort()
            else:
                writer.close()

    async def _swallow(self) -> None:
        self.has_lost = True
        try:
            while await self._near[0].read(_READ_BYTES):
                pass
        except OSError:
            return
        finally:
            self.cut("rst")

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, down: bool) -> None:
        loop = asyncio.get_running_loop()
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_ON_THE_WAY_MAX)
        delivering = asyncio.create_task(self._deliver(on_the_way, writer, down=down))
        try:
            while True:
                data = await reader.read(_READ_BYTES)
                await on_the_way.put((loop.time() + self._proxy.mode.delay_ms / 1000, data))
                if not data:
                    break
            await delivering
        except OSError:
            # One side is gone, and not politely: so is the other.
            self.cut("rst")
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)

    async def _deliver(
        self, on_the_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter, *, down: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await on_the_way.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            await self._proxy.moves.wait()
            if self._proxy.mode.swallows:
                self.has_lost = True
                continue
            if not data:
                writer.write_eof()
                return
            if down:
                await self._pass_down(data, writer)
            else:
                writer.write(data)
                await writer.drain()

    async def _pass_down(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        mode, start = self._proxy.mode, self.passed
        end = self.passed = start + len(data)
        if mode.flip_at is not None and start <= mode.flip_at < end:
            place = mode.flip_at - start
            data = data[:place] + bytes([data[place] ^ _FLIPPED_BITS]) + data[place + 1 :]
        if mode.cut_at is not None and end > mode.cut_at:
            writer.write(data[: max(0, mode.cut_at - start)])
            await writer.drain()
            # What came before a reset is read first, or the reset would take it away again.
            await asyncio.sleep(0.02)
            self.cut(mode.cut_how)
            return
        size = mode.trickle_bytes or len(data)
        for at in range(0, len(data), size):
            if at:
                await asyncio.sleep(mode.trickle_pause_ms / 1000)
            writer.write(data[at : at + size])
            await writer.drain()


@asynccontextmanager
async def before_url(url: str) -> AsyncIterator[Proxy]:
    """A proxy before an HTTP server; its `url` is the same address at the near end."""
    parts = urlsplit(url)
    async with _running(lambda: asyncio.open_connection(parts.hostname, parts.port)) as proxy:
        proxy.url = parts._replace(netloc=f"127.0.0.1:{proxy.port}").geturl()
        yield proxy


@asynccontextmanager
async def before_database(dsn: str) -> AsyncIterator[Proxy]:
    """A proxy before Postgres, which may listen on a socket in a folder; its `dsn` is the same database."""
    parts = urlsplit(dsn)
    folder = parse_qs(parts.query).get("host")

    def far_end() -> Awaitable[Streams]:
        if folder:
            return asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.5432")
        return asyncio.open_connection(parts.hostname, parts.port or 5432)

    async with _running(far_end) as proxy:
        user = f"{parts.username}:{parts.password}" if parts.password else parts.username
        proxy.dsn = f"postgresql://{user}@127.0.0.1:{proxy.port}{parts.path}"
        yield proxy


@asynccontextmanager
async def _running(far_end: Callable[[], Awaitable[Streams]]) -> AsyncIterator[Proxy]:
    proxy = Proxy(far_end)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
