"""A call that is under way, and how it is ended from outside: the client leaves, a right is taken back, time runs out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol, TypeVar

from ai_api.core.errors import Refusal
from ai_api.gateway.docket import Docket
from ai_api.providers.port import StreamReader

T = TypeVar("T")


class Out(Protocol):
    """Where an answer goes: implemented by the doors."""

    def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> Awaitable[None]:
        """Sends the head. Once."""
        ...

    def send(self, data: bytes) -> Awaitable[None]:
        """Sends a piece of the body; waits while the reader is slow."""
        ...

    def finish(self, data: bytes) -> Awaitable[None]:
        """Sends the last piece and ends the answer."""
        ...


class Follower(Protocol):
    """What wants to know how far an answer is."""

    def notice(self, reader: StreamReader) -> None:
        """Something came."""
        ...


class CallEnded(Exception):
    """The call was ended from outside while it waited."""


class OpenCall:
    """One call under way. Its walk runs in `task`; the others end it by `hang_up` and `stop`."""

    def __init__(self, docket: Docket, task: asyncio.Task[object]) -> None:
        self.docket = docket
        self.holder = docket.holder
        """Who may stop it by losing rights, as read last; the docket keeps them as they were at admission, for the record."""
        self.client_gone = False
        self.refusal: Refusal | None = None
        self.output_tokens_seen = 0
        self.growing: Follower | None = None
        self._task = task
        self._waiting = False
        self._began_s = asyncio.get_running_loop().time()
        self._time_out: asyncio.TimerHandle | None = None
        self._total_s = 0.0

    @property
    def ended(self) -> bool:
        """Whether somebody ended it."""
        return self.client_gone or self.refusal is not None

    def hang_up(self) -> None:
        """The client left."""
        if not self.ended:
            self.client_gone = True
            self._wake()

    def stop(self, refusal: Refusal) -> None:
        """The call may not go on, for this reason."""
        if not self.ended:
            self.refusal = refusal
            self._wake()

    def set_total(self, total_s: float) -> None:
        """The call is stopped once it is `total_s` old; what was set before counts no more."""
        if total_s == self._total_s:
            return
        self.unset_total()
        self._total_s = total_s
        self._time_out = asyncio.get_running_loop().call_at(self._began_s + total_s, self._run_out)

    def unset_total(self) -> None:
        """The call may take as long as it likes."""
        if self._time_out is not None:
            self._time_out.cancel()
        self._time_out, self._total_s = None, 0.0

    async def wait(self, awaitable: Awaitable[T]) -> T:
        """Awaits something that may be given up when the call is ended. Raises CallEnded, and what `awaitable` raises."""
        self._waiting = True
        try:
            if self.ended:
                # Not started: closing it says so, where a coroutine would otherwise warn.
                close = getattr(awaitable, "close", None)
                if close is not None:
                    close()
                raise CallEnded
            return await awaitable
        except asyncio.CancelledError:
            if not self.ended:
                raise
            self._task.uncancel()
            raise CallEnded from None
        finally:
            self._waiting = False

    def _run_out(self) -> None:
        message = "The answer took longer than the gateway waits."
        self.stop(Refusal("upstream_timeout", "upstream_timeout", message))

    def _wake(self) -> None:
        if self._waiting:
            self._task.cancel()
