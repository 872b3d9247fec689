"""What stands between the socket and the program: a connection of ours takes a bounded time and a bounded head.

uvicorn has no such bounds, and no program behind it ever sees a request whose head is not whole. Leans on uvicorn's inside:
`tests/contract/test_uvicorn_contract.py` names what of it.

    head    from connecting, or the first byte of a request, to the blank line: a deadline, a size, a number of fields
    body    from there to the end of the body: a silence, unless it is the program that does not read
    rest    between requests, or while a request is answered: uvicorn's own keep-alive

Apart from all of them, an answer of which the client takes nothing is given up.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import socket
import struct
import termios
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ai_api.cli import edge_refusals
from ai_api.cli.edge_refusals import HEAD_BYTES_MAX, HEAD_FIELDS_MAX, WAITING_MAX, EdgeRefusal
from ai_api.observability.edge import EdgeTold

# What a client that does not read costs: once here and, doubled by it for its own needs, once in the kernel.
_WRITE_BUFFER_BYTES = 32_768
_KERNEL_BUFFER_BYTES = 65_536
# What is still read of a body after its answer was sent, while it goes on: a connection that is closed with something unread
# is reset, and a reset may overtake the answer.
_UNWANTED_BYTES_MAX = 64 * 1024 * 1024
_UNWANTED_S = 30.0
_UNWANTED_LOOK_S = 5.0
# Where a silence is looked at from time to time, it is timed to a quarter.
_LOOKS = 4


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may take, in seconds: for a head, silent in a body, taking nothing of an answer."""

    header_s: float
    body_idle_s: float
    stall_s: float


class _BadHead(Exception):
    """Raised through the parser, which stops there: nothing behind a refused head is read as a request."""


