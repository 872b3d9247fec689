"""What an example is, and how one is added."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from tests.support.portal_writes.stage import Ask, Stage

Epoch = Literal["member", "world", "none"]


@dataclass(frozen=True)
class Example:
    """How to ask for a write, and which epoch has to change so that every replica knows of it."""

    epoch: Epoch
    prepare: Callable[[Stage], Awaitable[Ask]]
    writes: bool = True
    """False for what is only asked: it changes nothing, and is not audited."""


WRITES: dict[tuple[str, str], Example] = {}
"""By method and path template; those that only ask, too."""


def write(method: str, path: str, *, epoch: Epoch) -> Callable[[Callable[[Stage], Awaitable[Ask]]], None]:
    """Adds an example."""

    def add(prepare: Callable[[Stage], Awaitable[Ask]]) -> None:
        WRITES[method, path] = Example(epoch, prepare)

    return add


def question(method: str, path: str) -> Callable[[Callable[[Stage], Awaitable[Ask]]], None]:
    """Adds the example of a route that is asked with a body, and writes nothing."""

    def add(prepare: Callable[[Stage], Awaitable[Ask]]) -> None:
        WRITES[method, path] = Example("none", prepare, writes=False)

    return add


def verb(
    path: str, make: Callable[[Stage], Awaitable[str]], *, epoch: Epoch, first: str = "", status: int = 200
) -> None:
    """Adds the example of a `POST …/{id}/verb` without a body, after the verb `first`."""

    async def prepare(stage: Stage) -> Ask:
        of = path.partition("{")[0] + await make(stage)
        if first:
            await stage.do(f"{of}/{first}")
        return Ask(f"{of}/{path.rpartition('/')[2]}", status=status)

    WRITES["POST", path] = Example(epoch, prepare)


def change(
    path: str, make: Callable[[Stage], Awaitable[str]], body: dict[str, Any], *, epoch: Epoch, method: str = "PATCH"
) -> None:
    """Adds the example of a change to something new."""

    async def prepare(stage: Stage) -> Ask:
        return Ask(path.partition("{")[0] + await make(stage) + path.partition("}")[2], body)

    WRITES[method, path] = Example(epoch, prepare)


def deletion(path: str, make: Callable[[Stage], Awaitable[str]], *, epoch: Epoch) -> None:
    """Adds the example of deleting something new that nothing refers to."""

    async def prepare(stage: Stage) -> Ask:
        return Ask(path.partition("{")[0] + await make(stage), status=204)

    WRITES["DELETE", path] = Example(epoch, prepare)
