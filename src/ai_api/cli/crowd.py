"""Letting in everybody who waits at a listener, and not one at each turn of the event loop.

uvloop accepts one connection a turn, as libuv does since 1.45. While there is much to do a turn takes long, so a crowd would
stand in the queue of the listener until it is full, and clients would knock again after seconds: nobody could even be told that
there is no room.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, Final

AT_ONCE: Final = 128
"""How many are let in together: what they cost must not keep those who are in waiting."""


class Crowd:
    """Makes the protocols of a listener's connections, for `uvicorn.Config(http=…)`; with each, those behind it are let in."""

    def __init__(self, protocol: Callable[..., asyncio.Protocol], listener: socket.socket) -> None:
        """`listener` does not block."""
        self._protocol = protocol
        self._listener = listener
        self._entering: set[asyncio.Task[None]] = set()

    def __call__(self, **told: Any) -> asyncio.Protocol:
        """The protocol of the connection that the loop has just accepted."""
        make = partial(self._protocol, **told)
        for _ in range(AT_ONCE):
            try:
                connection, _ = self._listener.accept()
            except OSError:
                # Nobody is left, or nobody else can have a descriptor: the loop's own next turn looks after either.
                break
            connection.setblocking(False)
            entering = asyncio.get_running_loop().create_task(_enter(make, connection))
            self._entering.add(entering)
            entering.add_done_callback(self._entering.discard)
        return make()


async def _enter(make: Callable[[], asyncio.Protocol], connection: socket.socket) -> None:
    try:
        await asyncio.get_running_loop().connect_accepted_socket(make, connection)
    except OSError:
        # It was gone before it was in.
        connection.close()
