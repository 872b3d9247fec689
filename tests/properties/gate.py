"""One replica: the gateway's own modules, with a clock set by hand, and what is arranged about it so that it can be told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from ai_api.app.gateway import Gateway
from ai_api.core.batch import GroupCommit
from ai_api.core.clock import SystemClock
from ai_api.core.db import Patience
from ai_api.gateway import store_admission
from ai_api.gateway.admit import BATCH_MAX
from ai_api.gateway.candidate import Asked, Outcome
from ai_api.gateway.hold_changes import BATCH_MAX as CHANGES_MAX
from ai_api.gateway.narrow import _accounts
from ai_api.gateway.store_extend import Change, Changed
from ai_api.providers.port import UpstreamAnswer, UpstreamCall
from tests.properties.cut_line import CutLine

LONG = Patience(away_after_s=20.0, timeout_s=20.0)


class HandClock(SystemClock):
    """The time of all replicas; `ahead_ms` is how far one of them is off, which the watch allows up to two seconds."""

    def __init__(self, source: HandClock | None = None, *, ahead_ms: int = 0) -> None:
        super().__init__()
        self.ms = 0
        self._source = source or self
        self._ahead_ms = ahead_ms

    def unix_ms(self) -> int:
        return self._source.ms + self._ahead_ms


class Nobody:
    """A provider that is never asked."""

    async def open(self, call: UpstreamCall) -> UpstreamAnswer:
        raise AssertionError("no provider is asked here")

    async def close(self) -> None:
        return None


@dataclass(eq=False)
class Gate:
    """One replica: the whole gateway, but for its loops. `beating` is False while it is cut off."""

    gateway: Gateway
    line: CutLine
    clock: HandClock
    beating: bool = True
    decided: list[tuple[str, list[tuple[UUID, Outcome]]]] = field(default_factory=list)
    """What admission decided, batch by batch in the order it did: the lane, and each call with its outcome."""
    changed: list[list[tuple[Change, Changed]]] = field(default_factory=list)
    """What became of changes of holds, batch by batch."""

    @property
    def replica_id(self) -> UUID:
        return self.gateway.replica.id


def take_turns(gate: Gate) -> None:
    """One batch at a time, so that what was decided before what can be told; races have their own tests."""
    admission, turn = gate.gateway.admission, asyncio.Lock()

    def lane(name: str, commit: Callable[[list[Asked]], Awaitable[Sequence[Outcome]]]) -> GroupCommit[Asked, Outcome]:
        async def decide(asked: list[Asked]) -> Sequence[Outcome]:
            async with turn:
                outcomes = await commit(asked)
                said = [(each.row.call_id, outcome) for each, outcome in zip(asked, outcomes, strict=True)]
                gate.decided.append((name, said))
                return outcomes

        return GroupCommit(decide, batch_max=BATCH_MAX, in_flight_max=1)

    changes = gate.gateway.holds.changes

    async def change(asked: list[Change]) -> Sequence[Changed]:
        answers = await changes._commit(asked)
        gate.changed.append(list(zip(asked, answers, strict=True)))
        return answers

    changes._batches = GroupCommit(change, batch_max=CHANGES_MAX)
    admission._wide = lane("wide", admission._commit_wide)
    admission._narrow = lane("narrow", admission._commit_narrow)


@asynccontextmanager
async def in_one_batch(gate: Gate) -> AsyncIterator[None]:
    """What is asked of holds meanwhile is asked together."""
    batches = gate.gateway.holds.changes._batches
    batches._in_flight_max, in_flight_max = 0, batches._in_flight_max
    try:
        yield
    finally:
        batches._in_flight_max = in_flight_max
        batches._pump()


@contextmanager
def each_alone(gate: Gate) -> Iterator[None]:
    """No call shares its batch with another."""
    admission = gate.gateway.admission
    with pytest.MonkeyPatch.context() as patch:
        for lane in (admission._wide, admission._narrow):
            patch.setattr(lane, "_batch_max", 1)
        yield


@contextmanager
def races_lost(gate: Gate) -> Iterator[None]:
    """Whoever looks whether a hold fits finds each time that somebody was faster: it is decided under locks."""
    narrow = gate.gateway.admission._narrow_lane

    async def look(waiting: list[Asked], _outcomes: dict[UUID, Outcome]) -> list[Asked]:
        accounts = _accounts(waiting)
        await store_admission.create_accounts(gate.line, [accounts[key] for key in sorted(accounts)], patience=LONG)
        return waiting

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(narrow, "_look", look)
        yield
