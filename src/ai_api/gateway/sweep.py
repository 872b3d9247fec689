"""The sweep: what a dead replica held becomes records, marked `swept`, and goes back.

A replica is dead when its beat counter was read unchanged six times over thirty seconds of the sweeper's own clock, on
connections that answered each time: an outage of the database sweeps nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ai_api.core.db import Hot
from ai_api.core.errors import StoreUnavailable
from ai_api.core.ids import first_id_of
from ai_api.gateway import record, store_watch
from ai_api.gateway.settle import Settlement
from ai_api.gateway.world import Worlds
from ai_api.wire.operations import writes_tokens

READINGS_MIN = 6
BATCH_MAX = 200
SWEPT_AGAIN_S = 60
TYPICAL_OVER = timedelta(days=30)


@dataclass(slots=True)
class _Reading:
    beat: int
    times: int
    since: float


class Sweep:
    """Looks every few seconds; `silent_s` is how long a counter must stand still."""

    def __init__(
        self,
        hot: Hot,
        worlds: Worlds,
        settlement: Settlement,
        monotonic: Callable[[], float],
        *,
        silent_s: float = 30.0,
    ) -> None:
        self._hot = hot
        self._worlds = worlds
        self._settlement = settlement
        self._monotonic = monotonic
        self._silent_s = silent_s
        self._readings: dict[UUID, _Reading] = {}

    async def look(self) -> int:
        """One look: reads all counters, sweeps what is dead; gives how many holds became records."""
        try:
            beats = await store_watch.beats(self._hot)
        except StoreUnavailable:
            # The connection broke: nobody's silence counts over a gap in which nobody could be heard.
            self._readings.clear()
            raise
        for replica_id in self._silent(beats):
            await store_watch.mark_swept(self._hot, replica_id, beats[replica_id])
        return await self._sweep(await store_watch.lately_swept(self._hot, within_s=SWEPT_AGAIN_S))

    def _silent(self, beats: Mapping[UUID, int]) -> list[UUID]:
        now = self._monotonic()
        self._readings = {key: reading for key, reading in self._readings.items() if key in beats}
        for replica_id, beat in beats.items():
            reading = self._readings.get(replica_id)
            if reading is None or reading.beat != beat:
                self._readings[replica_id] = _Reading(beat, 1, now)
            else:
                reading.times += 1
        return [
            replica_id
            for replica_id, reading in self._readings.items()
            if reading.times >= READINGS_MIN and now - reading.since >= self._silent_s
        ]

    async def _sweep(self, replica_ids: list[UUID]) -> int:
        swept = 0
        while replica_ids:
            held = await store_watch.holds_of(self._hot, replica_ids, limit=BATCH_MAX)
            if not held:
                break
            # For the prices of calls that may be younger than what was read before.
            await self._worlds.reload()
            futures = [self._settlement.submit(await self._record(each)) for each in held]
            for future in futures:
                await future
            swept += len(held)
        return swept

    async def _record(self, held: Mapping[str, Any]) -> dict[str, Any]:
        stored, progress = held["record"], held["progress"]
        now = datetime.now(UTC)
        likely = None
        if progress is None and stored["allocation_id"] is not None and writes_tokens(stored["operation"]):
            since = first_id_of(now - TYPICAL_OVER)
            likely = await store_watch.typical_output(self._hot, UUID(stored["allocation_id"]), since)
        versions = self._worlds.current.prices.get(UUID(stored["model_id"]), ()) if stored["model_id"] else ()
        price = next((each for each in versions if str(each.id) == stored["price_version_id"]), None)
        return record.swept(stored, progress=progress, likely_output=likely, price=price, finished_at=now)
