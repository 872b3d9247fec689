"""Three times as many calls as fit: what is still answered, how the others are turned away, and when all is well again."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ai_api.settings.groups import Load
from tests.load.answers import PLAIN, STREAM, Question
from tests.load.arrivals import Arrival, Arrivals
from tests.load.figures import quantile
from tests.load.machine import cpu_s, descriptors, listen_overflows, rss_mb
from tests.load.measure import Meter
from tests.load.open_streams import fresh_gateway
from tests.load.plan import Plan, Say
from tests.load.proof import Proof, Strangers
from tests.load.run import line
from tests.load.stand import Stand

TIMES = 3.0
GOOD_WITHIN_S = 5.0
"""Whoever waits longer has left."""
CALM_SHARE = 0.5
CALM_S = 5.0
AFTER_S = 12.0
ENDED_WITHIN_S = 60.0
NORMAL_TIMES = 3.0
"""Normal again: nobody is turned away, and the median of a second is at most so many times that of before."""
NORMAL_IN_A_ROW = 5
"""So many seconds: at half of what fits there is one now and then that is not normal, long after an overload."""
_LOOK_S = 0.25
_AS_SHIPPED = {f"AI_API_LOAD__{name.upper()}": str(value) for name, value in Load().model_dump().items()}
"""A gateway of the tests takes on whatever comes."""


@dataclass(slots=True)
class Overload:
    """What was seen of one kind of call in one round. `peak_per_s` is what 64 callers got who wait for their answers: the mean of
    just before and just after, as a machine that others use is not as fast the next minute.
    """

    question: Question
    peak_per_s: float
    asked_per_s: float
    good_per_s: float
    good_p50_ms: float
    good_p99_ms: float
    refused_per_s: float
    refusal_p50_ms: float
    refusal_p99_ms: float
    """Of refusals, from when their requests were sent; answers count from when they were due."""
    with_retry_after: float
    endings: dict[str, int]
    notes: dict[str, tuple[int, float]]
    """Other endings in more words, how many they were, and the median of their seconds."""
    calm_p50_ms: float
    normal_after_s: float | None
    abnormal_later: int
    """Seconds after that which were not normal."""
    client_late_p99_ms: float
    open_peak: int
    descriptors_peak: int
    """Of the worker: connections it has accepted, and its own to the provider."""
    listen_overflows: int
    """Connections that found the listener's queue full, on the whole machine."""
    rss_mb: tuple[float, float]
    core_shares: tuple[float, float]
    """How busy the gateway kept its core while too much came, and the load, the provider and Postgres the other: 0 to 1."""
    by_second: list[tuple[int, int, int]]
    """Of each second since the overload began: answered in time, refused, and anything else, by when the call was due."""

    @property
    def good_share(self) -> float:
        """Answers in time, of the peak."""
        return self.good_per_s / self.peak_per_s


@dataclass(slots=True)
class OverloadResults:
    """The rounds of each kind of call."""

    found: list[list[Overload]] = field(default_factory=list)
    strangers: float = 0.0
    records: int = 0


async def run(stand: Stand, plan: Plan, say: Say) -> OverloadResults:
    """Overloads a gateway that has just started, with whole answers and with streams, and checks the books."""
    results, strangers = OverloadResults(), Strangers(stand)
    for question in (PLAIN, STREAM):
        meter, proof = Meter(stand), await Proof.begin(stand)
        async with fresh_gateway(stand, **_AS_SHIPPED) as name:
            await meter.meet(question, name)
            await meter.look([question], ["direct", name])
            with strangers.watched():
                rounds = await _rounds(stand, meter, plan, question, name, say)
            meter.count(name, sum(found.endings.get("good", 0) for found in rounds))
        results.found.append(rounds)
        results.records += await proof.complete(meter, exactly=False)
    results.strangers = strangers.share
    return results


async def _rounds(stand: Stand, meter: Meter, plan: Plan, question: Question, name: str, say: Say) -> list[Overload]:
    """Overloads, each between two looks at what fits."""
    rounds: list[Overload] = []
    before = await meter.full(question, name, seconds=plan.seconds)
    for number in range(plan.repeats):
        say(line(number, question.name, name, before))
        found = await _overload(stand, meter, plan, question, name, before.calls_per_s, say)
        after = await meter.full(question, name, seconds=plan.seconds)
        found.peak_per_s = (before.calls_per_s + after.calls_per_s) / 2
        say(f"   answered in time {found.good_per_s:,.0f}/s of {found.peak_per_s:,.0f}, {found.good_share:.0%}")
        rounds.append(found)
        before = after
    return rounds


