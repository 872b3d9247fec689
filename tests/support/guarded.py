"""A program behind the guard at the socket, without a gateway, and what raw clients see of it."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import uvloop

from ai_api.cli import serving
from ai_api.cli.turned_away import TurnsAway
from ai_api.settings import Listen
from tests.support.upstream.raw import RawAnswer, RawClient

GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n"
REFUSAL_HEAD = [(b"content-length", b"2"), (b"connection", b"close")]
SOON_S = 0.4
CUT_S = 8.0
"""Within so long a cut after `SOON_S` must have come, on a slow machine too."""


def run(scenario: Coroutine[Any, Any, None]) -> None:
    """On the loop of the product; the gateway's own tests run on asyncio's."""
    uvloop.run(asyncio.wait_for(scenario, 60))


class Program:
    """An ASGI program: reads the body and answers with its length, and tells how its requests ended.

    One that `refuses` answers without reading, and closes.
    """

    def __init__(self, *, wait_s: float = 0, stream_bytes: int = 0, refuses: bool = False) -> None:
        self.wait_s = wait_s
        self.refuses = refuses
        self.stream_bytes = stream_bytes
        self.bodies: list[int | None] = []
        """The length of each body; None where its client was gone before its end."""
        self.scopes: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        """Whether a client left before its answer was whole."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        await asyncio.sleep(self.wait_s)
        if self.refuses:
            await send({"type": "http.response.start", "status": 401, "headers": REFUSAL_HEAD})
            await send({"type": "http.response.body", "body": b"no"})
            return
        length, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.bodies.append(None)
                return
            length, more = length + len(message["body"]), message["more_body"]
        self.bodies.append(length)
        if self.stream_bytes:
            await self.stream(receive, send)
            return
        body = str(length).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    async def stream(self, receive: Any, send: Any) -> None:
        async def write() -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(self.stream_bytes // 8192):
                await send({"type": "http.response.body", "body": b"x" * 8192, "more_body": True})
                await asyncio.sleep(0)
            await send({"type": "http.response.body", "body": b""})

        writing = asyncio.create_task(write())
        while not writing.done():
            watching = asyncio.create_task(receive())
            await asyncio.wait({writing, watching}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done() and watching.result()["type"] == "http.disconnect" and not writing.done():
                self.left.set()
                writing.cancel()
                return
            watching.cancel()


@asynccontextmanager
async def served(program: Any, turns_away: TurnsAway | None = None, **listen: float) -> AsyncIterator[str]:
    """The program behind the guard, and behind who turns away; `listen` are settings."""
    listener = serving.listen("127.0.0.1", 0)
    settings = Listen.model_validate({"grace_s": 1, **listen})
    server = serving._Server(serving._config(program, settings, lifespan="off", turns_away=turns_away))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    await serving._started(server, [running])
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listener.close()


async def said_to(url: str, *pieces: bytes, every_s: float = 0) -> tuple[RawAnswer, float]:
    """The answer to these bytes, and after how many seconds it came. The connection has ended after it."""
    async with RawClient(url) as client:
        began = time.monotonic()

        async def talk() -> None:
            for piece in pieces:
                await client.send_bytes(piece)
                await asyncio.sleep(every_s)

        talking = asyncio.create_task(talk())
        answer = await client.receive(timeout_s=CUT_S)
        took_s = time.monotonic() - began
        assert (await client.receive(timeout_s=CUT_S)).ending in {"fin", "rst"}
        talking.cancel()
        await asyncio.wait({talking})
        if not talking.cancelled():
            talking.exception()
        return answer, took_s


def assert_refused(answer: RawAnswer, status: int, code: str) -> None:
    assert (answer.status, answer.ending, answer.headers["connection"]) == (status, "whole", "close")
    assert answer.headers["content-type"] == "application/json"
    error = json.loads(answer.body)["error"]
    assert (error["code"], error["type"]) == (code, "invalid_request_error")
    assert error["message"].endswith(".")
    assert ("x-should-retry" in answer.headers) == (status != 408)


def narrow(url: str) -> socket.socket:
    """A connection of which the client's machine takes little before it is read."""
    parts = urlsplit(url)
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
    opened.connect((parts.hostname, parts.port))
    opened.setblocking(False)
    return opened
