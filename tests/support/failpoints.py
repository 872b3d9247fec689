"""Places on a call's way where a process is made to die, stand still or fail, at the n-th time that it comes there.

```
python -m tests.support.failpoints --at settle.committed:3 --do kill --fired FILE -- serve
```

runs `ai-api serve`, whose third settlement is its last. The product knows nothing of it: its functions are wrapped where they
are looked up. What fires writes its name to FILE first, so that a test can tell a place that was passed from one that was not.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import importlib
import inspect
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from ai_api.core.errors import StoreUnavailable

When = Literal["before", "during", "after"]
Kind = Literal["whole", "streamed", "keyed", "job"]

_TURNS_UNTIL_SENT = 20
"""A statement is with the operating system after so many turns of the loop, and its answer cannot be back."""


@dataclass(frozen=True)
class Point:
    """A place: before a function is entered, after it has answered, or while it waits."""

    target: str
    """`module:name` or `module:Class.name`."""
    when: When
    reached_by: tuple[Kind, ...] = ("whole", "streamed")
    """By which calls it is reached; `keyed` are those with an idempotency key, `job` is the worker's sweep."""
    wait_s: float = 0.0
    """How long after it was entered `during` is; 0 for a statement: it is sent, and not answered."""
    nth: int = 3

    @property
    def is_statement(self) -> bool:
        """Whether Postgres is asked there, and may not answer."""
        return ".store_" in self.target


_GATEWAY = "ai_api.gateway"
_ADMIT = f"{_GATEWAY}.store_admission:admit"
_CREATE = f"{_GATEWAY}.store_admission:create_accounts"
_OPEN = "ai_api.providers.http:HttpUpstream.open"
_EXTEND = f"{_GATEWAY}.store_extend:change"
_SETTLE = f"{_GATEWAY}.store_settlement:settle"
_BEAT = f"{_GATEWAY}.store_watch:beat"
_CLAIM = f"{_GATEWAY}.store_idempotency:claim"
_KEEP = f"{_GATEWAY}.store_idempotency:keep"

POINTS: dict[str, Point] = {
    "door.read": Point("ai_api.protocols.serve:CallAnswer._ask", "after"),
    "people.read": Point(f"{_GATEWAY}.store_watch:read_holders", "after", nth=1),
    "look.answered": Point(f"{_GATEWAY}.store_look:look", "after", nth=1),
    "accounts.sent": Point(_CREATE, "during", nth=1),
    "accounts.made": Point(_CREATE, "after", nth=1),
    "admit.before": Point(_ADMIT, "before"),
    "admit.sent": Point(_ADMIT, "during"),
    "admit.answered": Point(_ADMIT, "after"),
    "upstream.before": Point(_OPEN, "before"),
    "upstream.asked": Point(_OPEN, "during", wait_s=0.02),
    "upstream.headers": Point(_OPEN, "after"),
    "relay.whole": Point("ai_api.providers.http:HttpAnswer.whole", "during", ("whole",), wait_s=0.02),
    "relay.midway": Point("ai_api.providers.http:HttpAnswer.read", "after", ("streamed",), nth=30),
    "relay.passed_on": Point("ai_api.protocols.serve:AsgiOut.send", "after", ("streamed",), nth=30),
    "progress.sent": Point(f"{_GATEWAY}.store_watch:write_progress", "during", ("streamed",), nth=1),
    "progress.written": Point(f"{_GATEWAY}.store_watch:write_progress", "after", ("streamed",), nth=1),
    "extend.before": Point(_EXTEND, "before", ("streamed",)),
    "extend.sent": Point(_EXTEND, "during", ("streamed",)),
    "extend.answered": Point(_EXTEND, "after", ("streamed",)),
    "settle.made": Point(f"{_GATEWAY}.settle:Settlement.submit", "before"),
    "settle.before": Point(_SETTLE, "before"),
    "settle.sent": Point(_SETTLE, "during"),
    "settle.committed": Point(_SETTLE, "after"),
    "end.before": Point(f"{_GATEWAY}.call:Calls._end", "before"),
    "end.after": Point(f"{_GATEWAY}.call:Calls._end", "after"),
    "watch.before": Point(_BEAT, "before"),
    "watch.sent": Point(_BEAT, "during"),
    "watch.answered": Point(_BEAT, "after"),
    "key.claim_before": Point(_CLAIM, "before", ("keyed",)),
    "key.claim_sent": Point(_CLAIM, "during", ("keyed",)),
    "key.claimed": Point(_CLAIM, "after", ("keyed",)),
    "key.keep_before": Point(_KEEP, "before", ("keyed",)),
    "key.keep_sent": Point(_KEEP, "during", ("keyed",)),
    "key.kept": Point(_KEEP, "after", ("keyed",)),
    "sweep.marked": Point(f"{_GATEWAY}.store_watch:mark_swept", "after", ("job",), nth=1),
    "sweep.read": Point(f"{_GATEWAY}.store_watch:holds_of", "after", ("job",), nth=1),
    "sweep.sent": Point(_SETTLE, "during", ("job",), nth=1),
    "sweep.settled": Point(_SETTLE, "after", ("job",), nth=1),
}


