"""The line to Postgres, which can be cut before a statement arrives, or before its answer does."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

import asyncpg

from ai_api.core.db import Hot
from ai_api.core.errors import StoreUnavailable
from ai_api.gateway import store_admission, store_extend, store_settlement

Cut = Literal[
    "admit not asked", "admit not answered", "which not answered", "slow not answered", "settle not answered",
    "correct not answered", "change not asked", "change not answered",
]  # fmt: skip

_ASKED: dict[str, Cut] = {store_admission._ADMIT: "admit not asked", store_extend._CHANGE: "change not asked"}
_ANSWERED: dict[str, Cut] = {
    store_admission._ADMIT: "admit not answered",
    store_settlement._SETTLE: "settle not answered",
    store_settlement._CORRECT: "correct not answered",
    store_extend._CHANGE: "change not answered",
}
_WHICH = "SELECT call_id FROM holds WHERE call_id = ANY"


class CutLine(Hot):
    """A real pool whose answers can be lost, each so often as `cuts` says. Two connections, opened once."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn, size=2, by_key=True)
        self.cuts: Counter[Cut] = Counter()
        self.changes: list[Sequence[Any]] = []
        """What was answered to each question for changes of holds."""

    async def _fetch(self, statement: str, arguments: Sequence[object], timeout_s: float | None) -> Sequence[Any]:
        self._cut(_ASKED.get(statement))
        rows = await super()._fetch(statement, arguments, timeout_s)
        if statement == store_extend._CHANGE:
            self.changes.append(rows)
        self._cut(_ANSWERED.get(statement))
        if statement.startswith(_WHICH):
            self._cut("which not answered")
        return rows

    def break_off(self) -> list[int]:
        """Every connection ends at once, whatever is on its way. Gives the processes that Postgres has for them."""
        pool = self._pool
        if pool is None:
            return []
        open_ = [holder._con for holder in pool._holders if holder._con is not None and not holder._con.is_closed()]
        found = [connection.get_server_pid() for connection in open_]
        pool.terminate()
        return found

    @asynccontextmanager
    async def transaction(self, *, timeout_s: float = 5.0) -> AsyncIterator[asyncpg.Connection]:
        async with super().transaction(timeout_s=timeout_s) as connection:
            yield connection
        self._cut("slow not answered")

    def _cut(self, cut: Cut | None) -> None:
        if cut is not None and self.cuts[cut]:
            self.cuts[cut] -= 1
            raise StoreUnavailable
