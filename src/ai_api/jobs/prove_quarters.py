"""Proves that the roll-ups are the records: each quarter of an hour soon after it has closed, and once more when it is old.

Settlement and correction write records and roll-ups in one statement, so a quarter that was proven stays so unless a late
settlement breaks it; the second look comes when no call of that quarter can be open any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta

from ai_api.core.db import Hot
from ai_api.core.ids import first_id_of, time_of
from ai_api.jobs import store_books, store_quarters
from ai_api.jobs.store_quarters import KEYS, SUMS, Row
from ai_api.jobs.unexplained import Difference, Unexplained

QUARTER = timedelta(minutes=15)
AGAIN_AFTER = timedelta(hours=25)
"""No call may last longer than 24 hours."""

_FIRST_LOOK, _SECOND_LOOK = "quarters", "quarters_again"
_Sums = dict[tuple[object, ...], tuple[int, ...]]
_NOTHING = (0,) * len(SUMS)
_THE_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class QuarterProof:
    """One lap looks at every quarter that is due. `lag_s` is how long ago one must have ended; `chunk` rows a statement."""

    def __init__(self, hot: Hot, unexplained: Unexplained, *, lag_s: float, chunk: int) -> None:
        self._hot = hot
        self._unexplained = unexplained
        self._lag = timedelta(seconds=lag_s)
        self._chunk = chunk

    async def lap(self) -> AsyncIterator[None]:
        """Looks at the quarters in doubt, then at those that are due."""
        now = await store_books.now(self._hot)
        found: dict[datetime, list[Difference]] = {}
        for quarter in await store_quarters.doubts(self._hot):
            async for _ in self._look(quarter, found):
                yield
            if not found[quarter]:
                await store_quarters.believe(self._hot, quarter)
        for name, age in ((_FIRST_LOOK, self._lag), (_SECOND_LOOK, AGAIN_AFTER)):
            async for _ in self._walk(name, now - age, found):
                yield
        self._unexplained.looked("quarters", [each for differences in found.values() for each in differences])

    async def _walk(self, name: str, until: datetime, found: dict[datetime, list[Difference]]) -> AsyncIterator[None]:
        mark = await store_books.mark(self._hot, name)
        while True:
            used = await store_quarters.next_used(self._hot, time_of(mark), until)
            quarter = None if used is None else used - (used - _THE_FIRST) % QUARTER
            if quarter is None or quarter + QUARTER > until:
                return
            if quarter not in found:
                async for _ in self._look(quarter, found):
                    yield
            after = first_id_of(quarter + QUARTER)
            doubt = quarter if found[quarter] else None
            await store_quarters.move(self._hot, name, mark=mark, to=after, doubt=doubt)
            mark = after
            yield

    async def _look(self, quarter: datetime, found: dict[datetime, list[Difference]]) -> AsyncIterator[None]:
        sums: _Sums = {}
        since, until = first_id_of(quarter), first_id_of(quarter + QUARTER)
        while since < until:
            end = await store_books.chunk_end(self._hot, since, until, records=self._chunk)
            _add(sums, await store_quarters.records_of(self._hot, since, end))
            since = end
            yield
        found[quarter] = compare(quarter, sums, await store_quarters.rolled_up(self._hot, quarter))
        yield


def compare(quarter: datetime, records: _Sums, rolled_up: Iterable[Row]) -> list[Difference]:
    """Where the roll-ups of a quarter are not the sums of its records. A row of zeros is as good as none."""
    says = {row.key: row.sums for row in rolled_up}
    return [
        _difference(quarter, key, says.get(key, _NOTHING), records.get(key, _NOTHING))
        for key in says.keys() | records.keys()
        if says.get(key, _NOTHING) != records.get(key, _NOTHING)
    ]


def _difference(
    quarter: datetime, key: tuple[object, ...], says: tuple[int, ...], should: tuple[int, ...]
) -> Difference:
    off = {name: a - b for name, a, b in zip(SUMS, says, should, strict=True) if a != b}
    shown = {
        name: value if isinstance(value, str) else str(value) for name, value in zip(KEYS, key, strict=True) if value
    }
    facts = {"quarter": quarter.isoformat(), **shown, "off": off}
    # What is off is part of what it is: the same total of other things is another difference.
    return Difference((quarter, key, tuple(off.items())), sum(abs(by) for by in off.values()), facts)


def _add(sums: _Sums, rows: Iterable[Row]) -> None:
    for row in rows:
        before = sums.get(row.key, _NOTHING)
        sums[row.key] = tuple(a + b for a, b in zip(before, row.sums, strict=True))
