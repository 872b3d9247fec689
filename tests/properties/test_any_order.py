"""No order of events breaks a law; and every branch there is was met on the way.

`PROPERTIES=full` tries other and many more orders than the ones that are always tried.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial

import uvloop
from hypothesis import given

from tests.properties.branches import BRANCHES
from tests.properties.histories import HISTORIES
from tests.properties.house import House
from tests.properties.machine import AnyOrder, Order, orders
from tests.properties.teller import Teller
from tests.support.database import Databases
from tests.support.thoroughness import FULL, tried


def test_no_order_of_events_breaks_a_law(database: str, postgres_server: Databases, tally: Counter[str]) -> None:
    met: Counter[str] = Counter()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        house = runner.run(House.build(database, superuser_dsn=postgres_server.as_superuser(database)))

        def lived(live: Callable[[AnyOrder], None]) -> None:
            machine = AnyOrder(house, runner, met)
            try:
                live(machine)
            finally:
                machine.end()

        @tried(ci=20, full=1_000)
        @given(orders(steps_max=80 if FULL else 40))
        def any_order(order: Order) -> None:
            lived(lambda machine: machine.live(order))
            tally.update(sequences=1, steps=len(order[2]))

        try:
            for history in HISTORIES:
                try:
                    lived(partial(_tell, history))
                except BaseException as error:
                    error.add_note(history.__name__)
                    raise
            any_order()
        finally:
            runner.run(house.close())
            print(*(f"{met[name]:7}  {name}" for name in sorted(BRANCHES | met.keys())), sep="\n")
    assert [name for name in sorted(BRANCHES) if not met[name]] == [], "never met"
    tally["branches"] = len(BRANCHES)


def _tell(history: Callable[[Teller], None], machine: AnyOrder) -> None:
    history(Teller(machine))
