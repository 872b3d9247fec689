"""Who keeps whom from a table, and for how long: looked at fifty times a second."""

from __future__ import annotations

import asyncio
import time

import asyncpg

_EVERY_S = 0.02
_LOCKS = """
SELECT l.pid, c.relname, l.mode, l.granted FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND c.relkind IN ('r', 'p')
    AND c.relnamespace = 'public'::regnamespace
    AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""


class Watcher:
    """Sees every lock that keeps writers or readers out. Call `look` as a task.

    `longest_s` is what each can have been held at most, by table, lock and whether it was got or waited for: from the look
    before the one that saw it first to the one that saw it no more. `between_s` is the longest from one look to the end of
    the next: no lock that was never seen was held for longer.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self.longest_s: dict[tuple[str, str, bool], float] = {}
        self.between_s = 0.0

    def forget(self) -> None:
        """Begins anew; a lock that is held at the moment counts from when it was seen first."""
        self.longest_s.clear()
        self.between_s = 0.0

    async def look(self) -> None:
        """Goes on until it is cancelled. Raises asyncpg's errors."""
        connection = await asyncpg.connect(self._dsn)
        began: dict[tuple[int, str, str, bool], float] = {}
        before = time.monotonic()
        try:
            while True:
                asked = time.monotonic()
                rows = await connection.fetch(_LOCKS)
                now = time.monotonic()
                self.between_s = max(self.between_s, now - before)
                seen = {(row["pid"], row["relname"], row["mode"], row["granted"]) for row in rows}
                for key in began.keys() | seen:
                    since = began.get(key, before)
                    self.longest_s[key[1:]] = max(self.longest_s.get(key[1:], 0.0), now - since)
                began = {key: began.get(key, before) for key in seen}
                before = asked
                await asyncio.sleep(_EVERY_S)
        finally:
            await connection.close()


async def proven(watcher: Watcher, dsn: str) -> None:
    """That the watcher sees locks, by one that is held until it is seen; forgotten afterwards. Raises TimeoutError.

    A migration that only adds a column to many records locks for less than the time between two looks.
    """
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(30), connection.transaction():
            await connection.execute("LOCK TABLE members IN SHARE MODE")
            while ("members", "ShareLock", True) not in watcher.longest_s:
                await asyncio.sleep(_EVERY_S)
    finally:
        await connection.close()
    # Until it has been seen to be gone it would be counted among what comes next.
    await asyncio.sleep(5 * _EVERY_S)
    watcher.forget()
