"""How holds are asked of Postgres: how long it may be silent, when asking again is safe, what a lost answer means."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

from ai_api.core.db import Hot, Patience
from ai_api.core.errors import StatementUndone, StoreSilent, StoreUnavailable
from ai_api.gateway import store_admission
from ai_api.gateway.patience import PATIENCE
from ai_api.gateway.store_admission import Answer, Row

ASKED_AGAIN_S = 0.05
"""Less time than this is left: asking once more is not worth it."""
UNDONE_PAUSE_S = 0.005

Said = TypeVar("Said")


class Taking:
    """Asks Postgres on behalf of one replica, and remembers when it was silent last (`silent_at`, monotonic seconds)."""

    def __init__(self, hot: Hot, replica_id: Callable[[], UUID]) -> None:
        self.silent_at = 0.0
        self._hot = hot
        self._replica_id = replica_id

    async def ask(self, statement: Callable[[Patience], Awaitable[Said]]) -> Said:
        """What Postgres says to a statement, which is told how long it may take.

        Asked again, while there is time, where Postgres says that nothing of it happened. Raises StoreUnavailable.
        """
        over = time.monotonic() + PATIENCE.away_after_s
        pause_s = UNDONE_PAUSE_S
        while True:
            try:
                return await statement(PATIENCE)
            except StatementUndone:
                if time.monotonic() + pause_s > over:
                    raise
            except StoreSilent:
                self.silent_at = time.monotonic()
                raise
            await asyncio.sleep(pause_s)
            pause_s *= 2

    async def take(self, rows: Sequence[Row]) -> dict[UUID, Answer]:
        """Takes the holds that fit, in one statement; an answer per call id. Raises StoreUnavailable."""
        began = time.monotonic()
        try:
            return await self.ask(
                lambda patience: store_admission.admit(self._hot, rows, self._replica_id(), patience=patience)
            )
        except StatementUndone:
            raise
        except StoreUnavailable:
            left_s = PATIENCE.away_after_s - (time.monotonic() - began)
            if left_s < ASKED_AGAIN_S:
                raise
            # The commit may have happened although its answer was lost: ask once before every call of the batch is refused.
            # What this misses (Postgres still away) the replica's own clearing of holds gives back.
            held = await store_admission.which_are_held(
                self._hot, [row.call_id for row in rows if row.holds], patience=Patience(left_s, left_s)
            )
            if not held:
                raise
            return {row.call_id: Answer("admitted" if row.call_id in held else "stale", {}) for row in rows}
