"""One connection to a peer, and the exchange of a request for an answer that is on it: at most one at a time.

The parser is llhttp, as in the server. What is its own here is what a client has to see to: an answer is whole only where its
own framing says so, nothing that nobody asked for is read, nobody waits longer than agreed, and no more is read than is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httptools

from ai_api.core.answer import Answer
from ai_api.core.egress_faults import BrokenOff, Interrupted, TimedOut, Unreachable

LINE_BYTES_MAX = 8_190
FIELD_BYTES_MAX = 16_384
FIELDS_MAX = 100
READ_AHEAD_BYTES_MAX = 32_768
"""With so much not taken yet, no more is read from the network."""
JOINED_BYTES_MAX = 65_536
READ_BYTES_MAX = 65_536
"""How much is read from the network at a time."""
_SWITCHING = 101
_FIRST_FINAL_STATUS = 200


class _NotHttp(Exception):
    """Raised through the parser, which stops there."""


class Line(asyncio.BufferedProtocol):
    """One connection. `at_rest` hears when it may serve another request, `lost` when it is gone.

    What arrives is put into `room`, which the lines of one loop can share: each takes out what it needs before another reads.
    Left to itself the loop reads four times as much at a time, and a hundred answers that nobody takes keep all of it.
    """

    def __init__(self, at_rest: Callable[[Line], None], lost: Callable[[Line], None], room: memoryview) -> None:
        self.rests_since = 0.0
        self._at_rest = at_rest
        self._lost = lost
        self._room = room
        self._transport: Any = None
        self._parser: Any = None
        self._answer: Answer | None = None
        self._headers: dict[str, str] = {}
        self._fields = 0
        self._status_bytes = 0
        self._fruitless_bytes = 0
        """Read since the last of a body: heads, chunk extensions and trailers, which can go on for ever."""
        self._is_first_byte_here = False
        self._is_head_here = False
        self._ends_by_closing = False
        self._is_kept = False
        self._is_paused = False

    @property
    def is_open(self) -> bool:
        """Whether a request may be sent on it."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, head: bytes, body: bytes, *, first_byte_s: float, silence_s: float) -> Answer:
        """Sends a request and waits for the headers of its answer. Raises Unreachable, TimedOut, Interrupted.

        Whoever leaves before they came has hung up.
        """
        if not self.is_open:
            raise Unreachable("the connection closed before the request", sent=False)
        answer = self._begin(silence_s)
        if len(body) <= JOINED_BYTES_MAX:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))
        timer = asyncio.get_running_loop().call_later(max(0.0, first_byte_s), _too_late, answer)
        try:
            # Not asked of the line: with the whole of the answer here, it may be on the next exchange already.
            while not answer.status:
                await answer.wait()
                answer.check_fault()
        except BaseException:
            # A cancellation as well: an answer that nobody reads must not come to whoever has the connection next.
            self.hang_up()
            raise
        finally:
            timer.cancel()
        return answer

    def hang_up(self) -> None:
        """Closes at once, whatever is under way."""
        answer, self._answer = self._answer, None
        self._is_paused = False
        if self._transport is not None:
            self._transport.abort()
        if answer is not None:
            answer.fail(Interrupted("the connection was closed on this side", sent=True))

    def go_on(self) -> None:
        """What had arrived was taken: more may come."""
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()

    def _begin(self, silence_s: float) -> Answer:
        self._answer = answer = Answer(silence_s, go_on=self.go_on, hang_up=self.hang_up)
        self._is_first_byte_here = self._is_head_here = self._ends_by_closing = self._is_kept = False
        self._begin_head()
        return answer

    def _begin_head(self) -> None:
        self._headers = {}
        self._fields = self._status_bytes = self._fruitless_bytes = 0

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._parser = httptools.HttpResponseParser(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  -- the loop's signature
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        answer = self._answer
        if answer is None:
            # Nobody has asked it anything.
            self.hang_up()
            return
        self._is_first_byte_here = True
        self._fruitless_bytes += nbytes
        try:
            self._parser.feed_data(self._room[:nbytes])
            is_http = self._fruitless_bytes <= FIELD_BYTES_MAX
        except httptools.HttpParserError:
            is_http = False
        if not is_http:
            self._is_kept = False
            answer.fail(Interrupted("the answer is not HTTP", sent=True))
            if not answer.is_whole:
                self.hang_up()
                return
        if answer.is_whole:
            self._end()
        elif answer.unread_bytes > READ_AHEAD_BYTES_MAX and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        if self._is_head_here:
            answer.wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(self)
        self._is_paused = False
        answer, self._answer = self._answer, None
        if answer is None:
            return
        if not self._is_first_byte_here:
            answer.fail(Unreachable("the connection closed before an answer", sent=True))
        elif not self._is_head_here:
            answer.fail(BrokenOff("the connection closed before an answer", sent=True))
        elif self._ends_by_closing and exc is None:
            answer.end()
            answer.wake()
        else:
            answer.fail(Interrupted("the answer was cut off", sent=True))

    def _end(self) -> None:
        self._answer = None
        # A peer that answered before it had the whole request goes on reading the rest of it as something else.
        if self._is_kept and self.is_open and self._transport.get_write_buffer_size() == 0:
            self.go_on()
            self._at_rest(self)
        else:
            self.hang_up()

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.is_whole:
            # Behind the end of the answer: nobody asked for it, and nobody can tell what it is the answer to.
            raise _NotHttp

    def on_status(self, status: bytes) -> None:
        self._status_bytes += len(status)
        self._fruitless_bytes -= len(status)
        if self._status_bytes > LINE_BYTES_MAX:
            raise _NotHttp

    def on_header(self, name: bytes, value: bytes) -> None:
        size = len(name) + len(value)
        self._fruitless_bytes -= size
        self._fields += 1
        if size > FIELD_BYTES_MAX or self._fields > FIELDS_MAX:
            raise _NotHttp
        # A trailer, behind the body, is none of them.
        if not self._is_head_here:
            self._headers.setdefault(name.lower().decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        answer = self._answer
        status = self._parser.get_status_code()
        if answer is None or status == _SWITCHING:
            raise _NotHttp
        if status < _FIRST_FINAL_STATUS:
            # Not the answer yet.
            return
        coding = self._headers.get("transfer-encoding")
        has_length = "content-length" in self._headers
        if coding is not None and (has_length or coding.strip().lower() != "chunked"):
            raise _NotHttp
        self._is_head_here = True
        self._is_kept = self._parser.should_keep_alive()
        self._ends_by_closing = coding is None and not has_length
        answer.status, answer.headers = status, self._headers

    def on_body(self, body: bytes) -> None:
        self._fruitless_bytes = 0
        if self._answer is not None:
            self._answer.take(body)

    def on_message_complete(self) -> None:
        if self._is_head_here and self._answer is not None:
            self._answer.end()
        else:
            self._begin_head()


def _too_late(answer: Answer) -> None:
    answer.fail(TimedOut("no answer in time", sent=True))
