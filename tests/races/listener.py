"""A client of streams that knows when its answer has begun."""

from __future__ import annotations

import asyncio

from tests.support.upstream.raw import RawAnswer, RawClient


class Listener(RawClient):
    """A connection for one stream. `begin` returns with the head of the answer, which comes with its first bytes."""

    status = 0

    async def begin(self, path: str, *, headers: dict[str, str], body: bytes, timeout_s: float = 10.0) -> None:
        """Asks, and waits for the head."""
        await self.send("POST", path, headers=headers, body=body)
        assert self._reader is not None
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), timeout_s)
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        self.status = int(first.split(" ")[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    async def rest(self, *, timeout_s: float = 10.0) -> RawAnswer:
        """Everything after the head, until the answer is whole or breaks off; `silence` when nothing came for so long."""
        pieces: list[bytes] = []
        try:
            await self._read_body(self.headers, pieces, timeout_s)
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return RawAnswer(self.status, self.headers, b"".join(pieces), pieces, "fin")
        except TimeoutError:
            return RawAnswer(self.status, self.headers, b"".join(pieces), pieces, "silence")
        return RawAnswer(self.status, self.headers, b"".join(pieces), pieces, "whole")
