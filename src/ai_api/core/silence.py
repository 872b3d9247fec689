"""Tells a server that is away from one that is slow: by whether it says anything at all, to anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from ai_api.core.errors import StoreSilent

TICKS = 9
ASKS_AT_TICK = 3

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
        task = asyncio.get_running_loop().create_task(question)
        self._keep(task)
        try:
            while True:
                before = self._heard
                # In short steps: while the event loop itself stands still, nobody is late but us.
                for tick in range(TICKS):
                    await asyncio.wait({task}, timeout=patience_s / TICKS)
                    if task.done():
                        return task.result()
                    if tick == ASKS_AT_TICK:
                        self._ask_once(patience_s)
                if self._heard == before:
                    raise StoreSilent
        finally:
            task.cancel()

    def _ask_once(self, patience_s: float) -> None:
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
