"""Failpoints, many at a time: each has a process of its own, a member of its own, and calls that come until it has fired.

All processes share one database and one provider, and a worker sweeps what they leave.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.gateway.shapes import SHAPES, STREAMS, WHOLES, Shape, told
from tests.support.books import Books
from tests.support.failpoints import POINTS, Kind
from tests.support.gateway import CHAT
from tests.support.nursery import Failpoint, Fork, Nursery
from tests.support.organization import Caller, Organization
from tests.support.upstream import Simulator
from tests.support.upstream.raw import RawAnswer

SHAPES_OF: dict[Kind, list[Shape]] = {"whole": WHOLES, "streamed": STREAMS, "keyed": SHAPES, "job": SHAPES}
AT_ONCE = 4
TURNS_MAX = 30
"""Calls of each client. Every point is reached long before, or never."""
PROCESSES_AT_ONCE = 6
PATIENCE_S = 30.0
AMPLE_TOKENS, FULL_ANSWER = 10**9, 20_000


@dataclass(frozen=True)
class Case:
    """One failpoint under one kind of call, and what it does."""

    point: str
    kind: Kind
    do: str

    def __str__(self) -> str:
        return f"{self.do.partition(':')[0]}-{self.point}-{self.kind}"


@dataclass
class Played:
    """What became of a case: its answers by request id, and what the failpoint wrote."""

    case: Case
    fired: Path
    answers: dict[str, tuple[Shape, RawAnswer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    was_alive: bool = False

    @property
    def has_fired(self) -> bool:
        """Whether the process came to its point."""
        return self.fired.exists() and self.fired.read_text().split() == [self.case.point]


@dataclass
class Campaign:
    """Plays cases on one database."""

    dsn: str
    sim: Simulator
    org: Organization
    forks: Nursery
    folder: Path
    books: Books
    played: dict[Case, Played] = field(default_factory=dict)

    async def play(self, cases: Iterable[Case]) -> None:
        """All cases, a few at a time."""
        room = asyncio.Semaphore(PROCESSES_AT_ONCE)

        async def one(case: Case, number: int) -> None:
            async with room:
                self.played[case] = await self._play(case, f"f{number}")

        async with asyncio.TaskGroup() as group:
            for number, case in enumerate(cases):
                group.create_task(one(case, number))

    async def _play(self, case: Case, name: str) -> Played:
        # Its own, so that the accounts of its month are made by its own calls.
        caller = await self.org.caller(tokens=AMPLE_TOKENS, context_tokens=100_000, output_tokens_max=FULL_ANSWER)
        played = Played(case, self.folder / f"{name}.fired")
        failpoint = Failpoint(case.point, case.do, played.fired)
        log = self.folder / f"{name}.log"
        async with self.forks.gateway(
            self.dsn, log=log, failpoint=failpoint, AI_API_POOLS__HOT="3", AI_API_LISTEN__GRACE_S="10"
        ) as process:
            numbers = itertools.count()
            clients = [
                asyncio.create_task(self._call(process, caller, played, name, numbers, shape))
                for _, shape in zip(range(AT_ONCE), itertools.cycle(SHAPES_OF[case.kind]), strict=False)
            ]
            await asyncio.gather(*clients)
            if case.do == "kill":
                await process.gone()
            else:
                with suppress(OSError):
                    answer = await process.ask(caller, CHAT, SHAPES[0].body(caller, f"{name}-last"))
                    played.was_alive = answer.status == 200
        return played

    async def _call(
        self, process: Fork, caller: Caller, played: Played, name: str, numbers: itertools.count[int], shape: Shape
    ) -> None:
        for _ in range(TURNS_MAX):
            request_id = f"{name}-{next(numbers)}"
            headers = {"x-request-id": request_id}
            if played.case.kind == "keyed":
                headers["idempotency-key"] = request_id
            body = shape.body(caller, told(request_id, **_pace(played.case)))
            played.asked.append(request_id)
            try:
                answer = await process.ask(caller, shape.path, body, headers=headers, timeout_s=PATIENCE_S)
            except OSError:
                return
            played.answers[request_id] = shape, answer
            if played.has_fired:
                return


def _pace(case: Case) -> dict[str, float]:
    """How the provider answers, so that the point is met while it does."""
    if case.point.startswith("extend."):
        return {"answer_bytes": 12_800, "chunks": 200, "chunk_delay_ms": 5}
    if case.point.startswith("progress."):
        return {"chunks": 50, "chunk_delay_ms": 70}
    return {"delay_ms": 40, "chunks": 20, "chunk_delay_ms": 3}


def cases_of(do: str) -> list[Case]:
    """Every point where this makes sense, under every kind of call that comes to it."""
    return [
        Case(name, kind, do)
        for name, point in POINTS.items()
        for kind in point.reached_by
        if kind != "job" and (do != "lose" or point.is_statement)
    ]
