"""Any order of admissions, settlements, crashes, sweeps, changes of limits and of the time, on real replicas and a real database."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.properties.arrivals import Arrivals
from tests.properties.changes import BEGINNINGS, Changes, limits
from tests.properties.crowds import Crowds
from tests.properties.endings import Endings
from tests.properties.fates import Fates
from tests.properties.growth import Growth

Happening: TypeAlias = tuple[str, dict[str, Any]]
Order: TypeAlias = tuple[datetime, list[dict[str, Any]], list[Happening]]
"""When it begins, under which limits, and the steps with their arguments."""

STEPS_MIN = 20


class AnyOrder(Changes, Arrivals, Endings, Growth, Fates, Crowds):
    """All steps there are."""

    def live(self, order: Order) -> None:
        """Goes through all of it; the laws are looked at after each step."""
        beginning, present, happenings = order
        self.begin(beginning=beginning, limits=present)
        for name, given in happenings:
            getattr(self, name)(**given)
            self.laws_hold()


def orders(*, steps_max: int) -> st.SearchStrategy[Order]:
    """Any order of events. Steps are drawn by their weight: hypothesis' own state machines leave half of them out of most runs."""
    marked = {name: method for name, method in vars_of(AnyOrder).items() if hasattr(method, "weight")}
    happening = [
        st.tuples(st.just(name), method.given) for name, method in marked.items() for _ in range(method.weight)
    ]
    return st.tuples(
        st.sampled_from(BEGINNINGS),
        st.lists(limits, min_size=1, max_size=4),
        st.lists(st.sampled_from(happening).flatmap(lambda each: each), min_size=STEPS_MIN, max_size=steps_max),
    )


def vars_of(kind: type) -> dict[str, Any]:
    """What a class has, its bases' included."""
    return {name: getattr(kind, name) for name in dir(kind)}
