"""What the main part of a load run found, as a table of ratios."""

from __future__ import annotations

from collections.abc import Sequence

from tests.load.answers import PACED, PLAIN, STREAM, Question
from tests.load.circumstances import circumstances, met
from tests.load.measure import OPEN, Sample, middle, ratio
from tests.load.open_streams import OpenStreams
from tests.load.plan import Plan
from tests.load.run import IDLE_PER_S, Results

_GOALS = {PLAIN: 2.0, STREAM: 1.8, PACED: 1.15}
_ADDED_P50_MS, _ADDED_P99_MS, _ADDED_BY_LENGTH_MS = 2.5, 12.0, 5.0
_STATEMENTS_MAX = 0.3
_STREAM_KB_MAX = 40


def table(results: Results, plan: Plan, *, machine: str, postgres: str) -> str:
    """The whole text of the block; rows of what was not measured are left out."""
    wanted = [question for question in _GOALS if (question, "gateway") in results.full]
    return "\n".join(
        [
            *circumstances(
                machine=machine,
                postgres=postgres,
                strangers=results.strangers,
                more=[
                    f"{plan.repeats} repeats of {plan.seconds:g} s each, in turn; medians, and medians of the ratios of neighbours",
                    f"{results.records:,} calls answered by the gateway, every one whole; {results.records:,} records; nothing held",
                ],
            ),
            "| | bare relay | gateway | ratio | goal | met |",
            "| --- | ---: | ---: | ---: | ---: | :---: |",
            *(row for question in wanted for row in _full_rows(results, question)),
            *(_half_rows(results) if results.half else []),
            *(_length_rows(results) if results.long else []),
            *_statement_rows(results),
            *_memory_rows(results),
        ]
    )


def _full_rows(results: Results, question: Question) -> list[str]:
    relay, gateway = results.full[question, "relay"], results.full[question, "gateway"]
    goal = _GOALS[question]
    cost = ratio(gateway, relay, "cpu_us_per_call")
    return [
        f"| **{question.name}**, {OPEN} open | | | | | |",
        f"| CPU a call | {_us(relay, 'cpu_us_per_call')} | {_us(gateway, 'cpu_us_per_call')} | **{cost:.2f}** "
        f"| ≤ {goal:g} | {met(cost <= goal)} |",
        f"| calls/s | {middle(relay, 'calls_per_s'):,.0f} | {middle(gateway, 'calls_per_s'):,.0f} "
        f"| {ratio(gateway, relay, 'calls_per_s'):.2f} | | |",
        f"| limited by | {_limits(relay)} | {_limits(gateway)} | | | |",
        f"| p50, p99 | {_ms(relay)} | {_ms(gateway)} | | | |",
        f"| Postgres' CPU a call | | {_us(gateway, 'postgres_us_per_call')} | | | |",
    ]


def _half_rows(results: Results) -> list[str]:
    half = results.half
    return [
        f"| **added to a plain call at half load**, {results.half_rate:,.0f} calls/s | | | | | |",
        _row("p50", _added(half, "relay", "p50_ms"), _added(half, "gateway", "p50_ms"), _ADDED_P50_MS),
        _row("p99", _added(half, "relay", "p99_ms"), _added(half, "gateway", "p99_ms"), _ADDED_P99_MS),
        *_cost_rows(half),
    ]


def _length_rows(results: Results) -> list[str]:
    short, long = results.short, results.long
    by_length = {name: _added(long, name, "p50_ms") - _added(short, name, "p50_ms") for name in ("relay", "gateway")}
    return [
        f"| **added at {IDLE_PER_S:g} calls/s** | | | | | |",
        _row("p50, short prompt", _added(short, "relay", "p50_ms"), _added(short, "gateway", "p50_ms"), None),
        _row("p50, prompt of 300 KB", _added(long, "relay", "p50_ms"), _added(long, "gateway", "p50_ms"), None),
        _row("what the length adds", by_length["relay"], by_length["gateway"], _ADDED_BY_LENGTH_MS),
        *_cost_rows(short),
    ]


def _cost_rows(samples: dict[str, list[Sample]]) -> list[str]:
    """What a short call costs at this load: who has little to do pays more for each, for what it has forgotten meanwhile."""
    relay, gateway = samples["relay"], samples["gateway"]
    return [
        f"| CPU a call | {_us(relay, 'cpu_us_per_call')} | {_us(gateway, 'cpu_us_per_call')} "
        f"| {ratio(gateway, relay, 'cpu_us_per_call'):.2f} | | |",
        f"| Postgres' CPU a call | | {_us(gateway, 'postgres_us_per_call')} | | | |",
    ]


def _row(what: str, relay_ms: float, gateway_ms: float, goal_ms: float | None) -> str:
    goal = "" if goal_ms is None else f"≤ {goal_ms:g} ms"
    verdict = "" if goal_ms is None else met(gateway_ms <= goal_ms)
    return f"| {what} | {relay_ms:.2f} ms | {gateway_ms:.2f} ms | | {goal} | {verdict} |"


def _statement_rows(results: Results) -> list[str]:
    found = {f"{rate:g} calls/s": samples for rate, samples in results.rates.items()}
    if results.half:
        found[f"half load, {results.half_rate:,.0f} calls/s"] = results.half["gateway"]
    if (PLAIN, "gateway") in results.full:
        found["full load"] = results.full[PLAIN, "gateway"]
    rows = [_statement_row(load, middle(samples, "statements_per_call")) for load, samples in found.items()]
    return ["| **SQL statements a plain call** | | | | | |", *rows] if rows else []


def _statement_row(load: str, statements: float) -> str:
    return f"| {load} | | **{statements:.2f}** | | ≤ {_STATEMENTS_MAX:g} | {met(statements <= _STATEMENTS_MAX)} |"


def _memory_rows(results: Results) -> list[str]:
    worker = f"| after all this | {results.rss_mb['relay']:.0f} MB | {results.rss_mb['gateway']:.0f} MB | | | |"
    return ["| **memory of the worker** | | | | | |", worker, *(_open_rows(results.open) if results.open else [])]


def _open_rows(found: OpenStreams) -> list[str]:
    return [
        f"| with {found.count:,} open streams, for each | | **{found.kb_each:.1f} KB** | | ≤ {_STREAM_KB_MAX} KB "
        f"| {met(found.kb_each <= _STREAM_KB_MAX)} |",
        f"| none open, {found.count:,} open, {found.count:,} others open | "
        f"| {found.before_mb:.0f}, {found.first_mb:.0f}, {found.second_mb:.0f} MB | | | |",
    ]


def _added(samples: dict[str, list[Sample]], target: str, field: str) -> float:
    return middle(samples[target], field) - middle(samples["direct"], field)


def _us(samples: Sequence[Sample], field: str) -> str:
    return f"{middle(samples, field):,.0f} µs"


def _ms(samples: Sequence[Sample]) -> str:
    return f"{middle(samples, 'p50_ms'):.1f}, {middle(samples, 'p99_ms'):.1f} ms"


def _limits(samples: Sequence[Sample]) -> str:
    named = [sample.limited_by for sample in samples]
    most = max(set(named), key=named.count)
    return f"{most} ({middle(samples, 'server_share'):.0%}, {middle(samples, 'rest_share'):.0%})"
