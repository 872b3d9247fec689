"""What an open stream costs in memory: many slow ones at once, in a process that has seen few before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.load.answers import PLAIN, STREAM, Question
from tests.load.forms import CHUNKS
from tests.load.machine import quiet, rss_mb
from tests.load.measure import Meter
from tests.load.plan import Plan, Say
from tests.load.stand import NOWHERE, Server, Stand
from tests.support.gateway import gateway_process

OPENED_PER_S = 150.0
SETTLED_S = 3.0
WARM_STREAMS = 8
_SPARE_S = 30.0


@dataclass(frozen=True, slots=True)
class OpenStreams:
    """Resident memory of the worker before, and with `count` streams open; and with a second such wave, which shows what is
    used again."""

    count: int
    before_mb: float
    first_mb: float
    second_mb: float

    @property
    def kb_each(self) -> float:
        """What one of them costs, in thousands of bytes."""
        return (self.first_mb - self.before_mb) * 1000 / self.count


async def measure(stand: Stand, meter: Meter, plan: Plan, say: Say) -> OpenStreams:
    """Opens the streams and lets them end by themselves, twice. Raises WrongAnswer, TimeoutError."""
    async with fresh_gateway(stand) as name:
        slow = _lasting(plan.streams / OPENED_PER_S + 2 * SETTLED_S)
        await meter.meet(PLAIN, name)
        await meter.look([STREAM] * WARM_STREAMS, [name])
        await meter.look([slow], [name])
        pid = stand.servers[name].pid
        await quiet(pid)
        before = rss_mb(pid)
        waves = [await _wave(meter, slow, name, pid, plan.streams) for _ in range(2)]
    found = OpenStreams(plan.streams, before, *waves)
    say(
        f"   {found.count:,} streams open: {found.kb_each:.1f} KB each ({before:.0f}, {waves[0]:.0f}, {waves[1]:.0f} MB)"
    )
    return found


@asynccontextmanager
async def fresh_gateway(stand: Stand, **environment: str) -> AsyncIterator[str]:
    """One more gateway on the server's core and the same database, which has just started. Gives its name at the stand."""
    with stand.cores.on(stand.cores.server):
        stack = AsyncExitStack()
        starting = gateway_process(stand.postgres.dsn, log=NOWHERE, AI_API_LOG_LEVEL="INFO", **environment)
        process = await stack.enter_async_context(starting)
    async with stack:
        await quiet(process.child.pid)
        with stand.also("fresh", Server.of_gateway(process, stand.callers, stand.postgres.dsn)):
            yield "fresh"


def _lasting(seconds: float) -> Question:
    """A stream that takes at least so long, and some time to spare."""
    delay_ms = int(1000 * (seconds + SETTLED_S) / CHUNKS)
    return Question(f"stream of {CHUNKS} chunks, one every {delay_ms} ms", stream=True, chunk_delay_ms=delay_ms)


async def _wave(meter: Meter, slow: Question, name: str, pid: int, streams: int) -> float:
    load = meter.load(slow, name)
    try:
        await load.open(streams, per_s=OPENED_PER_S)
        await asyncio.sleep(SETTLED_S)
        open_mb = rss_mb(pid)
        assert load.tally.answered == 0, "a stream ended before all of them were open"
        tally = await load.rest(slow.chunk_delay_ms * CHUNKS / 1000 + _SPARE_S)
    finally:
        load.close()
    meter.count(name, tally.answered)
    return open_mb
