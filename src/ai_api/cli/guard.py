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
import logging
import socket
from dataclasses import dataclass
from typing import ClassVar, Literal

from ai_api.cli import edge_refusals
from ai_api.cli.edge_refusals import HEAD_BYTES_MAX, WAITING_MAX, EdgeRefusal, fault_of_head
from ai_api.cli.quiet_log import QuietLog
from ai_api.cli.turned_away import TurnedAway, TurnsAway
from ai_api.cli.untaken_answers import Untaken
from ai_api.cli.unwanted_bodies import Unhurried, Unwanted
from ai_api.observability.edge import EdgeTold

# What a client that does not read costs: once here and, doubled by it for its own needs, once in the kernel.
_WRITE_BUFFER_BYTES = 32_768
_KERNEL_BUFFER_BYTES = 65_536
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


def guarded(patience: Patience, told: EdgeTold, turns_away: TurnsAway | None = None) -> type[asyncio.Protocol]:
    """The protocol with these bounds, for `uvicorn.Config(http=…)`. `told` hears of whoever runs into one."""

    class Guarded(_Guard):
        _patience = patience
        _told = told
        _turns_away = turns_away
        _log = QuietLog("uvicorn.error")

    return Guarded


class _Guard(TurnedAway):
    _patience: ClassVar[Patience]
    _told: ClassVar[EdgeTold]
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
    _untaken: Untaken
    _unwanted: Unwanted | None = None

    # What the transport calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        self.logger = self._log
        if (opened := transport.get_extra_info("socket")) is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BUFFER_BYTES)
        transport.set_write_buffer_limits(_WRITE_BUFFER_BYTES)
        super().connection_made(transport)
        self._untaken = Untaken(transport, self.loop, stall_s=self._patience.stall_s, told=self._told)
        self._due_s = self.loop.time() + self._patience.header_s
        self._watch_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if self._unwanted is not None:
            self._unwanted.close()
        self._untaken.close()
        super().connection_lost(exc)

    def eof_received(self) -> None:
        super().eof_received()
        self._untaken.watch()

    def data_received(self, data: bytes) -> None:
        if self._unwanted is not None:
            self._unwanted.throw_away(len(data))
            return
        if self._is_over():
            return
        # What is read before a request was whole is of that one, though it may have been answered.
        if self._phase == "rest" and self.is_turned_away_at_sight(data):
            self._untaken.watch()
            return
        self._ended_in_read = False
        self._read_bytes = len(data)
        self._fruitless_bytes += len(data)
        super().data_received(data)
        if self._phase == "rest" and self.is_answering():
            # A request that came in one read, as nearly all do.
            return
        if not self._is_over():
            self._judge_read(len(data))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._untaken.watch()

    def resume_writing(self) -> None:
        self._untaken.note_drained()
        super().resume_writing()

    # What the parser calls.

    def on_message_begin(self) -> None:
        # It was turned away whose request stood before this one in the same read: its rest is over.
        self._unset_keepalive_if_required()
        self._begin_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= WAITING_MAX:
            # Every answer lets another read in, which may hold thousands of requests.
            self._fault = edge_refusals.TOO_MANY_WAIT
        else:
            self._fault = fault_of_head(
                self.parser.get_http_version, self.url, self.headers, read_bytes=self._head_bytes + self._read_bytes
            )
        if self._fault is not None:
            raise _BadHead
        super().on_headers_complete()
        if self._no is not None:
            self._due_s = self.loop.time() + self._patience.body_idle_s
        self._phase = "body"
        self._fruitless_bytes = 0
        # Trailers come in like headers, and are none: the program must not see its request change.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self._fruitless_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._phase = "rest"
        self._ended_in_read = True
        super().on_message_complete()
        self._untaken.watch()

    # What uvicorn calls.

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  -- uvicorn's words; ours are in the form of all refusals
        self._refuse(self._fault or edge_refusals.MALFORMED)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._phase == "body" and self._unwanted is None:
            # Answered before it was whole. The rest is thrown away, for as long as a silence may last.
            self._due_s = self.loop.time() + self._patience.body_idle_s
        if self._refusal is not None and not self.is_answering() and not self.transport.is_closing():
            self._say(self._refusal)
        self._untaken.watch()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._untaken.watch()

    def shutdown(self) -> None:
        super().shutdown()
        self._untaken.watch()

    # Reading.

    def _is_over(self) -> bool:
        return self._refusal is not None or self.transport.is_closing()

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
        elif self.is_answering():
            self._due_s = self.loop.time() + self._patience.body_idle_s
            # The program may answer before the body is whole: closing is not the transport's affair then.
            self.cycle.transport = Unhurried(self.transport, self._close_behind_answer)  # type: ignore[assignment]  # all that uvicorn asks of it there
        self._watch_reading()

    def _begin_head(self) -> None:
        self._head_bytes = 0
        if self._phase != "head":
            self._phase = "head"
            self._due_s = self.loop.time() + self._patience.header_s

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
            if not self.is_answering():
                self._refuse(edge_refusals.HEAD_TOO_SLOW)
                return
            # A refusal would stand inside of the answer that is under way.
            self._due_s = now_s + self._patience.header_s
        self._watch_reading()

    def _is_held_up(self) -> bool:
        """Whether the body does not come because the program has not asked for it."""
        return self.is_answering() and (self.flow.read_paused or self.cycle.waiting_for_100_continue)

    # Refusing.

    def _refuse(self, refusal: EdgeRefusal) -> None:
        """Reads no more. The answer is sent behind those under way, and not at all where it would stand inside of one."""
        self._refusal = refusal
        self._told.note(refusal.code)
        if self._phase == "body":
            if not self.cycle.response_started and not self.pipeline:
                self.transport.write(refusal.answer)
            self.transport.close()
            self._untaken.watch()
        elif not self.is_answering():
            self._say(refusal)

    def _close_behind_answer(self) -> None:
        """Closes the connection once its client has the answer: at once where nothing more of its request can come."""
        if self._phase != "body" or self.transport.is_closing():
            self.transport.close()
            return
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._unwanted = Unwanted(self.transport, self.loop)

    def _say(self, refusal: EdgeRefusal) -> None:
        self.transport.write(refusal.answer)
        self.transport.close()
        self._untaken.watch()

    def _cut(self, code: str) -> None:
        self._told.note(code)
        self.transport.abort()
