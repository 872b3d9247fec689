"""The connections of a pool that is being opened. One that comes too late fails all, and then none of them may be left."""

from __future__ import annotations

from typing import Protocol


class Ended(Protocol):
    """A connection, as far as the end of it goes."""

    def terminate(self) -> None:
        """Drops it at once."""
        ...


class PoolOpening:
    """Remembers them until the pool looks after them itself."""

    def __init__(self) -> None:
        self._made: list[Ended] | None = []
        self._is_given_up = False

    def note(self, connection: Ended) -> None:
        """One was made. Raises ConnectionError, whereupon the pool closes it, when nobody waits for the pool any more."""
        if self._is_given_up:
            raise ConnectionAbortedError("the pool was given up before this connection came")
        if self._made is not None:
            self._made.append(connection)

    def has_succeeded(self) -> None:
        """The pool has them all, and looks after them."""
        self._made = None

    def give_up(self) -> None:
        """Drops those that were made, and those that are still on their way."""
        self._is_given_up = True
        for connection in self._made or ():
            connection.terminate()