class TurnsAway(Protocol):
    """Who says of each request, by its head, whether it is let in."""

    def answer(self, method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
        """The whole answer that turns it away; None lets it in."""
        ...


def guarded(patience: Patience, told: EdgeTold, turns_away: TurnsAway | None = None) -> type[asyncio.Protocol]:
    """The protocol with these bounds, for `uvicorn.Config(http=…)`. `told` hears of whoever runs into one."""

    class Guarded(_Guard):
        _patience = patience
        _told = told
        _turns_away = turns_away
        _log = _Log("uvicorn.error")

    return Guarded


class _Log(logging.Logger):
    """uvicorn's logger without its warnings: each is about one request that somebody sent, and would flood the log."""

    def __init__(self, name: str) -> None:
        # Above the level of uvicorn's lines about single connections, which are made before anybody asks for them.
        super().__init__(name, logging.DEBUG)
        self.parent = logging.getLogger(name)

    def warning(self, *_: object, **__: object) -> None:
        """Says nothing: those refusals are counted and sampled where they are made."""


class _Guard(HttpToolsProtocol):
    _patience: ClassVar[Patience]
    _told: ClassVar[EdgeTold]
    _turns_away: ClassVar[TurnsAway | None]
    _log: ClassVar[logging.Logger]
    _phase: Literal["head", "body", "rest"] = "head"
    _due_s = 0.0
    """When the phase is over, on the loop's clock."""
    _reading: asyncio.TimerHandle | None = None
    _reading_at_s = 0.0
    _head_bytes = 0
    _read_bytes = 0
    _ended_in_read = False
    _fruitless_bytes = 0
    """Read since the last byte of a body: line ends, chunk extensions and trailers, which can go on for ever too."""
    _fault: EdgeRefusal | None = None
    _refusal: EdgeRefusal | None = None
    _writing: asyncio.TimerHandle | None = None
    _looks_left = _LOOKS
    _unsent_bytes = 0
    _drained = False
    _unwanted_bytes: int | None = None
    _unwanted_before = -1
    _no: bytes | None = None
    """What a request that is turned away is answered with once it is whole: the program never hears of it."""

    # What the transport calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        self.logger = self._log
        if (opened := transport.get_extra_info("socket")) is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BUFFER_BYTES)
        transport.set_write_buffer_limits(_WRITE_BUFFER_BYTES)
        super().connection_made(transport)
        self._due_s = self.loop.time() + self._patience.header_s
        self._watch_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._reading, self._writing):
            if timer is not None:
                timer.cancel()
        self._reading = self._writing = None
        super().connection_lost(exc)

    def eof_received(self) -> None:
        super().eof_received()
        self._watch_writing()

    def data_received(self, data: bytes) -> None:
        if self._unwanted_bytes is not None:
            self._throw_away(len(data))
            return
        if self._is_over():
            return
        self._ended_in_read = False
        self._read_bytes = len(data)
        self._fruitless_bytes += len(data)
        super().data_received(data)
        if self._phase == "rest" and self._is_answering():
            # A request that came in one read, as nearly all do.
            return
        if not self._is_over():
            self._judge_read(len(data))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        self._drained = True
        super().resume_writing()

    # What the parser calls.

    def on_message_begin(self) -> None:
        # It was turned away whose request stood before this one in the same read: its rest is over.
        self._unset_keepalive_if_required()
        self._begin_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._fault = self._fault_of_head()
        if self._fault is not None:
            raise _BadHead
        self._no = self._turned_away()
        if self._no is None:
            super().on_headers_complete()
        else:
            self._due_s = self.loop.time() + self._patience.body_idle_s
        self._phase = "body"
        self._fruitless_bytes = 0
        # Trailers come in like headers, and are none: the program must not see its request change.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self._fruitless_bytes = 0
        if self._no is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._phase = "rest"
        self._ended_in_read = True
        if self._no is None:
            super().on_message_complete()
            return
        self.transport.write(self._no)
        self._no = None
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
        self._watch_writing()

    # What uvicorn calls.

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  -- uvicorn's words; ours are in the form of all refusals
        self._refuse(self._fault or edge_refusals.MALFORMED)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._phase == "body" and self._unwanted_bytes is None:
            # Answered before it was whole. The rest is thrown away, for as long as a silence may last.
            self._due_s = self.loop.time() + self._patience.body_idle_s
        if self._refusal is not None and not self._is_answering() and not self.transport.is_closing():
            self._say(self._refusal)
        self._watch_writing()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch_writing()

    def shutdown(self) -> None:
        super().shutdown()
        self._watch_writing()

    # Reading.

    def _is_over(self) -> bool:
        return self._refusal is not None or self.transport.is_closing()

    def _is_answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete

    def _judge_read(self, size_bytes: int) -> None:
        """After a read that was not all of a request."""
        if self._phase == "rest":
            if self.timeout_keep_alive_task is not None:
                return
            # Line ends before a request: they have stopped uvicorn's clock, and there is no request yet.
            self._begin_head()
        if self._phase == "head":
            # How much of a read belongs to the head is not known where the request before it ended in the same read.
            self._head_bytes += 0 if self._ended_in_read else size_bytes
            if self._head_bytes > HEAD_BYTES_MAX:
                self._refuse(edge_refusals.HEAD_TOO_LARGE)
                return
        elif self._fruitless_bytes > HEAD_BYTES_MAX:
            self._cut("body_without_end")
            return
        elif self._is_answering():
            self._due_s = self.loop.time() + self._patience.body_idle_s
            # The program may answer before the body is whole: closing is not the transport's affair then.
            self.cycle.transport = _Unhurried(self.transport, self._close_behind_answer)  # type: ignore[assignment]  # all that uvicorn asks of it there
        self._watch_reading()

    def _begin_head(self) -> None:
        self._head_bytes = 0
        if self._phase != "head":
            self._phase = "head"
            self._due_s = self.loop.time() + self._patience.header_s

    def _turned_away(self) -> bytes | None:
        """The answer to a request that is not let in; None for one behind an answer that is under way."""
        gate = self._turns_away
        if gate is None or self._is_answering() or self.expect_100_continue or not self.parser.should_keep_alive():
            return None
        return gate.answer(self.parser.get_method(), self.url, self.headers)

    def _fault_of_head(self) -> EdgeRefusal | None:
        if len(self.pipeline) >= WAITING_MAX:
            # Every answer lets another read in, which may hold thousands of requests.
            return edge_refusals.TOO_MANY_WAIT
        fields = self.headers
        hosts = [name for name, _ in fields].count(b"host")
        # Probes of load balancers speak HTTP/1.0, in which there need be none.
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() != "1.0"):
            return edge_refusals.BAD_HOST
        if len(fields) > HEAD_FIELDS_MAX:
            return edge_refusals.HEAD_TOO_LARGE
        if self._head_bytes + self._read_bytes > HEAD_BYTES_MAX:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in fields)
            return edge_refusals.HEAD_TOO_LARGE if size > HEAD_BYTES_MAX else None
        return None

    def _watch_reading(self) -> None:
        at_s = self._due_s
        if self._phase == "body":
            # Now and then before it is due, to see whether it is the program that does not read.
            at_s = min(at_s, self.loop.time() + self._patience.body_idle_s / _LOOKS)
        if self._reading is not None:
            # Not asked of the handle: one that is due at once is no timer to uvloop, and does not know when.
            if self._reading_at_s <= at_s:
                return
            self._reading.cancel()
        self._reading_at_s = at_s
        self._reading = self.loop.call_at(at_s, self._look_at_reading)

    def _look_at_reading(self) -> None:
        self._reading = None
        if self._phase == "rest" or self._is_over():
            return
        now_s = self.loop.time()
        if self._phase == "body" and self._is_held_up():
            self._due_s = now_s + self._patience.body_idle_s
        elif now_s >= self._due_s:
            if self._phase == "body":
                self._cut("body_silent")
                return
            if not self._is_answering():
                self._refuse(edge_refusals.HEAD_TOO_SLOW)
                return
            # A refusal would stand inside of the answer that is under way.
            self._due_s = now_s + self._patience.header_s
        self._watch_reading()

    def _is_held_up(self) -> bool:
        """Whether the body does not come because the program has not asked for it."""
        return self._is_answering() and (self.flow.read_paused or self.cycle.waiting_for_100_continue)

    # Refusing.

    def _refuse(self, refusal: EdgeRefusal) -> None:
        """Reads no more. The answer is sent behind those under way, and not at all where it would stand inside of one."""
        self._refusal = refusal
        self._told.note(refusal.code)
        if self._phase == "body":
            if not self.cycle.response_started and not self.pipeline:
                self.transport.write(refusal.answer)
            self.transport.close()
            self._watch_writing()
        elif not self._is_answering():
            self._say(refusal)

    def _close_behind_answer(self) -> None:
        """Closes the connection once its client has the answer: at once where nothing more of its request can come."""
        if self._phase != "body" or self.transport.is_closing():
            self.transport.close()
            return
        self._unwanted_bytes = 0
        self.transport.write_eof()
        if self._reading is not None:
            self._reading.cancel()
        self._due_s = self.loop.time() + _UNWANTED_S
        self._look_at_unwanted()

    def _look_at_unwanted(self) -> None:
        if self._unwanted_bytes == self._unwanted_before or self.loop.time() > self._due_s:
            self.transport.abort()
            return
        self._unwanted_before = self._unwanted_bytes or 0
        self._reading = self.loop.call_later(_UNWANTED_LOOK_S, self._look_at_unwanted)

    def _throw_away(self, size_bytes: int) -> None:
        self._unwanted_bytes = (self._unwanted_bytes or 0) + size_bytes
        if self._unwanted_bytes > _UNWANTED_BYTES_MAX:
            self.transport.abort()

    def _say(self, refusal: EdgeRefusal) -> None:
        self.transport.write(refusal.answer)
        self.transport.close()
        self._watch_writing()

    def _cut(self, code: str) -> None:
        self._told.note(code)
        self.transport.abort()

    # Writing.

    def _watch_writing(self) -> None:
        """Whatever is unsent is watched: a closed connection stays open, too, until its client has taken everything."""
        if self._writing is None and self.transport.get_write_buffer_size() > 0:
            self._looks_left = _LOOKS
            self._drained = False
            self._unsent_bytes = self._unsent()
            self._look_again()

    def _look_again(self) -> None:
        self._writing = self.loop.call_later(self._patience.stall_s / _LOOKS, self._look_at_writing)

    def _look_at_writing(self) -> None:
        self._writing = None
        if self.transport.get_write_buffer_size() == 0:
            return
        unsent = self._unsent()
        self._looks_left = _LOOKS if self._drained or unsent < self._unsent_bytes else self._looks_left - 1
        self._drained, self._unsent_bytes = False, unsent
        if self._looks_left > 0:
            self._look_again()
        else:
            self._cut("answer_not_taken")

    def _unsent(self) -> int:
        """Bytes the client's machine has not taken yet, those in the kernel with them: one that reads slowly takes a while
        to make room for the next piece of ours.
        """
        here = self.transport.get_write_buffer_size()
        opened = self.transport.get_extra_info("socket")
        try:
            queued = fcntl.ioctl(opened.fileno(), termios.TIOCOUTQ, bytes(4))
        except OSError:
            # Not every system tells. What is left here falls as well, in larger steps.
            return here
        return here + int(struct.unpack("i", queued)[0])


class _Unhurried:
    """What uvicorn writes an answer to whose request is not whole yet."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close
