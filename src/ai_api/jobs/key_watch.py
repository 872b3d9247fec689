"""Which encryption keys a process has: what others may seal with, and whether it can open what is there."""

from __future__ import annotations

import asyncio
import contextlib
import platform

from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import StoreUnavailable
from ai_api.core.ids import uuid7
from ai_api.core.seal import KeyRing, SealError
from ai_api.jobs import store_sealed
from ai_api.jobs.runner import JobLog
from ai_api.jobs.sealed_rows import PLACES, Place

EVERY_S = 5.0
LOOK_TIMEOUT_S = 2.0
"""For one table. What takes longer is left to `ai-api doctor`: calls do not wait for a table of gigabytes."""
ANNOUNCE_TIMEOUT_S = 2.0


class KeyWatch:
    """One process and its ring. `fault` says why it may not serve, as of the last look."""

    def __init__(self, hot: Hot, ring: KeyRing, log: JobLog) -> None:
        self._hot = hot
        self._ring = ring
        self._log = log
        self._process_id = uuid7()
        self.fault: str | None = None

    async def look(self) -> bool:
        """Whether the ring has every key that rows need. Raises StoreUnavailable."""
        missing = await missing_keys(self._hot, self._ring, self._log)
        fault = "encryption_key_missing" if missing else None
        if fault is not None and fault != self.fault:
            self._log.error(fault, needed_by=missing)
        self.fault = fault
        return fault is None

    async def go_on(self) -> None:
        """Says every few seconds, for ever, which keys this process has."""
        while True:
            with contextlib.suppress(StoreUnavailable, StatementRefused):
                await self.announce()
            await asyncio.sleep(EVERY_S)

    async def announce(self) -> None:
        """Says it once. Raises StoreUnavailable, StatementRefused."""
        await store_sealed.announce(
            self._hot, self._process_id, platform.node(), self._ring.ids, timeout_s=ANNOUNCE_TIMEOUT_S
        )

    async def leave(self) -> None:
        """Takes it back, at the end; where the database is away, it is forgotten half a minute later."""
        with contextlib.suppress(StoreUnavailable, StatementRefused):
            await store_sealed.leave(self._hot, self._process_id, timeout_s=ANNOUNCE_TIMEOUT_S)


async def missing_keys(
    hot: Hot, ring: KeyRing, log: JobLog, *, within_s: float | None = LOOK_TIMEOUT_S
) -> dict[str, list[str]]:
    """The ids of keys that rows need and the ring has not, by what needs them, in words. Raises StoreUnavailable.

    A key of the ring that opens none of a few rows sealed under its id is another key of that name: it is missing too. A table
    that cannot be looked through `within_s` seconds is named in the log; without a bound, all of each is looked through.
    """
    missing: dict[str, list[str]] = {}
    for place in PLACES:
        try:
            key_ids = await _missing_of(hot, ring, place, within_s)
        except StoreUnavailable:
            if not place.is_large or within_s is None:
                raise
            log.error("encryption_keys_not_looked_at", table=place.table)  # noqa: TRY400  -- a protocol, not logging
            continue
        if key_ids:
            missing[place.words] = key_ids
    return missing


async def _missing_of(hot: Hot, ring: KeyRing, place: Place, within_s: float | None) -> list[str]:
    missing = await store_sealed.keys_needed_but(hot, place, ring.ids, timeout_s=within_s)
    for key_id in ring.ids:
        rows = await store_sealed.some_of(hot, place, key_id, timeout_s=within_s)
        if rows and not any(_opens(ring, place, row) for row in rows):
            missing.append(f"another {key_id}")
    return missing


def _opens(ring: KeyRing, place: Place, row: store_sealed.Row) -> bool:
    try:
        ring.open_bytes(row.sealed, place.row_id(row.columns))
    except SealError:
        return False
    return True
