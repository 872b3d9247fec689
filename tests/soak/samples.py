"""Looking at what must not grow, every few seconds."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import asyncpg
import httpx
import psutil

from tests.load.figures import after_warm_up, median, slope
from tests.soak.world import World

EVERY_S = 2.0
WARM_UP_SHARE = 0.25
POINTS_MIN = 5
"""Fewer minutes than this after the warm-up say nothing about a slope."""
RISE_SHARE_MAX = 0.05

_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1"
_OPEN = "ai_gateway_requests_in_progress "


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that is looked at. So much rise over the run is not growth, or 5 % where that is more."""

    name: str
    unit: str
    rise_max: float


RSS = Quantity("memory of the first replica", "MB", 5.0)
DESCRIPTORS = Quantity("its open descriptors", "", 5.0)
THREADS = Quantity("its threads", "", 2.0)
CONNECTIONS = Quantity("connections to Postgres, all processes", "", 4.0)
OPEN = Quantity("calls open at the first replica", "", 5.0)
HELD = Quantity("calls open at the provider", "", 8.0)
QUANTITIES = (RSS, DESCRIPTORS, THREADS, CONNECTIONS, OPEN, HELD)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one quantity: medians of minutes, without the warm-up. `flat` is None where the run was too short to say."""

    quantity: Quantity
    first: float
    last: float
    rise: float
    allowed: float
    flat: bool | None


@dataclass(slots=True)
class Samples:
    """Values by quantity and minute. Only what was seen while no fault was near is kept."""

    calm: dict[Quantity, dict[int, list[float]]] = field(default_factory=dict)
    looks: int = 0

    def keep(self, minute: int, seen: dict[Quantity, float]) -> None:
        """One look."""
        self.looks += 1
        for quantity, value in seen.items():
            self.calm.setdefault(quantity, {}).setdefault(minute, []).append(value)

    def verdicts(self) -> list[Verdict]:
        """One for each quantity that was seen."""
        return [judged(quantity, minutes) for quantity, minutes in self.calm.items()]


def judged(quantity: Quantity, minutes: dict[int, list[float]]) -> Verdict:
    """Whether it rose: the slope of the medians of minutes after the warm-up, times how long that is. Pure."""
    points = [(float(minute), median(values)) for minute, values in sorted(minutes.items())]
    kept = after_warm_up(points, WARM_UP_SHARE)
    rise = slope(kept) * (kept[-1][0] - kept[0][0])
    allowed = max(quantity.rise_max, RISE_SHARE_MAX * median(value for _, value in kept))
    flat = rise <= allowed if len(kept) >= POINTS_MIN else None
    return Verdict(quantity, kept[0][1], kept[-1][1], rise, allowed, flat)


class Looker:
    """Takes a sample every few seconds, until it is stopped. `calm_minute` says which minute it is, or None near a fault."""

    def __init__(self, world: World) -> None:
        self.samples = Samples()
        self.calm_minute: int | None = None
        self.missed = 0
        self._world = world
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to look."""
        self._running = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Raises what it fell over."""
        assert self._running is not None
        self._running.cancel()
        await asyncio.wait({self._running})
        if not self._running.cancelled():
            self._running.result()

    async def _look(self) -> None:
        while True:
            began = time.monotonic()
            if (minute := self.calm_minute) is not None:
                try:
                    self.samples.keep(minute, await self._seen())
                except (OSError, asyncpg.PostgresError, httpx.TransportError):
                    # The next fault began meanwhile, or the machine is busy: another look comes soon.
                    self.missed += 1
            await asyncio.sleep(max(0.0, began + EVERY_S - time.monotonic()))

    async def _seen(self) -> dict[Quantity, float]:
        process = psutil.Process(self._world.first.child.pid)
        async with httpx.AsyncClient() as http:
            text = (await http.get(f"{self._world.first.ops_url}/metrics")).text
        in_progress = next(float(line.split()[1]) for line in text.splitlines() if line.startswith(_OPEN))
        return {
            RSS: process.memory_info().rss / 1e6,
            DESCRIPTORS: process.num_fds(),
            THREADS: process.num_threads(),
            CONNECTIONS: await self._connections(),
            OPEN: in_progress,
            HELD: (await self._world.provider_counters())["open"],
        }

    async def _connections(self) -> float:
        connection = await asyncpg.connect(self._world.postgres.admin_dsn, timeout=5, command_timeout=5)
        try:
            return float(await connection.fetchval(_CONNECTIONS, urlsplit(self._world.postgres.dsn).username))
        finally:
            await connection.close()
