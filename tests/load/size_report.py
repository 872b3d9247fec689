"""How much of anything there may be, as a table."""

from __future__ import annotations

from tests.load.circumstances import circumstances, met
from tests.load.figures import median
from tests.load.measure import Sample, middle, ratio
from tests.load.plan import Plan
from tests.load.size import CALM_PER_S, FEW_HOLDERS, LARGE, SMALL, SizeResults, first_call_ms
from tests.load.stand import CALLERS

READY_S_MAX = 6.0
SAME = 1.15
"""What is within this of the other is the same: repeats of one measurement differ by as much."""
FEW_MB_MAX, MANY_MB_MAX = 300, 450


def table(results: SizeResults, plan: Plan, *, machine: str, postgres: str) -> str:
    """The whole text of the block; rows of what was not measured are left out."""
    more = [
        f"large: {plan.members:,} members, {plan.credentials:,} credentials, {plan.records:,} records; small: {CALLERS} members and "
        f"what they had called; {CALLERS} callers each, two databases of one Postgres, two gateways on one core, in turn",
        f"{plan.repeats} repeats of {plan.seconds:g} s each; medians, and medians of the ratios of neighbours",
        f"{results.records:,} calls answered, every one whole; {results.records:,} records; nothing held",
    ]
    return "\n".join(
        [
            *circumstances(
                machine=machine, postgres=postgres, strangers=results.strangers if results.full else None, more=more
            ),
            "| | small | large | ratio | goal | met |",
            "| --- | ---: | ---: | ---: | ---: | :---: |",
            *(_compared(results) if results.full else []),
            *(_ready(results) if results.ready_s else []),
            *(_memory(holders, megabytes) for holders, megabytes in results.memory_mb.items()),
        ]
    )


def _compared(results: SizeResults) -> list[str]:
    first = {name: first_call_ms(results, name) for name in (SMALL, LARGE)}
    first_ratio = first[LARGE] / first[SMALL]
    return [
        "| **plain calls, full load** | | | | | |",
        _row("CPU a call", results.full, "cpu_us_per_call", "µs"),
        _row("Postgres' CPU a call", results.full, "postgres_us_per_call", "µs"),
        _row("p50", results.full, "p50_ms", "ms"),
        f"| **plain calls, {CALM_PER_S:g} calls/s** | | | | | |",
        _row("CPU a call", results.calm, "cpu_us_per_call", "µs"),
        _row("p50", results.calm, "p50_ms", "ms"),
        f"| first call of a credential, p50 | {first[SMALL]:.1f} ms | {first[LARGE]:.1f} ms | {first_ratio:.2f} | | |",
    ]


def _row(what: str, samples: dict[str, list[Sample]], field: str, unit: str) -> str:
    small, large = samples[SMALL], samples[LARGE]
    form = "{:,.0f} " if unit == "µs" else "{:,.2f} "
    beside = ratio(large, small, field)
    cells = " | ".join(form.format(middle(each, field)) + unit for each in (small, large))
    return f"| {what} | {cells} | **{beside:.2f}** | ≤ {SAME:g} | {met(beside <= SAME)} |"


def _ready(results: SizeResults) -> list[str]:
    middle_s, longest_s = median(results.ready_s), max(results.ready_s)
    goal = f"≤ {READY_S_MAX:g} s | {met(longest_s <= READY_S_MAX)}"
    return [
        f"| ready after its start; the longest of {len(results.ready_s)} | | {middle_s:.1f}, **{longest_s:.1f} s** | | {goal} |"
    ]


def _memory(holders: int, megabytes: float) -> str:
    most = FEW_MB_MAX if holders <= FEW_HOLDERS else MANY_MB_MAX
    what = f"memory of a worker with litellm, {holders:,} credentials in it"
    return f"| {what} | | **{megabytes:.0f} MB** | | ≤ {most} MB | {met(megabytes <= most)} |"
