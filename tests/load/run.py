"""The main part of a load run: the gateway beside a bare relay, everything measured several times in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.load import open_streams
from tests.load.answers import LONG, PACED, PLAIN, STREAM, Question
from tests.load.machine import rss_mb
from tests.load.measure import Meter, Sample, middle
from tests.load.open_streams import OpenStreams
from tests.load.plan import Plan, Say
from tests.load.proof import Proof, Strangers
from tests.load.stand import Stand

FULL = {"plain": PLAIN, "stream": STREAM, "paced": PACED}
IDLE_PER_S = 20.0
"""A rate at which nothing waits for anything: what one call takes, short or with a prompt of 300 KB."""
RATES_PER_S = (200.0, 400.0)
RATE_SHARE_MAX = 0.9
"""A rate nearer to the most there is would measure how calls pile up."""


@dataclass(slots=True)
class Results:
    """All samples, in the order of their repeats, by question and target. `strangers` is the share of both cores that
    programs which do not belong to the run have used meanwhile. What was not wanted is empty."""

    full: dict[tuple[Question, str], list[Sample]] = field(default_factory=dict)
    half_rate: float = 0.0
    half: dict[str, list[Sample]] = field(default_factory=dict)
    short: dict[str, list[Sample]] = field(default_factory=dict)
    long: dict[str, list[Sample]] = field(default_factory=dict)
    rates: dict[float, list[Sample]] = field(default_factory=dict)
    open: OpenStreams | None = None
    rss_mb: dict[str, float] = field(default_factory=dict)
    strangers: float = 0.0
    records: int = 0


async def run(stand: Stand, plan: Plan, say: Say) -> Results:
    """Measures and checks. Raises WrongAnswer, TimeoutError, AssertionError when the books are wrong."""
    meter, proof, strangers = Meter(stand), await Proof.begin(stand), Strangers(stand)
    found = Results()
    await meter.meet(PLAIN)
    await meter.look([*FULL.values(), LONG])
    with strangers.watched():
        await _full(meter, plan, found, say)
        await _slower(meter, plan, found, say)
    found.strangers = strangers.share
    found.rss_mb = {target: rss_mb(stand.servers[target].pid) for target in ("relay", "gateway")}
    if "open" in plan.parts:
        found.open = await open_streams.measure(stand, meter, plan, say)
    found.records = await proof.complete(meter)
    return found


async def _full(meter: Meter, plan: Plan, found: Results, say: Say) -> None:
    for repeat in range(plan.repeats):
        for question in (question for part, question in FULL.items() if part in plan.parts):
            for target in in_turn(("relay", "gateway"), repeat):
                sample = await meter.full(question, target, seconds=plan.seconds)
                found.full.setdefault((question, target), []).append(sample)
                say(line(repeat, question.name, target, sample))


async def _slower(meter: Meter, plan: Plan, found: Results, say: Say) -> None:
    if "half" in plan.parts:
        found.half_rate = middle(found.full[PLAIN, "gateway"], "calls_per_s") / 2
        found.half = await _steadily(meter, plan, PLAIN, found.half_rate, say)
    if "length" in plan.parts:
        found.short = await _steadily(meter, plan, PLAIN, IDLE_PER_S, say)
        found.long = await _steadily(meter, plan, LONG, IDLE_PER_S, say)
    if "rates" in plan.parts:
        for rate in _rates(found):
            for repeat in range(plan.repeats):
                sample = await meter.steady(PLAIN, "gateway", rate=rate, seconds=plan.seconds)
                found.rates.setdefault(rate, []).append(sample)
                say(line(repeat, f"plain, {rate:g} calls/s", "gateway", sample))


def _rates(found: Results) -> list[float]:
    most = found.full.get((PLAIN, "gateway"))
    limit = middle(most, "calls_per_s") * RATE_SHARE_MAX if most else RATES_PER_S[0]
    return [rate for rate in RATES_PER_S if rate <= limit]


async def _steadily(meter: Meter, plan: Plan, question: Question, rate: float, say: Say) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for repeat in range(plan.repeats):
        for target in in_turn(("direct", "relay", "gateway"), repeat):
            sample = await meter.steady(question, target, rate=rate, seconds=plan.seconds)
            found.setdefault(target, []).append(sample)
            say(line(repeat, question.name, target, sample))
    return found


def in_turn(targets: Sequence[str], repeat: int) -> Sequence[str]:
    """Forwards, then backwards: what drifts over a run, drifts for all of them."""
    return targets if repeat % 2 == 0 else targets[::-1]


def line(repeat: int, what: str, target: str, sample: Sample) -> str:
    """One measurement for whoever is watching."""
    return (
        f"{repeat + 1}  {what:38} {target:8} {sample.calls_per_s:8,.0f} calls/s {sample.cpu_us_per_call:8,.0f} us CPU"
        f"  p50 {sample.p50_ms:7.2f}  p99 {sample.p99_ms:7.2f} ms"
        f"  cores {sample.server_share:4.0%} {sample.rest_share:4.0%}"
    )
