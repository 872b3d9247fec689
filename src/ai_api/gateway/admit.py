"""Admission: the hold is taken and the copies are proven, in one statement for all calls of a batch.

Wide lane: every account of the batch has room for all of it. What does not fit, or touches an account that does not exist yet,
goes on to the narrow lane (`gateway.narrow`), where it holds up nobody else. In both, members take turns: one with thousands
of calls waiting goes alone, the others go together beside it. Who would wait too long is told so at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.core.lines import Turns
from ai_api.gateway.candidate import Asked, Candidate, Outcome, Verdict
from ai_api.gateway.given_up import GivenUp
from ai_api.gateway.narrow import Narrow
from ai_api.gateway.taking import Taking
from ai_api.observability.histogram import BatchFigures
from ai_api.quotas.rules import Granted

__all__ = ["Admission", "Candidate", "Verdict"]

BATCH_MAX = 500
WIDE_IN_FLIGHT_MAX = 3
OTHERS_CONNECTIONS = 5
"""Connections of the pool that the narrow lane, settlements and the watch need beside the wide lane."""
NARROW_IN_FLIGHT_MAX = 2
ADMIT_TIMEOUT_S = 2.0
BESIDE_AFTER_S = 0.025
"""A batch of many members goes beside another once that has been on its way for so long: it may wait for a lock, or far away."""
SHARE = 32
"""A member with more calls waiting than this goes alone."""
WAITING_MAX = 10_000
WAITING_OF_A_MEMBER_MAX = 5_000
WAITED_MAX_S = 2.0

Waiting = tuple[Asked, "asyncio.Future[Outcome]", float]


class Admission:
    """Admits calls in batches, on behalf of one replica."""

    def __init__(self, hot: Hot, replica_id: Callable[[], UUID]) -> None:
        self.given_up = GivenUp()
        self.wide_figures, self.narrow_figures = BatchFigures(), BatchFigures()
        self._taking = Taking(hot, replica_id)
        self._narrow_lane = Narrow(hot, self._taking, replica_id, locked_timeout_s=ADMIT_TIMEOUT_S)
        wide_max = max(2, min(WIDE_IN_FLIGHT_MAX, hot.size - OTHERS_CONNECTIONS))
        self._wide_line: Turns[Waiting] = _turns(wide_max)
        self._narrow_line: Turns[Waiting] = _turns(NARROW_IN_FLIGHT_MAX)
        self._wide: GroupCommit[Asked, Outcome] = GroupCommit(
            self._commit_wide,
            batch_max=BATCH_MAX,
            in_flight_max=wide_max,
            line=self._wide_line,
            told=self.wide_figures.note,
        )
        self._narrow: GroupCommit[Asked, Outcome] = GroupCommit(
            self._commit_narrow,
            batch_max=BATCH_MAX,
            in_flight_max=NARROW_IN_FLIGHT_MAX,
            line=self._narrow_line,
            told=self.narrow_figures.note,
        )

    @property
    def waiting(self) -> int:
        """Calls that wait for a batch."""
        return self._wide.pending + self._narrow.pending

    @property
    def under_way_wide(self) -> int:
        """Calls in the wide lane, waiting or in a batch. Those in the narrow one wait for an account, not for this replica."""
        return self._wide.under_way

    @property
    def waiting_narrow(self) -> int:
        """Those of them that wait for the narrow lane."""
        return self._narrow.pending

    async def admit(self, candidate: Candidate) -> Verdict:
        """The verdict on one call. Raises StoreUnavailable, and Refusal `overloaded` where it would wait too long."""
        asked = Asked(candidate, candidate.row, time.monotonic())
        self._check_room(asked)
        try:
            outcome = None if self._narrow_lane.leads_here(candidate) else await self._wide.submit(asked)
            if outcome is None or outcome == "left":
                outcome = await self._narrow.submit(asked)
        except StoreUnavailable:
            if asked.row.holds:
                self.given_up.note(asked.row.call_id, asked.row.record_json)
            raise
        if outcome == "away":
            raise StoreUnavailable
        if outcome == "left" or outcome == "late":  # noqa: PLR1714  -- mypy narrows by this and not by a set
            raise _overloaded()
        return outcome

    async def drain(self) -> None:
        """Returns when no batch is on its way."""
        await self._wide.drain()
        await self._narrow.drain()

    def _check_room(self, asked: Asked) -> None:
        if self.waiting >= WAITING_MAX:
            raise _overloaded()
        for line in (self._wide_line, self._narrow_line):
            first = line.first(asked.row.member_id)
            if first is not None and (
                line.waiting(asked.row.member_id) >= WAITING_OF_A_MEMBER_MAX
                or asked.since - first[0].since > WAITED_MAX_S
            ):
                raise _overloaded()

    async def _commit_wide(self, asked: list[Asked]) -> Sequence[Outcome]:
        return await self._commit(asked, self._take_all)

    async def _commit_narrow(self, asked: list[Asked]) -> Sequence[Outcome]:
        return await self._commit(asked, self._narrow_lane.decide)

    async def _commit(
        self, asked: list[Asked], decide: Callable[[list[Asked]], Awaitable[dict[UUID, Outcome]]]
    ) -> Sequence[Outcome]:
        now = time.monotonic()
        outcomes: dict[UUID, Outcome] = {}
        ready = []
        for each in asked:
            if each.since <= self._taking.silent_at:
                # These have waited while the batch before met silence: they do not wait through another one.
                outcomes[each.row.call_id] = "away"
            elif now - each.since > WAITED_MAX_S:
                outcomes[each.row.call_id] = "late"
            else:
                ready.append(each)
        try:
            outcomes |= await decide(ready) if ready else {}
        except (StatementRefused, TimeoutError) as error:
            raise StoreUnavailable from error
        return [outcomes[each.row.call_id] for each in asked]

    async def _take_all(self, asked: list[Asked]) -> dict[UUID, Outcome]:
        answers = await self._taking.take([each.row for each in asked])
        return {each.row.call_id: _outcome(each.candidate, answers[each.row.call_id]) for each in asked}


def _outcome(candidate: Candidate, answer: Any) -> Outcome:
    if answer.verdict == "admitted" and candidate.demand is not None:
        return Granted(candidate.demand.first_output, answer.used)
    outcome: Outcome = answer.verdict
    return outcome


def _turns(in_flight_max: int) -> Turns[Waiting]:
    return Turns(
        lambda waiting: waiting[0].row.member_id,
        share=SHARE,
        of_a_kind_max=in_flight_max - 1,
        beside_after_s=BESIDE_AFTER_S,
    )


def _overloaded() -> Refusal:
    return Refusal("overloaded", "unavailable", "Too many calls wait to be admitted. Try again.", retry_after_s=1)
