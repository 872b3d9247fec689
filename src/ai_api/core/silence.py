"""Tells a server that is away from one that is slow: by whether it says anything at all, to anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from ai_api.core.errors import StoreSilent

TICKS = 9
ASKS_AT_TICK = 4

Said = TypeVar("Said")


class Silence:
    """Waits for answers as long as the server is heard.

    A question that has no answer yet waits on while others get theirs: a lock is held, or the wire is long. After a third of
    the patience it asks something small itself (`ask`), once for all who wait.
    """

    def __init__(self, ask: Callable[[], Awaitable[object]]) -> None:
        self._ask = ask
        self._heard = 0
        self._asking: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def heard(self) -> None:
        """The server said something."""
        self._heard += 1

    async def wait(self, question: Coroutine[Any, Any, Said], *, patience_s: float) -> Said:
        """What `question` gives. Raises StoreSilent when nothing was heard for `patience_s` seconds, and what it raises."""
        patience = _Patience(self, patience_s)
        try:
            return await question
        except asyncio.CancelledError:
            if patience.has_ended():
                raise StoreSilent from None
            raise
        finally:
            patience.close()

    @property
    def heard_so_far(self) -> int:
        """How often the server said something."""
        return self._heard

    def ask_once(self, patience_s: float) -> None:
        """Asks something small, unless that is on its way already."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._listen(patience_s))
            self._keep(self._asking)

    async def _listen(self, patience_s: float) -> None:
        async with asyncio.timeout(patience_s):
            await self._ask()

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Whoever waited has its result; a question nobody waits for any more may fail as it likes.
            task.exception()


class _Patience:
    """The patience of one who waits, in the task that made it: cancelled when it ends. A timer, because that costs least."""

    def __init__(self, silence: Silence, patience_s: float) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("who waits is a task")
        self._task = task
        self._cancelling = task.cancelling()
        self._silence = silence
        self._patience_s = patience_s
        self._ticks = 0
        self._before = silence.heard_so_far
        self._has_ended = False
        self._timer = self._next()

    def has_ended(self) -> bool:
        """Whether the cancellation that came is that of this patience, and of nobody else."""
        if not self._has_ended:
            return False
        self._has_ended = False
        return self._task.uncancel() <= self._cancelling

    def close(self) -> None:
        """Waits no more."""
        self._timer.cancel()
        if self._has_ended:
            self._task.uncancel()

    def _next(self) -> asyncio.TimerHandle:
        # In short steps: while the event loop itself stands still, nobody is late but us.
        return asyncio.get_running_loop().call_later(self._patience_s / TICKS, self._tick)

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks == ASKS_AT_TICK:
            self._silence.ask_once(self._patience_s)
        if self._ticks == TICKS:
            if self._silence.heard_so_far == self._before:
                self._has_ended = True
                self._task.cancel()
                return
            self._ticks, self._before = 0, self._silence.heard_so_far
        self._timer = self._next()
