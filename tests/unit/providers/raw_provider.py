"""A provider that answers with exact bytes, on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Reply = Callable[[str, dict[str, str]], bytes]


@asynccontextmanager
async def provider(reply: Reply, *, before: Callable[[], Awaitable[object]] | None = None) -> AsyncIterator[str]:
    """A server that answers each request with `reply(target, headers)`, raw; empty bytes hang up. Gives its base URL.

    `before` is awaited once a request has come and before it is answered.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            pairs = (line.partition(": ") for line in lines if line)
            if before is not None:
                await before()
            writer.write(reply(first.split(" ")[1], {name.lower(): value for name, _, value in pairs}))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client hung up first
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
        await server.wait_closed()


def answer(status: int, body: object = None, *, headers: str = "") -> bytes:
    """An HTTP answer of a JSON body, or of exact bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n{headers}\r\n".encode() + content
