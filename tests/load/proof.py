"""That a part of the run measured what it says: every answer is in the ledger once, and strangers left the cores alone."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from ai_api.core.ids import first_id_of
from tests.load.answers import WrongAnswer
from tests.load.machine import busy_s
from tests.load.measure import Meter
from tests.load.stand import Stand
from tests.support.books import Books

_COUNT = """
SELECT count(*) AS records, count(*) FILTER (WHERE outcome = 'ok' AND usage_source = 'provider') AS good
FROM call_records WHERE call_id >= $1
"""
_HELD = "SELECT (SELECT count(*) FROM holds) + (SELECT count(*) FROM quota_accounts WHERE held <> 0) AS held"
_RELEASED_WITHIN_S = 5.0
_SWEPT_WITHIN_S = 60.0


class Proof:
    """One part of a run: begins, and is checked at its end."""

    def __init__(self, stand: Stand, since: UUID) -> None:
        self._stand = stand
        self._since = since

    @classmethod
    async def begin(cls, stand: Stand) -> Proof:
        """From now on everything counts. Nothing may be under way."""
        await stand.forget()
        time.sleep(0.002)
        return cls(stand, first_id_of(datetime.now(UTC)))

    async def complete(self, meter: Meter, *, laws: bool = True, exactly: bool = True) -> int:
        """The ledger has what was answered, no more and no less, and nothing is held. Gives the number of records.

        `laws` looks through all of the books, which takes too long where a million records were put. Where calls were refused
        or cut, there are records beside those of whole answers: then not `exactly`, and holds may take a moment to go. Raises
        WrongAnswer, TimeoutError, and AssertionError when the books are wrong.
        """
        counters, answered = await self._stand.provider_counters(), meter.answered.total()
        enough = counters["finished"] >= answered
        if not enough or (exactly and (counters["finished"] != answered or counters["aborted"] or counters["refused"])):
            raise WrongAnswer(f"the provider counted {counters}, the clients {dict(meter.answered)}")
        by_database: Counter[str] = Counter()
        for name, count in meter.answered.items():
            if dsn := meter.databases.get(name):
                by_database[dsn] += count
        for dsn, count in by_database.items():
            await self._check(Books(dsn), count, exactly=exactly)
            if laws:
                await Books(dsn).assert_at_rest()
        return by_database.total()

    async def _check(self, books: Books, answered: int, *, exactly: bool) -> None:
        async with asyncio.timeout(_RELEASED_WITHIN_S if exactly else _SWEPT_WITHIN_S):
            while held := (await books.fetch(_HELD))[0]["held"]:
                await asyncio.sleep(0.1 + held / 10_000)
        (found,) = await books.fetch(_COUNT, self._since)
        wrong = found["good"] < answered or (exactly and (found["records"] != answered or found["good"] != answered))
        if wrong:
            raise WrongAnswer(f"{answered} calls were answered, but the ledger has {dict(found)}")


class Strangers:
    """How much of the two cores programs used that do not belong to the run, while it was looked at."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._theirs_s = 0.0
        self._lasted_s = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Looks at this block, in which no server of the stand may come or go."""
        began, busy, ours = time.monotonic(), busy_s(self._stand.cores), self._stand.cpu_s()
        yield
        self._theirs_s += max(0.0, busy_s(self._stand.cores) - busy - (self._stand.cpu_s() - ours))
        self._lasted_s += time.monotonic() - began

    @property
    def share(self) -> float:
        """Of both cores; 0 when nothing was looked at."""
        return self._theirs_s / (2 * self._lasted_s) if self._lasted_s else 0.0
