"""Measuring: one question to one target for some seconds, and what it took."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.load.answers import Question, WrongAnswer
from tests.load.client import Load, Tally, ask_once
from tests.load.figures import median, median_ratio
from tests.load.machine import cpu_s
from tests.load.stand import Stand

OPEN = 64
"""How many calls are open at any time while it is measured how many fit into a second."""
WARM_UP_S = 1.0
NEW_CALLER_EVERY_S = 0.03
BUSY_SHARE = 0.93


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement. Shares are of one core; `statements_per_call` is None where there is no database."""

    calls_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us_per_call: float
    postgres_us_per_call: float
    server_share: float
    rest_share: float
    statements_per_call: float | None
    answered: int

    @property
    def limited_by(self) -> str:
        """What kept the rate from being higher."""
        if self.server_share >= BUSY_SHARE:
            return "its core"
        return "the other core" if self.rest_share >= BUSY_SHARE else "neither core"


class Meter:
    """Measures targets of one stand. Knows of every answer that came, warm-ups and first looks included."""

    def __init__(self, stand: Stand) -> None:
        self.answered: Counter[str] = Counter()
        self.databases: dict[str, str] = {}
        self._stand = stand
        self._lengths: dict[tuple[str, str], int] = {}

    async def look(self, questions: Sequence[Question], names: Sequence[str] | None = None) -> None:
        """Asks every question once everywhere: the text must be the provider's own. Raises WrongAnswer."""
        for question in questions:
            said: dict[str, str] = {}
            for name in names or self._stand.servers:
                target = self._stand.target(name, question)
                status, body = await ask_once(target)
                question.check(status, body, length=None)
                said[name] = question.text_of(body)
                self._lengths[question.name, name] = len(body)
                self.count(name, 1)
            if len(set(said.values())) != 1:
                raise WrongAnswer(f"{question.name}: not the provider's own text: {said}")

    async def meet(self, question: Question, name: str = "gateway") -> list[float]:
        """Lets every caller ask once: a gateway takes only so many new credentials a second. Raises WrongAnswer.

        Gives how long each of these first calls took, in milliseconds.
        """
        target = self._stand.target(name, question)
        took_ms: list[float] = []
        for caller in range(len(target.requests)):
            began = time.perf_counter()
            status, body = await ask_once(target, caller=caller)
            took_ms.append((time.perf_counter() - began) * 1000)
            question.check(status, body, length=None)
            self.count(name, 1)
            await asyncio.sleep(max(0.0, NEW_CALLER_EVERY_S - took_ms[-1] / 1000))
        return took_ms

    async def full(
        self,
        question: Question,
        target: str,
        *,
        seconds: float,
        warm_up_s: float = WARM_UP_S,
        connections: int = OPEN,
    ) -> Sample:
        """As many calls as fit, so many open at any time. Raises WrongAnswer, TimeoutError."""
        load = self.load(question, target)
        marks = _Marks(self._stand, target)
        before = await self._stand.statements(target)
        try:
            tally = await load.full(connections, warm_up_s=warm_up_s, seconds=seconds, mark=marks.take)
        finally:
            load.close()
        return self._sample(target, tally, marks, await self._stand.statements(target) - before)

    async def steady(self, question: Question, target: str, *, rate: float, seconds: float) -> Sample:
        """So many calls a second at random moments. Raises WrongAnswer, TimeoutError."""
        load = self.load(question, target)
        marks = _Marks(self._stand, target)
        before = await self._stand.statements(target)
        try:
            tally = await load.steady(rate, warm_up_s=WARM_UP_S, seconds=seconds, mark=marks.take)
        finally:
            load.close()
        return self._sample(target, tally, marks, await self._stand.statements(target) - before)

    def count(self, target: str, answers: int) -> None:
        """So many more answers came whole from a target."""
        self.answered[target] += answers
        if dsn := self._stand.servers[target].dsn:
            self.databases[target] = dsn

    def length(self, question: Question, target: str) -> int:
        """Bytes of a whole answer, as it was when the target was looked at."""
        return self._lengths[question.name, target]

    def load(self, question: Question, target: str) -> Load:
        """A load that was not started; whoever asks for it counts its answers and closes it. The target was looked at before."""
        return Load(self._stand.target(target, question), question, length=self.length(question, target))

    def _sample(self, target: str, tally: Tally, marks: _Marks, statements: int) -> Sample:
        self.count(target, tally.answered)
        calls = len(tally.latencies_s)
        if not calls:
            raise WrongAnswer(f"{target}: no answer within {tally.lasted_s:.0f} s")
        server_s, rest_s, postgres_s = marks.used()
        return Sample(
            calls_per_s=calls / tally.lasted_s,
            p50_ms=tally.quantile_ms(0.5),
            p99_ms=tally.quantile_ms(0.99),
            cpu_us_per_call=server_s / calls * 1e6,
            postgres_us_per_call=postgres_s / calls * 1e6,
            server_share=server_s / tally.lasted_s,
            rest_share=rest_s / tally.lasted_s,
            # Statements are counted over the whole load, warm-up included, as are its calls.
            statements_per_call=statements / tally.answered if self._stand.servers[target].dsn else None,
            answered=tally.answered,
        )


def middle(samples: Sequence[Sample], field: str) -> float:
    """The median of a field over repeats."""
    return median(getattr(sample, field) for sample in samples)


def ratio(samples: Sequence[Sample], beside: Sequence[Sample], field: str) -> float:
    """The median of the ratios of a field, each of two measurements made one after the other."""
    return median_ratio([getattr(each, field) for each in samples], [getattr(each, field) for each in beside])


class _Marks:
    """CPU seconds used so far, read at the beginning and at the end of the measured time."""

    def __init__(self, stand: Stand, target: str) -> None:
        self._server = stand.servers[target].pid
        self._rest = [os.getpid(), stand.provider.pid]
        if self._server in self._rest:
            self._rest.remove(self._server)
        self._postgres = stand.postgres.pid
        self._taken: list[tuple[float, float, float]] = []

    def take(self) -> None:
        """Reads the meters."""
        postgres_s = cpu_s([self._postgres], with_children=True)
        self._taken.append((cpu_s([self._server]), cpu_s(self._rest) + postgres_s, postgres_s))

    def used(self) -> tuple[float, float, float]:
        """Seconds of the server, of everything else, and of Postgres among that."""
        begin, end = self._taken
        return end[0] - begin[0], end[1] - begin[1], end[2] - begin[2]
