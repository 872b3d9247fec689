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
from ai_api.core.lines import Turns
from ai_api.gateway import store_settlement
from ai_api.observability.histogram import BatchFigures
from ai_api.wire.json_body import encode

BATCH_MAX = 500
BATCHES_IN_FLIGHT_MAX = 3
OTHERS_CONNECTIONS = 5
"""Connections of the pool that admission needs beside settlements."""
BESIDE_AFTER_S = 0.025
SHARE = 32
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
        self.figures = BatchFigures()
        self._hot = hot
        self._alarm = alarm
        self._pending: dict[UUID, Settling] = {}
        self._pending_bytes = 0
        in_flight_max = max(2, min(BATCHES_IN_FLIGHT_MAX, hot.size - OTHERS_CONNECTIONS))
        self._batches: GroupCommit[Settling, None] = GroupCommit(
            self._commit,
            batch_max=BATCH_MAX,
            in_flight_max=in_flight_max,
            line=_turns(in_flight_max),
            told=self.figures.note,
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
    def waiting(self) -> int:
        """Those of them that wait for a batch."""
        return self._batches.pending

    @property
    def braking(self) -> bool:
        """Whether so much waits to be settled that new calls must wait: what is not written down must not grow."""
        if len(self._pending) > PENDING_MAX or self._pending_bytes > PENDING_BYTES_MAX:
            return True
        oldest = next(iter(self._pending.values()), None)
        return oldest is not None and time.monotonic() - oldest.since > OLDEST_MAX_S

    async def drain(self, within_s: float) -> int:
        """Returns when everything submitted is settled, or time is up: how many are left, whose holds stay for the sweep."""
        try:
            async with asyncio.timeout(within_s):
                await self._batches.drain()
        except TimeoutError:
            self._batches.abandon()
        return len(self._pending)

    async def _commit(self, items: list[Settling]) -> list[None]:
        wait = RETRY_FIRST_S
        # Nothing is lost by trying again, everything by giving up.
        while not await self._settled(items):
            await asyncio.sleep(wait)
            wait = min(wait * 2, RETRY_MAX_S)
        for item in items:
            if self._pending.pop(item.call_id, None) is not None:
                self._pending_bytes -= len(item.json)
        return [None] * len(items)

    async def _settled(self, items: list[Settling]) -> bool:
        """One try; whether it came to its end."""
        try:
            await self._settle(items)
        except StoreUnavailable:
            # Away, deadlocked, out of something: that passes.
            return False
        except StatementRefused as error:
            # Not the data: the statement and the schema do not fit. Somebody has to look, and until then it is kept.
            self._alarm("settlement_refused", items[0].call_id, f"{error.sqlstate} {error.reason}")
            return False
        except Exception as error:  # noqa: BLE001
            # A boundary: whatever defect this is, what was used is still owed. Somebody has to look here, too.
            self._alarm("settlement_failed", items[0].call_id, type(error).__name__)
            return False
        return True

    async def _settle(self, items: list[Settling]) -> None:
        try:
            written = await store_settlement.settle(self._hot, _joined(items), timeout_s=SETTLE_TIMEOUT_S)
            rest = [item for item in items if item.call_id not in written]
            if rest:
                await self._settle_rest(rest)
        except StatementRefused as error:
            if not error.is_the_data:
                raise
            await self._isolate(items, error)

    async def _isolate(self, items: list[Settling], error: StatementRefused) -> None:
        if len(items) > 1:
            half = len(items) // 2
            await self._settle(items[:half])
            await self._settle(items[half:])
            return
        item = items[0]
        try:
            await self._park(item, item.json, error)
        except StatementRefused as again:
            if not again.is_the_data:
                raise
            # Not even JSON that Postgres takes: what is owed and by whom is kept, the texts are not. Trying for ever would
            # stop every other call.
            owed = {
                name: value for name, value in item.record.items() if not isinstance(value, str) and name != "details"
            }
            await self._park(item, encode(owed), error)
        self._alarm("unsettled", item.call_id, f"{error.sqlstate} {error.reason}")

    async def _park(self, item: Settling, record_json: bytes, error: StatementRefused) -> None:
        await store_settlement.park(
            self._hot, item.call_id, record_json.decode(), sqlstate=error.sqlstate, reason=error.reason
        )

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


def _turns(in_flight_max: int) -> Turns[tuple[Settling, asyncio.Future[None], float]]:
    # As in admission: a member whose account is locked, or who ends thousands of calls at once, keeps nobody else's receipt.
    return Turns(
        lambda waiting: waiting[0].record["member_id"],
        share=SHARE,
        of_a_kind_max=in_flight_max - 1,
        beside_after_s=BESIDE_AFTER_S,
    )
