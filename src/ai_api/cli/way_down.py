"""The way down: what a process does between the first signal and its end.

    not ready, calls still taken for `drain_delay_s` → the listener closes → open calls finish within `grace_s`, and shortly
    before its end those that have not are told to → what is not written down yet is → the end

A second signal leaves out all waiting but that for records; a third one leaves at once, as SIGKILL would.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import uvicorn

from ai_api.app import Application
from ai_api.settings import Listen

TOLD_BEFORE_S = 2.0
"""So long before the end of the grace open calls are told to end. Of a shorter grace it is half."""
CUT_AFTER_S = 3.0
"""So long after that, whoever does not take the end of an answer is cut off. An end waits two seconds for its record."""
HURRY_S = 5.0
"""After a second signal, what runs beside the calls has so long to end by itself."""
_LOOK_EVERY_S = 0.05


def leave_at_once() -> NoReturn:
    """Ends the process here and now: cancelled tasks are not waited for, who may be waiting for a frozen database."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        # What is unsettled is held, and the next sweep makes records of it.
        os._exit(130)


def leave_by_the_door() -> NoReturn:
    """Ends the process, once what it was started with has been ended: for one that has programs of its own running."""
    raise SystemExit(130)


class Asked:
    """What signals have asked of this process: `to_stop`, and `again`, impatiently. The third one is `leave`."""

    def __init__(self, leave: Callable[[], NoReturn] = leave_at_once) -> None:
        self.to_stop = asyncio.Event()
        self.again = asyncio.Event()
        self._leave = leave

    def listen(self) -> None:
        """Hears SIGTERM and SIGINT from now on, in the running loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._hear)

    def _hear(self) -> None:
        if not self.to_stop.is_set():
            self.to_stop.set()
        elif not self.again.is_set():
            self.again.set()
        else:
            self._leave()


async def drain(application: Application, listen: Listen, asked: Asked) -> None:
    """Makes the process not ready, and still takes calls until load balancers have noticed."""
    application.draining = True
    if asked.to_stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asked.again.wait(), listen.drain_delay_s)


async def close(
    application: Application, server: uvicorn.Server, serving: asyncio.Task[None], listen: Listen, asked: Asked
) -> None:
    """Takes no more calls, and returns when the open ones have ended, by themselves or because they were told to."""
    server.should_exit = True
    patience_s = max(listen.grace_s - TOLD_BEFORE_S, listen.grace_s / 2)
    if await _empty(application, serving, patience_s, asked.again):
        return
    application.end_calls()
    if await _empty(application, serving, CUT_AFTER_S):
        return
    for connection in list(server.server_state.connections):
        # Clients that read nothing, or never end what they send. The records of their calls are on their way.
        connection.transport.abort()


async def finish(tasks: Iterable[asyncio.Task[Any]], again: asyncio.Event) -> None:
    """Returns when these have ended; a second signal gives them HURRY_S. What they raise is theirs to be asked for."""
    left = set(tasks)
    if not left:
        return
    hurried = asyncio.create_task(again.wait())
    while left and not hurried.done():
        await asyncio.wait({hurried, *left}, return_when=asyncio.FIRST_COMPLETED)
        left = {task for task in left if not task.done()}
    hurried.cancel()
    if left:
        _, left = await asyncio.wait(left, timeout=HURRY_S)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _empty(
    application: Application, serving: asyncio.Task[None], within_s: float, unless: asyncio.Event | None = None
) -> bool:
    """Whether no connection is open any more, in time and before anybody gets impatient."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + within_s
    while not application.settling and not serving.done():
        if loop.time() > end_s or (unless is not None and unless.is_set()):
            return False
        await asyncio.sleep(_LOOK_EVERY_S)
    return True
