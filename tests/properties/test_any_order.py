"""No order of events breaks a law; and every branch there is was met on the way.

`PROPERTIES=full` tries other and many more orders than the ones that are always tried.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from hypothesis.stateful import run_state_machine_as_test

from tests.properties.branches import BRANCHES
from tests.properties.histories import HISTORIES
from tests.properties.house import House
from tests.properties.machine import AnyOrder
from tests.properties.teller import Teller
from tests.support.thoroughness import FULL, tried

def test_no_order_of_events_breaks_a_law(database: str) -> None:
    met: Counter[str] = Counter()
    with asyncio.Runner() as runner:
        house = runner.run(House.build(database))
        machine = type("AnyOrderHere", (AnyOrder,), {"house": house, "runner": runner, "met": met})
        try:
            for history in HISTORIES:
                told = machine()
                try:
                    history(Teller(told))
                except BaseException as error:
                    error.add_note(history.__name__)
                    raise
                finally:
                    told.teardown()
            run_state_machine_as_test(
                machine,
                settings=tried(ci=30, full=2_000, steps=60 if FULL else 40),
            )
        finally:
            runner.run(house.close())
            print(*(f"{met[name]:7}  {name}" for name in sorted(BRANCHES | met.keys())), sep="\n")
    assert [name for name in sorted(BRANCHES) if not met[name]] == [], "never met"
