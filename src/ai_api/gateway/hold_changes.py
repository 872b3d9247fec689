"""Changes of holds, asked together: a thousand answers that grow take no more connections than one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import StoreUnavailable
from ai_api.gateway import store_extend
from ai_api.gateway.patience import PATIENCE
from ai_api.gateway.store_extend import Change, Changed
from ai_api.observability.histogram import BatchFigures

BATCH_MAX = 64
"""The statement compares what calls ask for with each other: one of 128 takes longer than three of 64."""
BATCHES_IN_FLIGHT_MAX = 1


class HoldChanges:
    """Changes holds in batches, on behalf of one replica."""

    def __init__(self, hot: Hot) -> None:
        self.figures = BatchFigures()
        self._hot = hot
        self._batches: GroupCommit[Change, Changed] = GroupCommit(
            self._commit, batch_max=BATCH_MAX, in_flight_max=BATCHES_IN_FLIGHT_MAX, told=self.figures.note
        )

    @property
    def waiting(self) -> int:
        """Changes that wait for a batch."""
        return self._batches.pending

    async def make(self, change: Change) -> Changed:
        """What became of one change, as if it had been asked alone. Raises StoreUnavailable."""
        return await self._batches.submit(change)

    async def _commit(self, changes: list[Change]) -> Sequence[Changed]:
        results: dict[int, Changed] = {}
        try:
            while len(results) < len(changes):
                # A call has one change at a time; the first of those that are left is decided in each round.
                together: dict[UUID, int] = {}
                for place, change in enumerate(changes):
                    if place not in results:
                        together.setdefault(change.call_id, place)
                found = await store_extend.change(
                    self._hot, [changes[place] for place in together.values()], patience=PATIENCE
                )
                results |= {place: found[call_id] for call_id, place in together.items() if found[call_id].is_decided}
        except StatementRefused as error:
            raise StoreUnavailable from error
        return [results[place] for place in range(len(changes))]
