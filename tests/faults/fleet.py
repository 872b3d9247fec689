"""Replicas under constant calls, replaced one after the other as a rolling update does."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from tests.faults.test_way_down import Balancer, ended
from tests.integration.gateway.shapes import SHAPES
from tests.support.gateway import GatewayProcess
from tests.support.nursery import Fork
from tests.support.organization import Caller

DRAINS = {"AI_API_LISTEN__DRAIN_DELAY_S": "1"}
"""What replicas need, so that a load balancer has noticed before they turn anybody away."""
CLIENTS = 3
PAUSE_S = 0.2
GONE_S = 60.0

Starter = Callable[[], AbstractAsyncContextManager[Any]]
"""Starts one replica, a Fork or a GatewayProcess, ready."""


class Fleet:
    """Two replicas behind a balancer."""

    def __init__(self, balancer: Balancer, stack: AsyncExitStack) -> None:
        self._balancer = balancer
        self._stack = stack

    async def roll(self, start: Starter) -> None:
        """Replaces all of them; each new one is ready before an old one is told to go."""
        members: list[Any] = self._balancer.members
        for _ in range(2):
            old = members[0] if len(members) == 2 else None
            members.append(await self._stack.enter_async_context(start()))
            if old is not None:
                await asyncio.sleep(0.3)
                await _end(old)
                members.remove(old)


async def _end(member: Fork | GatewayProcess) -> None:
    if isinstance(member, Fork):
        member.send(signal.SIGTERM)
        await member.gone(GONE_S)
    else:
        member.child.send_signal(signal.SIGTERM)
        assert await ended(member, GONE_S) == 0


@asynccontextmanager
async def under_load(balancer: Balancer, caller: Caller) -> AsyncIterator[None]:
    """Clients call all the time, wherever readiness says yes."""
    stop = asyncio.Event()

    async def client(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            await balancer.call(f"c{number}-{turn}", caller, SHAPES[(number + turn) % 4], number + turn)
            await asyncio.sleep(PAUSE_S)

    watching = asyncio.create_task(balancer.watch())
    clients = [asyncio.create_task(client(number)) for number in range(CLIENTS)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*clients)
        watching.cancel()
