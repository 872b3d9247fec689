"""One run of any order of events: what every kind of step shares."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.properties import sight
from tests.properties.draws import one_of_each
from tests.properties.gate import Gate
from tests.properties.house import House
from tests.properties.laws import History
from tests.properties.sight import Sight
from tests.properties.told import Told

T = TypeVar("T")

Step = TypeVar("Step", bound=Callable[..., None])

some = range(31)
either = (False, True)


def step(*, weight: int, **given: Sequence[Any] | st.SearchStrategy[Any]) -> Callable[[Step], Step]:
    """Marks what may happen next in a run: how often beside the others, and with which arguments."""

    def mark(method: Step) -> Step:
        vars(method).update(weight=weight, given=_drawn(given))
        return method

    return mark


def _drawn(given: Mapping[str, Sequence[Any] | st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """All arguments: those that are one of several by one number, the others each by itself."""
    among = {name: each for name, each in given.items() if not isinstance(each, st.SearchStrategy)}
    alone = {name: each for name, each in given.items() if isinstance(each, st.SearchStrategy)}
    if not alone:
        return one_of_each(**among)
    return st.builds(lambda chosen, **drawn: chosen | drawn, one_of_each(**among), **alone)


class Run:
    """One run. The house, the loop and the count of what was met are the test's, and outlive it."""

    def __init__(self, house: House, runner: asyncio.Runner, met: Counter[str]) -> None:
        self.house = house
        self.runner = runner
        self.met = met
        self.history = History(met)
        self.spans: dict[object, datetime] = {}
        """When the window began that a call was last counted in, by what counts it."""
        self.broken = False
        self.books = self.checked = sight.EMPTY

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self.runner.run(work)
        except BaseException:
            self.broken = True
            raise

    def laws_hold(self) -> None:
        """Looks at every law, after each step."""
        if self.checked is self.books:
            return
        self.checked = self.books
        try:
            self.history.check(self.books)
        except AssertionError:
            self.broken = True
            raise

    async def _look(self) -> Sight:
        """The books as they are after what was just done."""
        self.books = await sight.look(self.house.connection)
        return self.books

    def _gate(self, number: int) -> Gate:
        return self.house.gates[number % len(self.house.gates)]

    def _open(self) -> list[Told]:
        return [told for told in self.history.of("open") if told.gate in self.house.gates]

    def end(self) -> None:
        """Comes to rest, looks at the laws once more, and leaves the house to the next run."""
        # A run that broke a law has nothing to say about its end.
        self.runner.run(self.house.end() if self.broken else self._come_to_rest())

    async def _come_to_rest(self) -> None:
        """Everything dies, everything is swept: there is one record for each call, and nothing is held but what is parked."""
        for gate in self.house.gates:
            gate.beating = False
        await self.house.sweep_dead()
        books = await self._look()
        self.history.check(books)
        assert books.holds.keys() == books.parked
        for told in self.history.of("open", "settled"):
            assert told.docket.call_id in books.records
        await self.house.end()