async def _overload(
    stand: Stand, meter: Meter, plan: Plan, question: Question, name: str, peak: float, say: Say
) -> Overload:
    pid = stand.servers[name].pid
    before_mb, overflows = rss_mb(pid), listen_overflows()
    arrivals = Arrivals(stand.target(name, question), question, length=meter.length(question, name))
    try:
        async with _watching(arrivals, pid) as watched:
            # A look through a hundred thousand calls that are kept would be in the time of those under way.
            gc.disable()
            calm = await arrivals.come(peak * CALM_SHARE, CALM_S)
            say(f"   {peak * TIMES:,.0f} calls/s for {plan.overload_s:g} s, which is {TIMES:g} times what fits")
            began, used = time.perf_counter(), (cpu_s([pid]), stand.cpu_s())
            hard = await arrivals.come(peak * TIMES, plan.overload_s)
            over, used_then = time.perf_counter(), (cpu_s([pid]), stand.cpu_s())
            after = await arrivals.come(peak * CALM_SHARE, AFTER_S)
            await arrivals.rest(ENDED_WITHIN_S)
    finally:
        gc.enable()
        arrivals.close()
    seen = _Seen(question, peak, calm, hard, after, began=began, over=over)
    found = judged(seen, endings=Counter(each.ending for each in arrivals.all))
    found.open_peak, found.rss_mb = watched.open_peak, (before_mb, watched.rss_peak_mb)
    found.descriptors_peak = watched.descriptors_peak
    found.listen_overflows = listen_overflows() - overflows
    own_s, all_s = (then - before for before, then in zip(used, used_then, strict=True))
    found.core_shares = own_s / (over - began), (all_s - own_s) / (over - began)
    say(
        f"   refused {found.refused_per_s:,.0f}/s; cores {found.core_shares[0]:.0%} {found.core_shares[1]:.0%}; {found.endings}"
    )
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    question: Question
    peak: float
    calm: Sequence[Arrival]
    hard: Sequence[Arrival]
    after: Sequence[Arrival]
    began: float
    over: float


def judged(seen: _Seen, *, endings: Counter[str]) -> Overload:
    """The figures of what was seen. Pure."""
    lasted = seen.over - seen.began
    hard = seen.hard
    in_time = [each for each in hard if is_good(each)]
    refused = [each for each in hard if each.ending == "refused"]
    calm_p50_ms = _ms([each.took_s for each in seen.calm if each.ending == "good"], 0.5)
    normal = normal_after(seen.after, since=seen.over, p50_ms=calm_p50_ms * NORMAL_TIMES)
    others: dict[str, list[float]] = {}
    for each in hard:
        if each.ending not in {"good", "refused"}:
            others.setdefault(f"{each.status or each.ending}: {each.note}", []).append(each.took_s)
    return Overload(
        question=seen.question,
        peak_per_s=seen.peak,
        asked_per_s=len(hard) / lasted,
        good_per_s=len(in_time) / lasted,
        good_p50_ms=_ms([each.took_s for each in in_time], 0.5),
        good_p99_ms=_ms([each.took_s for each in in_time], 0.99),
        refused_per_s=len(refused) / lasted,
        refusal_p50_ms=_ms([each.answered_within_s for each in refused], 0.5),
        refusal_p99_ms=_ms([each.answered_within_s for each in refused], 0.99),
        with_retry_after=sum(each.retry_after for each in refused) / len(refused) if refused else 1.0,
        endings=dict(endings),
        notes={note: (len(took), quantile(took, 0.5)) for note, took in _most(others, 4)},
        calm_p50_ms=calm_p50_ms,
        normal_after_s=None if normal is None else normal[0],
        abnormal_later=0 if normal is None else normal[1],
        client_late_p99_ms=_ms([each.late_s for each in hard if each.sent_s], 0.99),
        open_peak=0,
        descriptors_peak=0,
        listen_overflows=0,
        rss_mb=(0.0, 0.0),
        core_shares=(0.0, 0.0),
        by_second=_by_second([*hard, *seen.after], seen.began),
    )


def _most(others: dict[str, list[float]], count: int) -> list[tuple[str, list[float]]]:
    return sorted(others.items(), key=lambda each: len(each[1]), reverse=True)[:count]


def is_good(arrival: Arrival) -> bool:
    """Whether somebody was still there to read the answer."""
    return arrival.ending == "good" and arrival.took_s <= GOOD_WITHIN_S


def normal_after(after: Sequence[Arrival], *, since: float, p50_ms: float) -> tuple[float, int] | None:
    """Seconds until so many in a row were normal, and how many of those that followed were not. None: never. Pure.

    A second is normal when everybody was answered in time, half of them within `p50_ms`.
    """
    seconds: dict[int, list[Arrival]] = {}
    for each in after:
        seconds.setdefault(int(each.due_s - since), []).append(each)
    normal = [
        all(is_good(each) for each in calls) and _ms([each.took_s for each in calls], 0.5) <= p50_ms
        for _, calls in sorted(seconds.items())
    ]
    for first in range(len(normal) - NORMAL_IN_A_ROW + 1):
        if all(normal[first : first + NORMAL_IN_A_ROW]):
            return float(first), normal[first:].count(False)
    return None


def _by_second(arrivals: Sequence[Arrival], began: float) -> list[tuple[int, int, int]]:
    counted: dict[int, list[int]] = {}
    for each in arrivals:
        kind = 0 if is_good(each) else 1 if each.ending == "refused" else 2
        counted.setdefault(int(each.due_s - began), [0, 0, 0])[kind] += 1
    return [(good, refused, other) for _, (good, refused, other) in sorted(counted.items())]


def _ms(seconds: Sequence[float], share: float) -> float:
    return quantile(seconds, share) * 1000


@dataclass(slots=True)
class _Watched:
    open_peak: int = 0
    rss_peak_mb: float = 0.0
    descriptors_peak: int = 0


@asynccontextmanager
async def _watching(arrivals: Arrivals, pid: int) -> AsyncIterator[_Watched]:
    """Looks at the calls that are open and at the worker's memory until the end of the block."""
    watched = _Watched()

    async def look() -> None:
        while True:
            watched.open_peak = max(watched.open_peak, arrivals.open)
            watched.rss_peak_mb = max(watched.rss_peak_mb, rss_mb(pid))
            watched.descriptors_peak = max(watched.descriptors_peak, descriptors(pid))
            await asyncio.sleep(_LOOK_S)

    looking = asyncio.create_task(look())
    try:
        yield watched
    finally:
        looking.cancel()
        await asyncio.wait({looking})