class Fault(Exception):
    """What a failpoint raises: a defect that nobody has thought of."""


class Act(Protocol):
    """What happens at a failpoint."""

    def __call__(self) -> None:
        """Kills or freezes this process, or raises."""
        ...


def act_of(text: str) -> Act:
    """`kill`, `freeze:SECONDS`, `raise` (a defect of ours) or `lose` (the database does not answer). Raises ValueError."""
    name, _, seconds = text.partition(":")
    acts: dict[str, Act] = {
        "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "freeze": lambda: freeze(float(seconds)),
        "raise": _fail,
        "lose": _lose,
    }
    if name not in acts:
        raise ValueError(f"no such act: {text}")
    return acts[name]


def freeze(seconds: float) -> None:
    """Stands still, as a paused machine does; somebody else wakes this process."""
    subprocess.Popen(["sh", "-c", f"sleep {seconds}; kill -CONT {os.getpid()}"], start_new_session=True)
    os.kill(os.getpid(), signal.SIGSTOP)


def arm(at: str, do: str, fired: Path) -> None:
    """Wraps the function of the point `NAME` or `NAME:n`, in this process. Raises KeyError, ValueError."""
    name, _, given = at.partition(":")
    point, act = POINTS[name], act_of(do)
    nth = int(given or point.nth)
    module_name, _, path = point.target.partition(":")
    owner: Any = importlib.import_module(module_name)
    *outer, last = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    times = 0

    def fire() -> None:
        with fired.open("a") as file:
            file.write(f"{name}\n")
        act()

    def is_due() -> bool:
        nonlocal times
        times += 1
        return times == nth

    setattr(owner, last, _wrapped(getattr(owner, last), point, is_due, fire))


def _wrapped(original: Callable[..., Any], point: Point, is_due: Callable[[], bool], fire: Act) -> Callable[..., Any]:
    if not inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        def plainly(*given: Any, **named: Any) -> Any:
            if not is_due():
                return original(*given, **named)
            if point.when == "before":
                fire()
            result = original(*given, **named)
            if point.when != "before":
                fire()
            return result

        return plainly

    @functools.wraps(original)
    async def awaited(*given: Any, **named: Any) -> Any:
        if not is_due():
            return await original(*given, **named)
        if point.when == "before":
            fire()
        if point.when != "during":
            result = await original(*given, **named)
            if point.when == "after":
                fire()
            return result
        task = asyncio.ensure_future(original(*given, **named))
        await _until_sent(point.wait_s)
        fire()
        return await task

    return awaited


async def _until_sent(wait_s: float) -> None:
    if wait_s:
        await asyncio.sleep(wait_s)
        return
    for _ in range(_TURNS_UNTIL_SENT):
        await asyncio.sleep(0)


def _fail() -> None:
    raise Fault("failpoint")


def _lose() -> None:
    raise StoreUnavailable


def main() -> None:
    """Arms one failpoint and becomes `ai-api`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--at", required=True)
    parser.add_argument("--do", default="kill")
    parser.add_argument("--fired", type=Path, required=True)
    parser.add_argument("command", nargs="+")
    chosen = parser.parse_args()
    program = importlib.import_module("ai_api.cli")
    arm(chosen.at, chosen.do, chosen.fired)
    sys.argv = ["ai-api", *chosen.command]
    program.main()


if __name__ == "__main__":
    main()
