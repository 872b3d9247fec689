"""How histories are written: limits, calls and steps in few words."""

from __future__ import annotations

from typing import Any

from tests.properties.gate import each_alone
from tests.properties.machine import AnyOrder
from tests.properties.orders import at

NOON = at("2031-06-10T12:00:00Z")
"""Where a bucket of ten seconds, and one of sixty, begins."""
MONTH_END = at("2031-03-31T21:59:53Z")
"""Seven seconds before April in Berlin."""
SLIDING, MINUTE, DAY, MONTH, EVER, EACH = (
    ("sliding", 10), ("sliding", 60), ("day", None), ("month", None), ("lifetime", None), ("request", None)
)  # fmt: skip


def limit(subject: str, metric: str, window: Any, level: int, **more: Any) -> dict[str, Any]:
    """A limit; `level` is its place among the amounts of its metric."""
    known = {"zone": None, "partition": "subject", "rejects": True}
    return {"subject": subject, "metric": metric, "window": window, "level": level, **known, **more}


def order(**more: Any) -> dict[str, Any]:
    """One call of the first caller's, short, with a small answer."""
    return {"caller": 0, "prompt_chars": 1, "output_tokens": 100, "choices": 1, "stream": False, "after_ms": 0, **more}


class Teller:
    """Tells a history: each step, then the laws."""

    def __init__(self, machine: AnyOrder) -> None:
        self._machine = machine

    def begin(self, *limits: dict[str, Any], beginning: Any = NOON) -> None:
        self._machine.begin(beginning=beginning, limits=list(limits))

    def call(self, *orders: dict[str, Any], gate: int = 0, cuts: Any = (), locks: bool = False) -> None:
        self._machine.calls_arrive(gate=gate, wanted=list(orders) or [order()], cuts=cuts, locks=locks)
        self._machine.laws_hold()

    def call_apart(self, *orders: dict[str, Any], cuts: Any = ()) -> None:
        """Each call in a batch of its own, as on a machine that is slow: what is cut is one call's alone."""
        with each_alone(self._machine._gate(0)):
            self.call(*orders, cuts=cuts)

    def end(self, used: str = "little", *, which: int = 0, count: int = 1, cuts: Any = ()) -> None:
        assert self._machine._open(), "a call is under way"
        self._machine.calls_end(which=which, count=count, used=used, cuts=cuts)
        self._machine.laws_hold()

    def assert_open(self, count: int) -> None:
        assert len(self._machine._open()) == count

    def input_tokens(self) -> int:
        """What the call under way is bound to read at most."""
        (told,) = self._machine._open()
        assert told.docket.bound is not None
        return told.docket.bound.input_tokens

    def assert_light(self, count: int) -> None:
        """So many of the calls under way hold only the beginning of what their answers may come to."""
        dockets = [told.docket for told in self._machine._open()]
        assert sum(each.demand is not None and each.demand.is_light(each.output_tokens) for each in dockets) == count

    def grow(self, *answers: tuple[float, int | None], which: int = 0, cuts: Any = ()) -> None:
        self.do("answers_grow", which=which, answers=list(answers), cuts=cuts)

    def crowd(self, *orders: tuple[int, dict[str, Any]], **more: Any) -> None:
        """Orders, each with the number of its replica, beside whatever else happens at the same time."""
        known = {"ends": 0, "used": "little", "grows": 0, "share": 0.5, "besides": "nothing", "after_ms": 0}
        self.do("everything_happens_at_once", wanted=list(orders), **{**known, **more})

    def wait(self, ms: int) -> None:
        self._machine.time_passes(jump_ms=ms)

    def do(self, step: str, **given: Any) -> None:
        getattr(self._machine, step)(**given)
        self._machine.laws_hold()

    def crash(self, gate: int = 0) -> None:
        self.do("a_replica_crashes", gate=gate)

    def sweep(self) -> None:
        self.do("the_sweep_looks")

    def watch(self, gate: int = 0, *, tokens: int = 0, clearing: bool = False) -> None:
        self.do("a_watch_looks", gate=gate, tokens=tokens, clearing=clearing)
