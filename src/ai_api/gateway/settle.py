"""Settlement: the record is written, the hold given back, what was used booked. In tasks of its own, never in a request's.

A settlement that Postgres does not answer goes on trying: the hold is the intent, and writing it twice writes it once. A
record that Postgres refuses is isolated, kept aside with its reason, and alarmed; the others commit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import StoreUnavailable
from ai_api.gateway import store_settlement
from ai_api.wire.json_body import encode

BATCH_MAX = 500
BATCHES_IN_FLIGHT_MAX = 2
SETTLE_TIMEOUT_S = 5.0
RETRY_FIRST_S, RETRY_MAX_S = 0.05, 1.0
PENDING_MAX = 2_000
PENDING_BYTES_MAX = 16 * 1024 * 1024
OLDEST_MAX_S = 10.0


@dataclass(slots=True)
class Settling:
    """One settlement on its way."""

    call_id: UUID
    json: bytes
    since: float
    record: Mapping[str, Any]


class Settlement:
    """Settles calls in batches. `alarm(what, call_id, reason)` hears of records that Postgres refused."""

    def __init__(self, hot: Hot, alarm: Callable[[str, UUID, str], None]) -> None:
        self._hot = hot
        self._alarm = alarm
        self._pending: dict[UUID, Settling] = {}
        self._pending_bytes = 0
        self._batches: GroupCommit[Settling, None] = GroupCommit(
            self._commit, batch_max=BATCH_MAX, in_flight_max=BATCHES_IN_FLIGHT_MAX
        )

    def submit(self, record: Mapping[str, Any]) -> asyncio.Future[None]:
        """Settles a record made by `gateway.record`; the future is done when it is committed (or kept aside)."""
        item = Settling(record["call_id"], encode(record), time.monotonic(), record)
        self._pending[item.call_id] = item
        self._pending_bytes += len(item.json)
        return self._batches.submit(item)

    def __contains__(self, call_id: UUID) -> bool:
        return call_id in self._pending

    @property
    def pending(self) -> int:
        """Settlements not yet committed."""
        return len(self._pending)

    @property
    def braking(self) -> bool:
        """Whether so much waits to be settled that new calls must wait: what is not written down must not grow."""
        if len(self._pending) > PENDING_MAX or self._pending_bytes > PENDING_BYTES_MAX:
            return True
        oldest = next(iter(self._pending.values()), None)
        return oldest is not None and time.monotonic() - oldest.since > OLDEST_MAX_S

    async def drain(self) -> None:
        """Returns when everything submitted is settled."""
        await self._batches.drain()

    async def _commit(self, items: list[Settling]) -> list[None]:
        wait = RETRY_FIRST_S
        while True:
            try:
                await self._settle(items)
                break
            except (StoreUnavailable, StatementRefused):
                # Away, deadlocked, out of something: nothing is lost by trying again, everything by giving up.
                await asyncio.sleep(wait)
                wait = min(wait * 2, RETRY_MAX_S)
        for item in items:
            if self._pending.pop(item.call_id, None) is not None:
                self._pending_bytes -= len(item.json)
        return [None] * len(items)

    async def _settle(self, items: list[Settling]) -> None:
        try:
            written = await store_settlement.settle(self._hot, _joined(items), timeout_s=SETTLE_TIMEOUT_S)
        except StatementRefused as error:
            if not error.is_the_data:
                raise
            await self._isolate(items, error)
            return
        rest = [item for item in items if item.call_id not in written]
        if rest:
            await self._settle_rest(rest)

    async def _isolate(self, items: list[Settling], error: StatementRefused) -> None:
        if len(items) > 1:
            half = len(items) // 2
            await self._settle(items[:half])
            await self._settle(items[half:])
            return
        item = items[0]
        await store_settlement.park(
            self._hot, item.call_id, item.json.decode(), sqlstate=error.sqlstate, reason=error.reason
        )
        self._alarm("unsettled", item.call_id, f"{error.sqlstate} {error.reason}")

    async def _settle_rest(self, items: list[Settling]) -> None:
        # Not freshly written: written before (a lost answer), swept meanwhile, or the database lost the hold.
        known = await store_settlement.known(self._hot, [item.call_id for item in items], timeout_s=SETTLE_TIMEOUT_S)
        swept = [item for item in items if known.get(item.call_id) is True]
        if swept:
            await store_settlement.correct(self._hot, _joined(swept), timeout_s=SETTLE_TIMEOUT_S)
        for item in items:
            if item.call_id not in known:
                without_hold = encode([{**item.record, "holdless": True}]).decode()
                await store_settlement.settle(self._hot, without_hold, timeout_s=SETTLE_TIMEOUT_S)


def _joined(items: list[Settling]) -> str:
    return (b"[" + b",".join(item.json for item in items) + b"]").decode()
