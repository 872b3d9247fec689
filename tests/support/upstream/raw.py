"""A client without manners or help: sends bytes, and tells exactly what came back and how the connection ended."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import msgspec

Ending = Literal["whole", "fin", "rst", "silence"]

_WITHOUT_BODY = frozenset({100, 204, 304})


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """`body` without its transfer coding, `pieces` as the chunks it came in; header names in lower case.

    `ending` is `whole` when the framing said so, `silence` when nothing more came in time, else how it broke off.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    pieces: list[bytes]
    ending: Ending

    @property
    def events(self) -> list[tuple[str | None, bytes]]:
        """The body's server-sent events: name (None without one) and data."""
        return [_event(block) for block in self.body.replace(b"\r\n", b"\n").split(b"\n\n") if b"data:" in block]

    @property
    def payloads(self) -> list[Any]:
        """The events' data as decoded JSON, `[DONE]` left out. Raises msgspec.DecodeError where one is malformed."""
        return [msgspec.json.decode(data) for _, data in self.events if data != b"[DONE]"]


class RawClient:
    """One connection. Use `async with RawClient(url) as client`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=2**26)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Leave, whatever is under way."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None
            # The transport reports its end in the next turn of the loop.
            await asyncio.sleep(0)

    def half_close(self) -> None:
        """Say that nothing more will be sent, and go on listening."""
        assert self._writer is not None, "the client is connected inside its block"
        self._writer.write_eof()

    async def send(self, method: str, target: str, *, headers: dict[str, str], body: bytes = b"") -> None:
        """Send a request whole; a length is added for a body."""
        lines = [f"{method} {target} HTTP/1.1", f"host: {self._host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body and "transfer-encoding" not in headers:
            lines.append(f"content-length: {len(body)}")
        await self.send_bytes("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self._writer is not None, "the client is connected inside its block"
        self._writer.write(data)
        await self._writer.drain()

    async def receive(self, *, timeout_s: float = 5.0) -> RawAnswer:
        """Read one answer until it is whole, breaks off, or nothing comes for so long."""
        assert self._reader is not None, "the client is connected inside its block"
        status, headers = 0, {}
        pieces: list[bytes] = []
        ending: Ending = "whole"
        try:
            head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), timeout_s)
            first, *lines = head.decode("latin-1").split("\r\n")[:-2]
            status = int(first.split(" ")[1])
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            if status not in _WITHOUT_BODY:
                await self._read_body(headers, pieces, timeout_s)
        except asyncio.IncompleteReadError as error:
            pieces.append(error.partial)
            ending = "fin"
        except ConnectionResetError:
            ending = "rst"
        except TimeoutError:
            ending = "silence"
        return RawAnswer(status, headers, b"".join(pieces), pieces, ending)

    async def receive_until(self, needle: bytes, *, timeout_s: float = 5.0) -> bytes:
        """Read until these bytes have come, head and transfer coding included. Gives all there was.

        Raises asyncio.IncompleteReadError where the connection ends before, TimeoutError where they do not come.
        """
        assert self._reader is not None, "the client is connected inside its block"
        return await asyncio.wait_for(self._reader.readuntil(needle), timeout_s)

    async def _read_body(self, headers: dict[str, str], pieces: list[bytes], timeout_s: float) -> None:
        assert self._reader is not None
        if headers.get("transfer-encoding") == "chunked":
            while size := int(await asyncio.wait_for(self._reader.readuntil(b"\r\n"), timeout_s), 16):
                pieces.append(await asyncio.wait_for(self._reader.readexactly(size), timeout_s))
                await self._reader.readexactly(2)
            await self._reader.readexactly(2)
        elif "content-length" in headers:
            length = int(headers["content-length"])
            pieces.append(await asyncio.wait_for(self._reader.readexactly(length), timeout_s))
        else:
            while part := await asyncio.wait_for(self._reader.read(65536), timeout_s):
                pieces.append(part)


async def ask(
    url: str, target: str, body: Any, *, headers: dict[str, str] | None = None, timeout_s: float = 5.0
) -> RawAnswer:
    """POST a JSON body on a connection of its own; with the headers every dialect accepts unless given others."""
    given = {"authorization": "Bearer k", "anthropic-version": "2023-06-01"} if headers is None else headers
    async with RawClient(url) as client:
        payload = body if isinstance(body, bytes) else msgspec.json.encode(body)
        await client.send("POST", target, headers=given, body=payload)
        return await client.receive(timeout_s=timeout_s)


def _event(block: bytes) -> tuple[str | None, bytes]:
    name, data = None, b""
    for line in block.split(b"\n"):
        if line.startswith(b"event: "):
            name = line[7:].decode()
        elif line.startswith(b"data: "):
            data += line[6:]
    return name, data
