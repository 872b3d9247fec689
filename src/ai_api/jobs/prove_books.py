"""Proves the books, all the time: what accounts hold and have settled, and that roll-ups are the records.

A difference counts when it was there in two looks in a row, and, where sums were kept from earlier laps, when the records
themselves were counted again in between. Nothing is mended here but those sums: a person decides about the rest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ai_api.core.db import Hot
from ai_api.core.ids import first_id_of
from ai_api.jobs import store_books, store_recount
from ai_api.jobs.laps import Laps
from ai_api.jobs.prove_quarters import QuarterProof
from ai_api.jobs.runner import Job
from ai_api.jobs.store_books import FIRST, LAST, MARK, Kept, Off
from ai_api.jobs.store_recount import Sum
from ai_api.jobs.unexplained import Difference, Unexplained

EVERY_S = 2.0
LAP_EVERY_S = 300.0
LAG_S = 30.0
"""Calls younger than this are read at each look; older ones are summed once."""
WINDOW_KEPT = timedelta(days=35)
SLIDING_KEPT = timedelta(days=3)
"""Two of the longest sliding windows, and a day."""
SWEPT_FINAL = timedelta(days=7)
RECOUNT_MAX = 1_000
_THE_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chunks:
    """How much one statement reads: records, accounts, calls that were open."""

    records: int = 5_000
    accounts: int = 20_000
    open_calls: int = 5_000


class BookProof:
    """One lap sums up what was booked since the last one, looks at all accounts, then at the quarters that are due."""

    def __init__(
        self, hot: Hot, unexplained: Unexplained, *, lag_s: float = LAG_S, chunks: Chunks | None = None
    ) -> None:
        self._hot = hot
        self._unexplained = unexplained
        self._lag = timedelta(seconds=lag_s)
        self._chunks = chunks or Chunks()
        self._quarters = QuarterProof(hot, unexplained, lag_s=lag_s, chunk=self._chunks.records)

    async def lap(self) -> AsyncIterator[None]:
        """Yields after every statement. Raises StoreUnavailable."""
        now = await store_books.now(self._hot)
        kept = kept_at(now)
        async for _ in self._sum_up(first_id_of(now - self._lag), kept):
            yield
        suspects: list[Off] = []
        async for _ in self._look(suspects):
            yield
        async for _ in self._recount([each.account_id for each in suspects][:RECOUNT_MAX], kept):
            yield
        async for _ in self._quarters.lap():
            yield
        await store_books.note_proofs(self._hot, self._unexplained.proved())

    async def _sum_up(self, until: UUID, kept: Kept) -> AsyncIterator[None]:
        since = await store_books.mark(self._hot, MARK)
        while since < until:
            end = await store_books.chunk_end(self._hot, since, until, records=self._chunks.records)
            await store_books.fold(self._hot, since, end, kept)
            since = end
            yield
        limit = self._chunks.open_calls
        while await store_books.close_open(self._hot, kept, limit=limit) == limit:
            yield

    async def _look(self, suspects: list[Off]) -> AsyncIterator[None]:
        """Looks at every account once; what has settled otherwise than the last look saw is a suspect."""
        held: list[Off] = []
        settled: list[Off] = []
        up_to = await store_books.mark(self._hot, MARK)
        after = FIRST
        while after < LAST:
            end = await store_books.slice_end(self._hot, after, accounts=self._chunks.accounts)
            held += await store_books.held_off(self._hot, after, end)
            yield
            settled += await store_books.settled_off(self._hot, after, end, up_to)
            yield
            await store_books.forget_past(self._hot, after, end)
            after = end
        suspects += [each for each in settled if self._unexplained.is_new("settled", _difference(each))]
        self._unexplained.looked("held", map(_difference, held))
        self._unexplained.looked("settled", map(_difference, settled))

    async def _recount(self, account_ids: Sequence[UUID], kept: Kept) -> AsyncIterator[None]:
        """Counts the records of these accounts again, from before the first that can have booked on them up to the mark."""
        if not account_ids:
            return
        began = await store_recount.recount_since(self._hot, account_ids)
        since = first_id_of(max(_THE_FIRST, min(kept.window, began or kept.window)))
        until = await store_books.mark(self._hot, MARK)
        sums = {(each.account_id, each.bucket): each for each in await store_recount.dropped(self._hot, account_ids)}
        while since < until:
            end = await store_books.chunk_end(self._hot, since, until, records=self._chunks.records)
            for part in await store_recount.recount(self._hot, since, end, account_ids):
                known = sums.get((part.account_id, part.bucket))
                sums[part.account_id, part.bucket] = part if known is None else _added(known, part)
            since = end
            yield
        await store_recount.replace_sums(self._hot, account_ids, list(sums.values()))
        yield


def prove_books(proof: BookProof, monotonic: Callable[[], float]) -> Job:
    """A second of work at a time, so that the sweep is not kept waiting."""
    return Job("prove_books", EVERY_S, Laps(proof.lap, monotonic, every_s=LAP_EVERY_S).run)


def kept_at(now: datetime) -> Kept:
    """Until when accounts are kept, and until when a swept record may still be corrected."""
    return Kept(sliding=now - SLIDING_KEPT, window=now - WINDOW_KEPT, swept=first_id_of(now - SWEPT_FINAL))


def _difference(off: Off) -> Difference:
    return Difference((off.account_id, off.what), off.by, {**off.facts, "what": off.what})


def _added(one: Sum, other: Sum) -> Sum:
    return Sum(one.account_id, one.bucket, one.amount + other.amount, max(one.last_at, other.last_at))
