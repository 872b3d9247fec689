"""Those who call, all the time, whatever happens; and what each of them was told."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass

from tests.integration.gateway.shapes import SHAPES, Shape, error_of, has_success_end, told
from tests.soak.world import World
from tests.support.upstream.raw import RawAnswer

CLIENTS = 24
PAUSE_S = 0.5
"""Between two calls of a client, on average."""
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a client was told. `how` is `whole`, the code of an error, or how else it ended; `complete`: taken for a success."""

    status: int
    how: str
    complete: bool


class Clients:
    """So many clients; `told` is by request id."""

    def __init__(self, world: World, seed: int) -> None:
        self.told: dict[str, Told] = {}
        self._world = world
        self._seed = seed
        self._stop = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """All of them begin."""
        self._running = [asyncio.create_task(self._live(number)) for number in range(CLIENTS)]

    async def stop(self) -> None:
        """Nobody begins a call any more; those under way are waited for. Raises what a client fell over."""
        self._stop.set()
        await asyncio.gather(*self._running)

    def counts(self) -> Counter[str]:
        """How often each ending was seen."""
        return Counter(each.how for each in self.told.values())

    async def _live(self, number: int) -> None:
        chance = random.Random(f"{self._seed}-{number}")
        turn = 0
        while not self._stop.is_set():
            turn += 1
            name = f"c{number}-{turn}"
            self.told[name] = await self._call(name, chance)
            await asyncio.sleep(chance.expovariate(1 / PAUSE_S))

    async def _call(self, name: str, chance: random.Random) -> Told:
        caller, shape = chance.choice(self._world.callers), chance.choice(SHAPES)
        # Some say themselves how they want to be answered; the others get what the provider is told to do to everybody.
        pace = {"chunk_delay_ms": chance.choice((20, 60)), "chunks": 30} if chance.random() < 0.4 else {}
        replica = self._world.first if chance.random() < 0.6 else self._world.second.process
        if replica is None:
            return Told(0, "no replica", complete=False)
        body = shape.body(caller, told(name, **pace))
        asking = replica.ask(caller, shape.path, body, headers={"x-request-id": name}, timeout_s=_TIMEOUT_S)
        task = asyncio.create_task(asking)
        self._world.open_calls.add(task)
        await asyncio.wait({task})
        self._world.open_calls.discard(task)
        if task.cancelled():
            return Told(0, "hung up", complete=False)
        error = task.exception()
        if isinstance(error, OSError):
            return Told(0, "no connection", complete=False)
        return judged(shape, task.result())


def judged(shape: Shape, answer: RawAnswer) -> Told:
    """What an answer says to a client that reads it well."""
    if answer.ending != "whole":
        return Told(answer.status, f"connection {answer.ending}", complete=False)
    if answer.status == 200 and (not shape.stream or has_success_end(answer)):
        return Told(200, "whole", complete=True)
    return Told(answer.status, str(error_of(answer)["code"]), complete=False)
