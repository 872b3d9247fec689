"""What browsing costs, as a table."""

from __future__ import annotations

from tests.load.browsing import APART, BROWSED, BROWSERS, BUSY, CALLS_PER_S, CALM, LOOKS, BrowsingResults
from tests.load.circumstances import circumstances, met
from tests.load.figures import median
from tests.load.measure import middle, ratio
from tests.load.plan import Plan

PAGE_MS_MAX = 300
EXPORT_MB_MAX = 64
P99_MORE_MAX = 1.05
SHOWN = 12


def table(results: BrowsingResults, plan: Plan, *, machine: str, postgres: str) -> str:
    """The whole text of the block."""
    more = [
        f"{plan.records:,} records of half a year; {len(results.pages_ms)} pages, each asked {LOOKS} times, one after the other; "
        f"the slowest {SHOWN} are shown",
        f"calls: {plan.repeats} repeats, in turn, {CALLS_PER_S:g} calls/s, beside {BROWSERS} who ask for all pages in turn "
        f"({results.looked:,} asked meanwhile)",
        f"{results.records:,} calls answered, every one whole; {results.records:,} records; nothing held",
    ]
    slowest = sorted(results.pages_ms, key=lambda name: -p95(results.pages_ms[name]))
    late = sum(p95(took) > PAGE_MS_MAX for took in results.pages_ms.values())
    rate = results.exported / results.export_s
    return "\n".join(
        [
            *circumstances(machine=machine, postgres=postgres, strangers=results.strangers, more=more),
            "| page | first | p50 | p95 | goal | met |",
            "| --- | ---: | ---: | ---: | ---: | :---: |",
            *(_row(name, results.pages_ms[name]) for name in slowest[:SHOWN]),
            f"| **all {len(slowest)} pages** | | | {late} above | each ≤ {PAGE_MS_MAX} ms | {met(not late)} |",
            "",
            "| | | goal | met |",
            "| --- | ---: | ---: | :---: |",
            f"| memory for the export of {results.exported:,} records, {results.file_mb:,.0f} MB of CSV at {rate:,.0f} a second "
            f"| **{results.export_mb:.0f} MB** | ≤ {EXPORT_MB_MAX} MB | {met(results.export_mb <= EXPORT_MB_MAX)} |",
            *(_beside(results, name, goal=P99_MORE_MAX) for name in (BROWSED, APART)),
            _beside(results, BUSY, goal=None),
        ]
    )


def _beside(results: BrowsingResults, name: str, *, goal: float | None) -> str:
    """Without a goal it is what the others are read against."""
    more = ratio(results.calls[name], results.calls[CALM], "p99_ms")
    calls = ", ".join(f"{middle(results.calls[each], 'p99_ms'):.1f} ms {each}" for each in (CALM, name))
    aimed = " | " if goal is None else f"≤ {goal:g} | {met(more <= goal)}"
    return f"| p99 of plain calls: {calls} | **{more:.2f}** | {aimed} |"


def _row(name: str, took_ms: list[float]) -> str:
    slow = p95(took_ms)
    return f"| {name} | {took_ms[0]:.0f} ms | {median(took_ms):.0f} ms | **{slow:.0f} ms** | ≤ {PAGE_MS_MAX} ms | {met(slow <= PAGE_MS_MAX)} |"


def p95(took_ms: list[float]) -> float:
    """The least that 95 of a hundred are not above."""
    return sorted(took_ms)[-(-95 * len(took_ms) // 100) - 1]
