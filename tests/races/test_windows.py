"""A rate limit over four replicas: what a sliding window of two buckets promises, and what it does not."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import pytest

from ai_api.core.ids import unix_ms_of
from ai_api.quotas.limit import Limit
from ai_api.quotas.rules import Granted
from ai_api.quotas.windows import WHOLE, bucket_at
from tests.races.replicas import Crew, Replica, replicas

pytestmark = pytest.mark.usefixtures("unhurried")

REPLICAS, CLIENTS = 4, 8


@pytest.fixture
def window_s(full: bool) -> int:
    return 60 if full else 3


class Admitted(NamedTuple):
    """A call by when it started, which is when it asked, and when it had its answer; in ms."""

    at: int
    told_at: int


async def pressing(crew: Crew, limit: Limit, seconds: float) -> tuple[list[Admitted], list[int]]:
    """Every replica asks as fast as it is answered: who was admitted, and when all asked."""
    admitted: list[Admitted] = []
    asked: list[int] = []
    until = time.monotonic() + seconds

    async def client(replica: Replica) -> None:
        while time.monotonic() < until:
            call = crew.call(limit)
            asked.append(unix_ms_of(call.id))
            if isinstance(await replica.ask(call), Granted):
                admitted.append(Admitted(unix_ms_of(call.id), int(time.time() * 1000)))
                await replica.settle(call)
            await asyncio.sleep(0.004)

    await asyncio.gather(*(client(replica) for replica in crew for _ in range(CLIENTS)))
    return sorted(admitted), sorted(asked)


def unsteady(asked: list[int], window_s: int) -> float:
    """The part of a window in which nobody asked, once, because the machine stood still: what came back in it was taken at
    its end, all at once, and so a true window may hold so much more at either of its ends."""
    return 2 * max(later - sooner for sooner, later in pairwise(asked)) / (1000 * window_s)


def weighted_worst(admitted: list[Admitted], window_s: int) -> float:
    """The most that the two buckets said at any admission: the present one, and the part of the last that still counts.

    Who was told in the bucket after its own may have come later than others there, who could not know of it.
    """
    buckets: Counter[int] = Counter()
    known: Counter[int] = Counter()
    worst = 0.0
    for at, told_at in admitted:
        bucket = bucket_at(window_s, at)
        buckets[bucket.number] += 1
        known[bucket.number] += bucket_at(window_s, told_at).number == bucket.number
        worst = max(worst, buckets[bucket.number] + known[bucket.number - 1] * bucket.previous_weight / WHOLE)
    return worst


def true_worst(starts: list[int], window_s: int) -> int:
    """The most that any window of that length held, wherever it began."""
    return max(n + 1 - bisect_right(starts, at - window_s * 1000) for n, at in enumerate(starts))


async def test_four_replicas_admit_four_times_the_rate(database, window_s, capsys):
    async with replicas(database, REPLICAS) as crew:
        limit = crew.limit(100 * window_s, window_s=window_s)
        admitted, asked = await pressing(crew, limit, 3.5 * window_s)
        starts = [each.at for each in admitted]
        buckets = Counter(bucket_at(window_s, at).number for at in starts)
        first = min(buckets)
        # One percent, and as much more as demand was not steady.
        within = 0.01 + unsteady(asked, window_s)
        later = [at for at in starts if at >= (first + 2) * window_s * 1000]
        with capsys.disabled():
            print(
                f"\n{limit.amount} calls in {window_s} s: buckets {sorted(buckets.items())}, by the two buckets at most "
                f"{weighted_worst(admitted, window_s):.0f}, in a true window at most {true_worst(starts, window_s)}, "
                f"{true_worst(later, window_s)} once demand is steady (within {within:.1%})"
            )
        # Exactly: in no bucket more than the limit, and never more by the count of the two buckets.
        assert max(buckets.values()) <= limit.amount
        assert weighted_worst(admitted, window_s) <= limit.amount
        # Anywhere: less than twice as much; and within a little where the demand was steady over the window before.
        assert true_worst(starts, window_s) < 2 * limit.amount
        assert true_worst(later, window_s) <= limit.amount * (1 + within)
        # And no less: a bucket after the second, asked of all the time, is used up.
        whole = [count for number, count in buckets.items() if first + 2 <= number < max(buckets)]
        assert whole
        assert min(whole) >= limit.amount * (1 - within)


async def test_a_restart_fills_the_window_again(database):
    """What was counted is in the database, not in a replica: a new one finds the window as full as it was."""
    async with replicas(database, 2) as crew:
        # Of such a length that its bucket has just begun.
        limit = crew.limit(20, window_s=min(range(60, 120), key=lambda window_s: time.time() % window_s))
        calls = [crew.call(limit) for _ in range(40)]
        verdicts = await asyncio.gather(*(crew[n % 2].ask(call) for n, call in enumerate(calls)))
        admitted = [call for call, verdict in zip(calls, verdicts, strict=True) if isinstance(verdict, Granted)]
        assert len(admitted) == 20
        async with crew.replica() as restarted:
            for call in admitted[:10]:
                await crew[0].settle(call)
            assert not isinstance(await restarted.ask(crew.call(limit)), Granted)
            for call in admitted[10:]:
                await restarted.settle(call)
            assert not isinstance(await restarted.ask(crew.call(limit)), Granted)


async def test_a_window_that_is_over_is_not_empty(database, window_s):
    """All of it used at the very end of a bucket; a window and a second later there is room for as much again."""
    async with replicas(database, 2) as crew:
        limit = crew.limit(50, window_s=window_s)
        await _late_in_a_bucket(window_s)
        first = [crew.call(limit) for _ in range(50)]
        for n, call in enumerate(first):
            assert isinstance(await crew[n % 2].ask(call), Granted)
            await crew[0].settle(call)
        await asyncio.sleep(window_s + 1)
        # What the bucket before still weighs is the part of a second that its end is younger than a window.
        calls = [crew.call(limit) for _ in range(60)]
        number = bucket_at(window_s, unix_ms_of(calls[0].id)).number
        assert number == bucket_at(window_s, unix_ms_of(first[-1].id)).number + 2
        verdicts = await asyncio.gather(*(crew[n % 2].ask(call) for n, call in enumerate(calls)))
        admitted = [call for call, verdict in zip(calls, verdicts, strict=True) if isinstance(verdict, Granted)]
        assert len(admitted) == 50
        for call in admitted:
            await crew[1].settle(call)


async def test_a_call_that_comes_late_counts_in_a_window_that_is_forgotten(database):
    """Started at the end of one bucket, admitted when others have begun the next: it still finds the first one full."""
    window_s = 3
    async with replicas(database, 2) as crew:
        limit = crew.limit(30, window_s=window_s)
        await _late_in_a_bucket(window_s)
        first, late = [crew.call(limit) for _ in range(30)], [crew.call(limit) for _ in range(30)]
        for call in first:
            assert isinstance(await crew[0].ask(call), Granted)
            await crew[0].settle(call)
        await asyncio.sleep(0.6)
        newer = crew.call(limit)
        # A little of the bucket before has gone by: there is room for one, and the account goes on to the new bucket.
        assert isinstance(await crew[0].ask(newer), Granted)
        verdicts = [isinstance(await crew[1].ask(call), Granted) for call in late]
        for call, admitted in [(newer, True), *zip(late, verdicts, strict=True)]:
            if admitted:
                await crew[1].settle(call)
        assert sum(verdicts) == 0, "over the limit of the bucket they started in"


async def _late_in_a_bucket(window_s: int) -> None:
    """Waits for the last half second of a bucket."""
    into = time.time() % window_s
    await asyncio.sleep((window_s - 0.5 - into) % window_s)
