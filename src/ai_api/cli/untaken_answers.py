"""Answers that their client does not take: watched from the first byte that waits, and given up when nothing moves any more."""

from __future__ import annotations

import asyncio
import fcntl
import struct
import termios

from ai_api.observability.edge import EdgeTold

# A standstill is looked at from time to time, and so timed to a quarter.
_LOOKS = 4


class Untaken:
    """What was written to one connection and its client has not taken.

    Knows nothing of who writes, so that a connection that ended leaves no ring of objects behind.
    """

    __slots__ = ("_drained", "_looks_left", "_loop", "_stall_s", "_timer", "_told", "_transport", "_unsent_bytes")

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, *, stall_s: float, told: EdgeTold
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._stall_s = stall_s
        self._told = told
        self._timer: asyncio.TimerHandle | None = None
        self._looks_left = _LOOKS
        self._unsent_bytes = 0
        self._drained = False

    def watch(self) -> None:
        """Whatever is unsent is watched: a closed connection stays open, too, until its client has taken everything."""
        if self._timer is None and self._transport.get_write_buffer_size() > 0:
            self._looks_left = _LOOKS
            self._drained = False
            self._unsent_bytes = self._unsent()
            self._look_again()

    def note_drained(self) -> None:
        """All that waited here went on its way."""
        self._drained = True

    def close(self) -> None:
        """Watches no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_again(self) -> None:
        self._timer = self._loop.call_later(self._stall_s / _LOOKS, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._transport.get_write_buffer_size() == 0:
            return
        unsent = self._unsent()
        self._looks_left = _LOOKS if self._drained or unsent < self._unsent_bytes else self._looks_left - 1
        self._drained, self._unsent_bytes = False, unsent
        if self._looks_left > 0:
            self._look_again()
        else:
            self._told.note("answer_not_taken")
            self._transport.abort()

    def _unsent(self) -> int:
        """Bytes the client's machine has not taken yet, those in the kernel with them: one that reads slowly takes a while
        to make room for the next piece of ours.
        """
        here = self._transport.get_write_buffer_size()
        opened = self._transport.get_extra_info("socket")
        try:
            queued = fcntl.ioctl(opened.fileno(), termios.TIOCOUTQ, bytes(4))
        except OSError:
            # Not every system tells. What is left here falls as well, in larger steps.
            return here
        return here + int(struct.unpack("i", queued)[0])
