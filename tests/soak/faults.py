"""What goes wrong in a soak: one thing a minute, all of them in turn in an order drawn anew each time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator

from tests.soak.world import World

FOR_S = 5.0
"""How long what does not end by itself goes on."""
FROZEN_S = 3.0


async def _upstream_cut(world: World) -> None:
    await _upstream(world, {"cut_at": 3})


async def _upstream_silent(world: World) -> None:
    await _upstream(world, {"hang_at": "headers"})


async def _upstream_silent_in_the_middle(world: World) -> None:
    await _upstream(world, {"hang_at": 3})


async def _upstream_refuses(world: World) -> None:
    await _upstream(world, {"status": 503})


async def _upstream(world: World, behaviour: dict[str, object]) -> None:
    await world.behave(behaviour)
    await asyncio.sleep(FOR_S)
    await world.behave(None)


async def _postgres_restarted(world: World) -> None:
    await asyncio.to_thread(world.postgres.restart)


async def _postgres_killed(world: World) -> None:
    await asyncio.to_thread(world.postgres.kill)
    await asyncio.to_thread(world.postgres.start)


async def _postgres_frozen(world: World) -> None:
    await asyncio.to_thread(world.postgres.pause)
    await asyncio.sleep(FROZEN_S)
    await asyncio.to_thread(world.postgres.resume)


async def _clients_hang_up(world: World) -> None:
    for task in list(world.open_calls):
        task.cancel()


async def _members_paused(world: World) -> None:
    some = world.callers[: len(world.callers) // 2]
    await world.move_allocations(some, "pause")
    await asyncio.sleep(FOR_S)
    await world.move_allocations(some, "resume")


async def _replica_restarted(world: World) -> None:
    await world.second.stop()
    await world.second.start()


async def _replica_killed(world: World) -> None:
    await world.second.kill()
    await world.second.start()


FAULTS: dict[str, Callable[[World], Awaitable[None]]] = {
    "the provider cuts answers": _upstream_cut,
    "the provider is silent": _upstream_silent,
    "the provider is silent in the middle": _upstream_silent_in_the_middle,
    "the provider answers 503": _upstream_refuses,
    "Postgres is restarted": _postgres_restarted,
    "Postgres is killed": _postgres_killed,
    "Postgres is frozen for 3 s": _postgres_frozen,
    "all clients hang up": _clients_hang_up,
    "half of the members are paused for 5 s": _members_paused,
    "the second replica is restarted": _replica_restarted,
    "the second replica is killed": _replica_killed,
}


def in_turn(seed: int) -> Iterator[str]:
    """Names of faults without end: each once, in any order, then each once again."""
    chance = random.Random(seed)
    while True:
        names = list(FAULTS)
        chance.shuffle(names)
        yield from names
