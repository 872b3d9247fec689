"""What becomes of idempotency keys, on its way to the database: written by tasks of its own, for as long as that takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import StoreUnavailable
from ai_api.gateway import store_idempotency
from ai_api.gateway.idempotency_rules import Conclusion
from ai_api.gateway.store_idempotency import StoredAnswer
from ai_api.gateway.tell import CallLog

AT_ONCE_MAX = 2
TIMEOUT_S = 5.0
RETRY_FIRST_S, RETRY_MAX_S = 0.05, 1.0


@dataclass(frozen=True, slots=True)
class Concluded:
    """What becomes of a key. `owner` is its credential, its hash and the call that claimed it; `answer`: when it is kept."""

    owner: tuple[UUID, bytes, UUID]
    what: Conclusion
    answer: StoredAnswer | None


class Conclusions:
    """Writes them down, whether or not anybody waits. `pending` are those not yet written."""

    def __init__(self, hot: Hot, log: CallLog) -> None:
        self.pending = 0
        self._hot = hot
        self._log = log
        self._queue: GroupCommit[Concluded, None] = GroupCommit(
            self._write_batch, batch_max=1, in_flight_max=AT_ONCE_MAX
        )

    def submit(self, concluded: Concluded) -> asyncio.Future[None]:
        """Done once it is written, or cannot be."""
        self.pending += 1
        return self._queue.submit(concluded)

    async def drain(self, within_s: float) -> int:
        """Returns when every conclusion is written, or time is up: how many are left, whose keys stay taken for a while."""
        try:
            async with asyncio.timeout(within_s):
                await self._queue.drain()
        except TimeoutError:
            left = self.pending
            self._queue.abandon()
            return left
        return 0

    async def _write_batch(self, batch: list[Concluded]) -> Sequence[None]:
        for concluded in batch:
            try:
                await self._write(concluded)
            finally:
                self.pending -= 1
        return [None] * len(batch)

    async def _write(self, concluded: Concluded) -> None:
        wait = RETRY_FIRST_S
        while True:
            try:
                await self._write_once(concluded)
            except StoreUnavailable:
                await asyncio.sleep(wait)
                wait = min(wait * 2, RETRY_MAX_S)
            except StatementRefused as error:
                # Trying again cannot help. The key stays taken while this process lives; then its call's record decides.
                reason = f"{error.sqlstate} {error.reason}"
                self._log.error("idempotency_key_not_concluded", call_id=str(concluded.owner[2]), reason=reason)
                return
            else:
                return

    async def _write_once(self, concluded: Concluded) -> None:
        if concluded.answer is not None:
            await store_idempotency.keep(self._hot, *concluded.owner, concluded.answer, timeout_s=TIMEOUT_S)
        elif concluded.what == "released":
            await store_idempotency.release(self._hot, *concluded.owner, timeout_s=TIMEOUT_S)
        else:
            await store_idempotency.mark_not_replayable(self._hot, *concluded.owner, timeout_s=TIMEOUT_S)
