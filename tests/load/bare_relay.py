"""`python -m tests.load.bare_relay --upstream URL`: the measuring stick. Relays bytes and does nothing else.

The same server as the gateway's in front, uvicorn with httptools and uvloop; behind it aiohttp.
Prints one line of JSON when ready, then runs until SIGTERM.
"""

from __future__ import annotations

import argparse
import gc
import json
import socket

import aiohttp
import uvicorn
from starlette.types import Receive, Scope, Send
from yarl import URL

_PASSED = (b"authorization", b"content-type")
_RETURNED = ("content-type", "content-length")


class Relay:
    """Passes every request on to one address, and its answer back as it comes."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._session is not None
        pieces: list[bytes] = []
        more = True
        while more:
            message = await receive()
            pieces.append(message.get("body", b""))
            more = message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"] if name in _PASSED}
        url = URL(self._upstream + scope["path"], encoded=True)
        async with self._session.post(url, data=b"".join(pieces), headers=headers, allow_redirects=False) as answer:
            head = [(name.encode(), answer.headers[name].encode()) for name in _RETURNED if name in answer.headers]
            await send({"type": "http.response.start", "status": answer.status, "headers": head})
            while piece := await answer.content.readany():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=15),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            read_bufsize=16_384,
            timeout=aiohttp.ClientTimeout(total=None),
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._session.close()
        await send({"type": "lifespan.shutdown.complete"})


def main() -> None:
    """Relay until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.bare_relay", description=__doc__)
    parser.add_argument("--upstream", required=True, help="where requests go, without a path")
    options = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(
        Relay(options.upstream),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        log_config=None,
        proxy_headers=False,
        timeout_keep_alive=75,
    )
    # As the gateway does it: a collection in the middle of a call is no part of relaying.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1000)
    # The socket listens already: who connects before the server runs waits for it.
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
