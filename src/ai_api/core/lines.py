"""Lines before a group commit: who waits, and who goes with the next batch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

Waiter = TypeVar("Waiter")


class Line(Protocol[Waiter]):
    """Who waits, and who goes next."""

    def __len__(self) -> int:
        """How many wait."""
        ...

    def put(self, waiter: Waiter) -> None:
        """One more waits."""
        ...

    def take(self, batch_max: int) -> list[Waiter]:
        """The next batch; empty when nobody may go now."""
        ...

    def done(self, batch: list[Waiter]) -> None:
        """A batch that was taken is over."""
        ...

    def opens_in_s(self) -> float | None:
        """In how many seconds somebody may go whom `take` did not give, though no batch ends before; None if nobody."""
        ...

    def clear(self) -> None:
        """Nobody waits any more."""
        ...


class Arrival(Generic[Waiter]):
    """A line in the order of arrival."""

    def __init__(self) -> None:
        self._waiting: deque[Waiter] = deque()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def put(self, waiter: Waiter) -> None:
        """One more waits."""
        self._waiting.append(waiter)

    def take(self, batch_max: int) -> list[Waiter]:
        """Those who came first."""
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), batch_max))]

    def done(self, batch: list[Waiter]) -> None:
        """Nothing hangs on it."""

    def opens_in_s(self) -> None:
        """`take` gave whoever came first."""

    def clear(self) -> None:
        """Nobody waits any more."""
        self._waiting.clear()


class Turns(Generic[Waiter]):
    """A line for each key, and turns among them: one key with thousands waiting does not hold up the others.

    A key has one batch on its way at a time, so its own order is kept and nobody waits behind its locks. Keys with up to
    `share` waiting go together. A key with more goes alone, for its batch is a long one. `of_a_kind_max` batches of either
    kind are on their way at most: with one less than the commit allows, neither kind waits for the other.

    Of those who go together, one batch is on its way, and another beside it only once it has been so for `beside_after_s`,
    since somebody in it may wait for a lock: a batch costs Postgres as much as eight calls in it.
    """

    def __init__(
        self, key: Callable[[Waiter], Hashable], *, share: int, of_a_kind_max: int, beside_after_s: float = 0.0
    ) -> None:
        self._key = key
        self._beside_after_s = beside_after_s
        self._together_since = 0.0
        self._share = share
        self._of_a_kind_max = of_a_kind_max
        self._waiting: dict[Hashable, deque[Waiter]] = {}
        self._many: dict[Hashable, None] = {}
        self._on_their_way: dict[Hashable, bool] = {}
        self._batches = {False: 0, True: 0}
        self._count = 0

    def __len__(self) -> int:
        """How many wait."""
        return self._count

    def first(self, key: Hashable) -> Waiter | None:
        """Who has waited longest of this key."""
        waiting = self._waiting.get(key)
        return waiting[0] if waiting else None

    def waiting(self, key: Hashable) -> int:
        """How many of this key wait."""
        return len(self._waiting.get(key, ()))

    def put(self, waiter: Waiter) -> None:
        """One more waits."""
        key = self._key(waiter)
        waiting = self._waiting.setdefault(key, deque())
        waiting.append(waiter)
        self._count += 1
        if len(waiting) > self._share:
            self._many[key] = None

    def take(self, batch_max: int) -> list[Waiter]:
        """Everybody with a few, or else one with many; empty when nobody's turn has come."""
        if self._batches[False] < self._of_a_kind_max and self._closed_for_s() <= 0:
            few = [key for key in self._waiting if key not in self._on_their_way and key not in self._many]
            if few:
                return self._start(few, batch_max, alone=False)
        if self._batches[True] < self._of_a_kind_max:
            many = next((key for key in self._many if key not in self._on_their_way), None)
            if many is not None:
                return self._start([many], batch_max, alone=True)
        return []

    def done(self, batch: list[Waiter]) -> None:
        """A batch is over: its keys may go again."""
        alone = {self._on_their_way.pop(key) for key in {self._key(waiter) for waiter in batch}}
        for kind in alone:
            self._batches[kind] -= 1

    def opens_in_s(self) -> float | None:
        """Seconds until another batch may go beside the one of those who go together."""
        left_s = self._closed_for_s()
        return left_s if left_s > 0 and len(self._waiting) > len(self._many) else None

    def clear(self) -> None:
        """Nobody waits any more."""
        self._waiting.clear()
        self._many.clear()
        self._count = 0

    def _closed_for_s(self) -> float:
        if not self._batches[False]:
            return 0.0
        return self._together_since + self._beside_after_s - time.monotonic()

    def _start(self, keys: list[Hashable], batch_max: int, *, alone: bool) -> list[Waiter]:
        batch: list[Waiter] = []
        for key in keys:
            waiting = self._waiting[key]
            if batch and len(batch) + len(waiting) > batch_max:
                break
            batch += [waiting.popleft() for _ in range(min(len(waiting), batch_max))]
            self._on_their_way[key] = alone
            # Those who are left go behind everybody who waits already.
            del self._waiting[key]
            self._many.pop(key, None)
            if waiting:
                self._waiting[key] = waiting
                if len(waiting) > self._share:
                    self._many[key] = None
        self._batches[alone] += 1
        if not alone:
            self._together_since = time.monotonic()
        self._count -= len(batch)
        return batch
