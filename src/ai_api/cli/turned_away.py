"""HTTP as uvicorn speaks it, for requests that may be turned away before the program hears of them.

Nothing of a request that was turned away is left on its connection: it is answered once it is whole, and the next one is read as
if there had been none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class TurnsAway(Protocol):
    """Who says of each request whether it is let in."""

    def answer(self, method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
        """The whole answer that turns a request with this head away; None lets it in."""
        ...

    def answer_at_sight(self, read: bytes) -> bytes | None:
        """The same for what was read between two requests, if it is all of one; None decides nothing."""
        ...


class TurnedAway(HttpToolsProtocol):
    """uvicorn's protocol, behind who turns away."""

    _turns_away: ClassVar[TurnsAway | None]
    _no: bytes | None = None
    """What a request that is turned away is answered with once it is whole: the program never hears of it."""
    _said_no_at_s = -math.inf
    """When one was turned away at sight: the connection is kept from then on, by the timer that runs already."""

    def is_turned_away_at_sight(self, read: bytes) -> bool:
        """Whether what was read after a whole request and its answer is a request, and has its answer now."""
        gate = self._turns_away
        # uvicorn's clock runs from an answer to the next byte: while it does, and the request was whole, another one begins here.
        if gate is None or self.timeout_keep_alive_task is None or (no := gate.answer_at_sight(read)) is None:
            return False
        self.transport.write(no)
        self._said_no_at_s = self.loop.time()
        return True

    def is_answering(self) -> bool:
        """Whether the program has not ended an answer of this connection."""
        return bool(self.cycle) and not self.cycle.response_complete

    def on_headers_complete(self) -> None:
        self._no = self._turned_away()
        if self._no is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._no is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._no is None:
            super().on_message_complete()
            return
        self.transport.write(self._no)
        self._no = None
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        left_s = self._said_no_at_s + self.timeout_keep_alive - self.loop.time()
        if left_s > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left_s, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def _turned_away(self) -> bytes | None:
        """The answer to a request that is not let in; None for one behind an answer that is under way."""
        gate = self._turns_away
        if gate is None or self.is_answering() or self.expect_100_continue or not self.parser.should_keep_alive():
            return None
        return gate.answer(self.parser.get_method(), self.url, self.headers)
