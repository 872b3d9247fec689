"""One load run: everything measured several times in turn, then the books are checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.load.answers import LONG, PACED, PLAIN, STREAM, Question, WrongAnswer
from tests.load.machine import busy_s, rss_mb
from tests.load.measure import Meter, Sample, middle
from tests.load.stand import Stand

FULL = (PLAIN, STREAM, PACED)
IDLE_PER_S = 20.0
"""A rate at which nothing waits for anything: what one call takes, short or with a prompt of 300 KB."""

_COUNT = """
SELECT count(*) AS records, count(*) FILTER (WHERE outcome = 'ok' AND usage_source = 'provider') AS good FROM call_records
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often."""

    seconds: float
    repeats: int


@dataclass(frozen=True, slots=True)
class Results:
    """All samples, in the order of their repeats, by question and target. `strangers` is the share of both cores that
    programs which do not belong to the run have used meanwhile."""

    full: dict[tuple[Question, str], list[Sample]]
    half_rate: float
    half: dict[str, list[Sample]]
    short: dict[str, list[Sample]]
    long: dict[str, list[Sample]]
    rss_mb: dict[str, float]
    strangers: float
    records: int


async def run(stand: Stand, plan: Plan, say: Callable[[str], None]) -> Results:
    """Measures and checks. Raises WrongAnswer, TimeoutError, AssertionError when the books are wrong."""
    meter = Meter(stand)
    await meter.meet(PLAIN)
    await meter.look([*FULL, LONG])
    began, busy, ours = time.monotonic(), busy_s(stand.cores), stand.cpu_s()
    full: dict[tuple[Question, str], list[Sample]] = {}
    for repeat in range(plan.repeats):
        for question in FULL:
            for target in _in_turn(("relay", "gateway"), repeat):
                sample = await meter.full(question, target, seconds=plan.seconds)
                full.setdefault((question, target), []).append(sample)
                say(_line(repeat, question, target, sample))
    rate = middle(full[PLAIN, "gateway"], "calls_per_s") / 2
    half = await _steadily(meter, plan, PLAIN, rate, say)
    short = await _steadily(meter, plan, PLAIN, IDLE_PER_S, say)
    long = await _steadily(meter, plan, LONG, IDLE_PER_S, say)
    lasted = time.monotonic() - began
    strangers = max(0.0, (busy_s(stand.cores) - busy) - (stand.cpu_s() - ours)) / (2 * lasted)
    memory = {target: rss_mb(stand.pid_of(target)) for target in ("relay", "gateway")}
    return Results(full, rate, half, short, long, memory, strangers, await _check(stand, meter))


async def _steadily(
    meter: Meter, plan: Plan, question: Question, rate: float, say: Callable[[str], None]
) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for repeat in range(plan.repeats):
        for target in _in_turn(("direct", "relay", "gateway"), repeat):
            sample = await meter.steady(question, target, rate=rate, seconds=plan.seconds)
            found.setdefault(target, []).append(sample)
            say(_line(repeat, question, target, sample))
    return found


def _in_turn(targets: Sequence[str], repeat: int) -> Sequence[str]:
    # Forwards, then backwards: what drifts over a run, drifts for all of them.
    return targets if repeat % 2 == 0 else targets[::-1]


async def _check(stand: Stand, meter: Meter) -> int:
    """The ledger has what was answered, no more and no less, and the laws hold. Gives the number of records."""
    counters = await stand.provider_counters()
    if counters["finished"] != sum(meter.answered.values()) or counters["aborted"] or counters["refused"]:
        raise WrongAnswer(f"the provider counted {counters}, the clients {meter.answered}")
    (counted,) = await stand.books.fetch(_COUNT)
    if counted["records"] != meter.answered["gateway"] or counted["good"] != meter.answered["gateway"]:
        raise WrongAnswer(f"{meter.answered['gateway']} calls were answered, but the ledger has {dict(counted)}")
    await stand.books.assert_at_rest()
    return int(counted["records"])


def _line(repeat: int, question: Question, target: str, sample: Sample) -> str:
    return (
        f"{repeat + 1}  {question.name:38} {target:8} {sample.calls_per_s:8,.0f} calls/s {sample.cpu_us_per_call:8,.0f} us CPU"
        f"  p50 {sample.p50_ms:7.2f}  p99 {sample.p99_ms:7.2f} ms"
        f"  cores {sample.server_share:4.0%} {sample.rest_share:4.0%}"
    )
