"""A server on loopback that does exactly what a test says, connection by connection, and counts."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Play = Callable[["Line"], Awaitable[None]]


@dataclass
class Peer:
    """What was seen: the heads of all requests, by connection; how many connections saw the other side leave."""

    port: int = 0
    heads: list[list[str]] = field(default_factory=list)
    left: int = 0

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return len(self.heads)

    def url(self, host: str = "127.0.0.1", path: str = "/v1/x") -> str:
        """An address of this server."""
        return f"http://{host}:{self.port}{path}"


@dataclass
class Line:
    """One connection, as its server sees it. `number` counts from 0."""

    peer: Peer
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> str:
        """Waits for a request's head, and its body where it announces one."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.peer.heads[self.number].append(head)
        for line in head.lower().split("\r\n"):
            if line.startswith("content-length:"):
                await self.reader.readexactly(int(line.split(":")[1]))
        return head

    async def say(self, *pieces: bytes) -> None:
        """Sends bytes."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def answer(self, body: bytes = b"ok", status: str = "200 OK", headers: str = "") -> None:
        """Sends a whole answer."""
        await self.say(f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{headers}\r\n".encode() + body)

    async def until_left(self) -> None:
        """Waits until the other side closes."""
        while await self.reader.read(65_536):
            pass
        self.peer.left += 1

    def reset(self) -> None:
        """Breaks the connection off."""
        self.writer.transport.abort()


@asynccontextmanager
async def peer(
    play: Play, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    """A server whose every connection is played by `play`."""
    seen = Peer()
    lines: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines[asyncio.current_task()] = writer
        seen.heads.append([])
        try:
            await play(Line(seen, len(seen.heads) - 1, reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            seen.left += 1
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port, ssl=tls)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for writer in lines.values():
            writer.transport.abort()
        await asyncio.gather(*lines)
        await server.wait_closed()


async def answering(line: Line) -> None:
    """Answers every request of a connection."""
    while True:
        await line.request()
        await line.answer()
