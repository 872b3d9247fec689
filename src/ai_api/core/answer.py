"""An answer while it comes: what has arrived and nobody has taken, how it ended, and who waits for more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from ai_api.core.egress_faults import EgressError, Interrupted, TimedOut

END_S = 1.0
"""How long the end of an answer is waited for that nobody needs any more."""


class Answer:
    """An HTTP answer whose headers came. `headers` are by their names in lower case; of one that comes twice, the first."""

    __slots__ = (
        "_fault",
        "_go_on",
        "_hang_up",
        "_is_let_go",
        "_is_whole",
        "_loop",
        "_pieces",
        "_silence_s",
        "_size",
        "_timer",
        "_waiter",
        "_waits_since",
        "headers",
        "status",
    )

    def __init__(self, silence_s: float, *, go_on: Callable[[], None], hang_up: Callable[[], None]) -> None:
        """`go_on` lets more of it come; `hang_up` lets nothing more come of it, and says so by `fail`."""
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self._go_on = go_on
        self._hang_up = hang_up
        self._loop = asyncio.get_running_loop()
        self._silence_s = silence_s
        self._pieces: list[bytes] = []
        self._size = 0
        self._is_whole = False
        self._is_let_go = False
        self._fault: EgressError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._waits_since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    # What its reader calls.

    async def read(self) -> bytes:
        """What has arrived, at least one byte; empty at the end. Raises TimedOut, Interrupted, and hangs up then."""
        while not self._pieces:
            if self._fault is not None:
                raise self._fault
            if self._is_whole:
                return b""
            self._waits_since = self._loop.time()
            if self._timer is None:
                self._timer = self._loop.call_later(self._silence_s, self._look)
            await self.wait()
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        if not self._is_whole:
            self._go_on()
        return data

    async def read_all(self, limit_bytes: int) -> bytes:
        """The whole body. Raises Interrupted when it is longer than `limit_bytes`, TimedOut, Interrupted."""
        pieces: list[bytes] = []
        size = 0
        while piece := await self.read():
            size += len(piece)
            if size > limit_bytes:
                self.close()
                raise Interrupted("the answer is larger than the gateway takes", sent=True)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        """Hangs up unless the answer has come to its end. Safe to call twice."""
        if not self._is_whole and self._fault is None:
            self._pieces.clear()
            self._hang_up()

    def finish(self) -> None:
        """The peer said all it has to say: the connection is kept for another request if its end comes soon."""
        if self._is_whole or self._fault is not None or self._is_let_go:
            return
        self._is_let_go = True
        self._pieces.clear()
        self._size = 0
        self._stop_timer()
        self._timer = self._loop.call_later(END_S, self.close)
        self._go_on()

    # What its line calls.

    @property
    def unread_bytes(self) -> int:
        """How much has arrived that nobody has taken."""
        return self._size

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return self._is_whole

    async def wait(self) -> None:
        """Returns when something happened."""
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def check_fault(self) -> None:
        """Raises what ended it."""
        if self._fault is not None:
            raise self._fault

    def take(self, body: bytes) -> None:
        """A piece has come."""
        if not self._is_let_go:
            self._pieces.append(body)
            self._size += len(body)

    def end(self) -> None:
        """All has come."""
        self._is_whole = True
        self._stop_timer()

    def fail(self, fault: EgressError) -> None:
        """Nothing more will come."""
        if self._fault is None and not self._is_whole:
            self._fault = fault
            self._stop_timer()
            self.wake()

    def wake(self) -> None:
        """Whoever waits looks again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _look(self) -> None:
        self._timer = None
        if self._waiter is None:
            # Nobody waits for the peer at present, it is the reader who takes its time.
            return
        left_s = self._waits_since + self._silence_s - self._loop.time()
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._look)
            return
        self.fail(TimedOut("the answer fell silent", sent=True))
        self._hang_up()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
