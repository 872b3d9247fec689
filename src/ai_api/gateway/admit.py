"""Admission: the hold is taken and the copies are proven, in one statement for all calls of a batch.

Fast path: every account of the batch has room for all of it. What does not fit, or touches an account that does not exist
yet, is decided call by call, in order of arrival, under locked accounts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import StoreUnavailable
from ai_api.gateway import store_admission
from ai_api.gateway.store_admission import Answer, Row
from ai_api.quotas.rules import AccountKey, Demand, Denied, Granted, decide_in_order

BATCH_MAX = 500
BATCHES_IN_FLIGHT_MAX = 2
ADMIT_TIMEOUT_S = 2.0
AWAY_AFTER_S = 0.45
"""How long new calls wait for Postgres before they are told that it is away."""
ASKED_AGAIN_S = 0.05
"""Less time than this is left: asking once more is not worth it."""

Verdict = Granted | Denied | Literal["stale", "proven"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One call that asks to be admitted; `demand` is None where only the copy is proven. `row_for` gives the row to store."""

    row_for: Callable[[int], Row]
    demand: Demand | None

    @property
    def row(self) -> Row:
        """The row for the whole demand."""
        return self.row_for(self.demand.output_tokens if self.demand else 0)


class Admission:
    """Admits calls in batches, on behalf of one replica."""

    def __init__(self, hot: Hot, replica_id: Callable[[], UUID]) -> None:
        self._hot = hot
        self._replica_id = replica_id
        self._batches: GroupCommit[tuple[Candidate, float], Verdict] = GroupCommit(
            self._commit, batch_max=BATCH_MAX, in_flight_max=BATCHES_IN_FLIGHT_MAX
        )
        self._silent_at = 0.0

    async def admit(self, candidate: Candidate) -> Verdict:
        """The verdict on one call. Raises StoreUnavailable."""
        return await self._batches.submit((candidate, time.monotonic()))

    async def drain(self) -> None:
        """Returns when no batch is on its way."""
        await self._batches.drain()

    async def _commit(self, asked: list[tuple[Candidate, float]]) -> Sequence[Verdict]:
        if asked[0][1] <= self._silent_at:
            # These have waited while the batch before met silence: they do not wait through another one.
            raise StoreUnavailable
        began = time.monotonic()
        try:
            return await self._decide([candidate for candidate, _ in asked])
        except (StatementRefused, TimeoutError) as error:
            raise StoreUnavailable from error
        except StoreUnavailable:
            if time.monotonic() - began > AWAY_AFTER_S - ASKED_AGAIN_S:
                self._silent_at = time.monotonic()
            raise

    async def _decide(self, candidates: list[Candidate]) -> Sequence[Verdict]:
        rows = [candidate.row for candidate in candidates]
        found = await self._fast(rows)
        verdicts: list[Verdict | None] = []
        left: list[int] = []
        for index, (row, candidate) in enumerate(zip(rows, candidates, strict=True)):
            verdict, used = found[row.call_id].verdict, found[row.call_id].used
            if verdict == "left":
                left.append(index)
                verdicts.append(None)
            elif verdict == "admitted" and candidate.demand is not None:
                verdicts.append(Granted(candidate.demand.output_tokens, used))
            else:
                verdicts.append("stale" if verdict == "stale" else "proven")
        if left:
            decided = await self._slow([candidates[index] for index in left])
            for index, decision in zip(left, decided, strict=True):
                verdicts[index] = decision
        return [verdict for verdict in verdicts if verdict is not None]

    async def _fast(self, rows: list[Row]) -> dict[UUID, Answer]:
        began = time.monotonic()
        try:
            return await store_admission.admit(self._hot, rows, self._replica_id(), timeout_s=AWAY_AFTER_S)
        except StoreUnavailable:
            left_s = AWAY_AFTER_S - (time.monotonic() - began)
            if left_s < ASKED_AGAIN_S:
                raise
            # The commit may have happened although its answer was lost: ask once before every call of the batch is refused.
            # What this misses (Postgres still away) the replica's own clearing of holds gives back.
            held = await store_admission.which_are_held(
                self._hot, [row.call_id for row in rows if row.holds], timeout_s=left_s
            )
            if not held:
                raise
            return {row.call_id: Answer("admitted" if row.call_id in held else "stale", {}) for row in rows}

    async def _slow(self, candidates: list[Candidate]) -> list[Verdict]:
        accounts: dict[UUID, AccountKey] = {}
        for candidate in candidates:
            for charge in candidate.demand.charges if candidate.demand else ():
                if charge.limit.rejects:
                    accounts[charge.account.id] = charge.account
        await store_admission.create_accounts(
            self._hot, [accounts[key] for key in sorted(accounts)], timeout_s=ADMIT_TIMEOUT_S
        )
        async with asyncio.timeout(ADMIT_TIMEOUT_S * 2), self._hot.transaction(timeout_s=ADMIT_TIMEOUT_S) as connection:
            balances = await store_admission.lock_accounts(connection, list(accounts))
            fresh = await store_admission.still_fresh(connection, [candidate.row for candidate in candidates])
            current = [candidate for candidate in candidates if candidate.row.call_id in fresh]
            decided, _ = decide_in_order([each.demand for each in current if each.demand is not None], balances)
            verdicts: dict[UUID, Verdict] = {}
            granted: list[Row] = []
            for candidate, decision in zip(current, decided, strict=True):
                verdicts[candidate.row.call_id] = decision
                if isinstance(decision, Granted):
                    granted.append(candidate.row_for(decision.output_tokens))
            if granted:
                await store_admission.take_holds(connection, granted, self._replica_id())
        return [verdicts.get(candidate.row.call_id, "stale") for candidate in candidates]
