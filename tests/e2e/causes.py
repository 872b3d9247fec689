"""Why a client's call may be refused, and a run of its program for each cause, side by side: most of it is waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.e2e.house import Caller, House
from tests.e2e.program import Run

# The machines of CI have two cores, and some programs need seconds of one to start.
_AT_ONCE = 6
Runner = Callable[[House, Caller, Path], Run]


class Refused:
    """The runs of a client, which are under way."""

    def __init__(self, callers: Mapping[str, Caller], runs: Mapping[str, Future[Run]]) -> None:
        self._callers, self._runs = callers, runs

    def __getitem__(self, cause: str) -> tuple[Caller, Run]:
        """Whose run it was, and how it ended, once it has. Raises what running it raised."""
        return self._callers[cause], self._runs[cause].result()


@contextmanager
def refused(
    house: House, folder: Path, run: Runner, causes: Mapping[str, Caller], *, at_once: int = _AT_ONCE
) -> Iterator[Refused]:
    """Begins a run for each cause, so many of them at once. Leaving the block waits for all."""
    with ThreadPoolExecutor(at_once) as pool:
        runs = {
            cause: pool.submit(run, house, caller, folder / str(n)) for n, (cause, caller) in enumerate(causes.items())
        }
        yield Refused(causes, runs)


def revoked(house: House, provider: str) -> Caller:
    """Their credential was taken back."""
    caller = house.caller(provider=provider)
    house.revoke(caller)
    return caller


def paused(house: House, provider: str) -> Caller:
    """Their allocation rests."""
    caller = house.caller(provider=provider)
    house.pause(caller)
    return caller


def exhausted(house: House, provider: str) -> Caller:
    """Their allocation does not cover any call."""
    return house.caller(provider=provider, tokens=10)


def unknown_model(house: House, provider: str) -> Caller:
    """They ask for a model that is not there."""
    return replace(house.caller(provider=provider), model=f"{provider}/no-such-model")


def behaving(house: House, provider: str, *, times: int | None = None, **behaviour: Any) -> Caller:
    """Their provider does something else than answering, always or for some calls."""
    caller = house.caller(provider=provider)
    house.simulator.behave(caller.upstream_model, times=times, **behaviour)
    return caller


def makes_a_file(tool: str, **arguments: str) -> list[dict[str, Any]]:
    """What a model says that wants a file made by a tool, and then that it is there."""
    return [
        {"thinking": "A file is wanted.", "tool_calls": [{"name": tool, "arguments": arguments}]},
        {"text": "The file is there."},
    ]


def outcomes(house: House, caller: Caller) -> list[str]:
    """Of each of a caller's calls, oldest first."""
    return [record["outcome"] for record in house.records(caller)]
