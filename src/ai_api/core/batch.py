"""Group commit: items that arrive while a batch is on its way share the next one. Nothing lingers when none is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Generic, TypeVar

from ai_api.core.lines import Arrival, Line

Item = TypeVar("Item")
Result = TypeVar("Result")

Told = Callable[[int, float, float], None]
"""Hears of each batch that is over: how many items it had, how many seconds the one that waited longest had waited when it went,
and how many seconds it was on its way."""

TOLD_AT_ONCE = 32
"""How many of a batch go on in one turn of the loop."""


def _told_nobody(_items: int, _waited_s: float, _took_s: float) -> None:
    """For batches that nobody counts."""


class GroupCommit(Generic[Item, Result]):
    """Hands waiting items to `commit` in batches, at most `in_flight_max` batches at a time.

    `commit` gets the batch and answers one result per item, in order; an exception it raises reaches every item of the
    batch. Batches run in tasks of their own: cancelling a waiter neither cancels the batch nor loses its item. `line` says
    whose turn it is; without one, turns are in the order of arrival. `told` hears of each batch, however it ended.
    """

    def __init__(
        self,
        commit: Callable[[list[Item]], Awaitable[Sequence[Result]]],
        *,
        batch_max: int,
        in_flight_max: int = 1,
        line: Line[tuple[Item, asyncio.Future[Result], float]] | None = None,
        told: Told = _told_nobody,
    ) -> None:
        self._commit = commit
        self._batch_max = batch_max
        self._in_flight_max = in_flight_max
        self._told = told
        self._waiting: Line[tuple[Item, asyncio.Future[Result], float]] = Arrival() if line is None else line
        self._running: set[asyncio.Task[None]] = set()
        self._in_batches = 0
        self._opening: asyncio.TimerHandle | None = None

    @property
    def pending(self) -> int:
        """Items that wait for a batch (those on their way not counted)."""
        return len(self._waiting)

    @property
    def under_way(self) -> int:
        """Items that have no result yet: those that wait for a batch, and those in one."""
        return len(self._waiting) + self._in_batches

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Queues `item`; the future gives its result once its batch is done."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.put((item, future, time.monotonic()))
        self._pump()
        return future

    async def drain(self) -> None:
        """Returns when nothing waits and nothing is on its way."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    def abandon(self) -> None:
        """Gives up what is on its way and what waits: for the end of the process, when nobody is left to answer."""
        self._waiting.clear()
        for task in self._running:
            task.cancel()

    def _pump(self) -> None:
        while len(self._running) < self._in_flight_max:
            batch = self._waiting.take(self._batch_max)
            if not batch:
                self._open_later()
                return
            self._in_batches += len(batch)
            task = asyncio.get_running_loop().create_task(self._run(batch))
            self._running.add(task)
            task.add_done_callback(partial(self._finished, len(batch)))

    def _open_later(self) -> None:
        if self._opening is None and (left_s := self._waiting.opens_in_s()) is not None:
            self._opening = asyncio.get_running_loop().call_later(left_s, self._opened)

    def _opened(self) -> None:
        self._opening = None
        self._pump()

    def _finished(self, items: int, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._in_batches -= items
        self._pump()

    async def _run(self, batch: list[tuple[Item, asyncio.Future[Result], float]]) -> None:
        began = time.monotonic()
        try:
            results = await self._commit([item for item, _, _ in batch])
        except BaseException as error:
            # A boundary: whatever befell the batch, cancellation included, must reach those who wait for it.
            _fail(batch, error)
            if not isinstance(error, Exception):
                raise
            return
        finally:
            self._waiting.done(batch)
            self._told(len(batch), began - min(since for _, _, since in batch), time.monotonic() - began)
        if len(results) != len(batch):
            _fail(batch, ValueError(f"a commit of {len(batch)} items gave {len(results)} results"))
            return
        await _tell(batch, results)


async def _tell(batch: list[tuple[Item, asyncio.Future[Result], float]], results: Sequence[Result]) -> None:
    """Each its result, so many at a turn of the loop: whoever is told goes on at once, and others have to be heard meanwhile."""
    left = iter(list(zip(batch, results, strict=True)))
    try:
        for _ in range(TOLD_AT_ONCE, len(batch), TOLD_AT_ONCE):
            _tell_each(islice(left, TOLD_AT_ONCE))
            await asyncio.sleep(0)
    finally:
        # Also where the process ends meanwhile: what is committed is.
        _tell_each(left)


def _tell_each(answered: Iterable[tuple[tuple[Item, asyncio.Future[Result], float], Result]]) -> None:
    for (_, future, _), result in answered:
        if not future.done():
            future.set_result(result)


def _fail(batch: list[tuple[Item, asyncio.Future[Result], float]], error: BaseException) -> None:
    for _, future, _ in batch:
        if not future.done():
            future.set_exception(error)
            future.exception()  # retrieved: a waiter that left must not raise a warning


async def done_within(future: asyncio.Future[Result], timeout_s: float) -> None:
    """Returns when `future` is done, whatever with, or time is up. Whoever leaves does not take it along.

    What `asyncio.wait` does for one of them, at half its price.
    """
    if future.done():
        return
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake(_: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    timer = loop.call_later(timeout_s, wake)
    future.add_done_callback(wake)
    try:
        await waiter
    finally:
        timer.cancel()
        future.remove_done_callback(wake)
