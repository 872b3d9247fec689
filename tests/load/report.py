"""What a load run found, as a table of ratios."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.load.answers import PACED, PLAIN, STREAM, Question
from tests.load.measure import OPEN, Sample, middle, ratio
from tests.load.run import FULL, IDLE_PER_S, Plan, Results

STRANGERS_SHARE_MAX = 0.05
_GOALS = {PLAIN: 2.0, STREAM: 1.8, PACED: 1.15}
_ADDED_P50_MS, _ADDED_P99_MS, _ADDED_BY_LENGTH_MS = 2.5, 12.0, 5.0
_STATEMENTS_MAX = 0.3
_GATEWAY_MB_MAX = 300
_PRODUCT = ("src", "alembic", "pyproject.toml", "uv.lock")
_LIBRARIES = ("uvicorn", "uvloop", "httptools", "aiohttp", "fastapi", "asyncpg", "msgspec")


def table(results: Results, plan: Plan, *, machine: str, postgres: str, root: Path) -> str:
    """The whole text of the block."""
    return "\n".join(
        [
            *_circumstances(results, plan, machine=machine, postgres=postgres, root=root),
            "",
            "| | bare relay | gateway | ratio | goal | met |",
            "| --- | ---: | ---: | ---: | ---: | :---: |",
            *(row for question in FULL for row in _full_rows(results, question)),
            *_latency_rows(results),
            *_sum_rows(results),
        ]
    )


def _circumstances(results: Results, plan: Plan, *, machine: str, postgres: str, root: Path) -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    noise = "" if results.strangers <= STRANGERS_SHARE_MAX else " **Too much for the figures to be trusted.**"
    return [
        f"- {datetime.now(UTC):%Y-%m-%d}, commit {_commit(root)}",
        f"- {machine}. Other programs used {results.strangers:.0%} of the two cores meanwhile.{noise}",
        f"- Python {platform.python_version()}, Postgres {postgres}, {libraries}",
        f"- {plan.repeats} repeats of {plan.seconds:g} s each, in turn; medians, and medians of the ratios of neighbours",
        f"- {results.records:,} calls answered by the gateway, every one whole; {results.records:,} records; nothing held",
    ]


def _full_rows(results: Results, question: Question) -> list[str]:
    relay, gateway = results.full[question, "relay"], results.full[question, "gateway"]
    goal = _GOALS[question]
    cost = ratio(gateway, relay, "cpu_us_per_call")
    return [
        f"| **{question.name}**, {OPEN} open | | | | | |",
        f"| CPU a call | {_us(relay, 'cpu_us_per_call')} | {_us(gateway, 'cpu_us_per_call')} | **{cost:.2f}** "
        f"| ≤ {goal:g} | {_met(cost <= goal)} |",
        f"| calls/s | {middle(relay, 'calls_per_s'):,.0f} | {middle(gateway, 'calls_per_s'):,.0f} "
        f"| {ratio(gateway, relay, 'calls_per_s'):.2f} | | |",
        f"| limited by | {_limits(relay)} | {_limits(gateway)} | | | |",
        f"| p50, p99 | {_ms(relay)} | {_ms(gateway)} | | | |",
        f"| Postgres' CPU a call | | {_us(gateway, 'postgres_us_per_call')} | | | |",
    ]


def _latency_rows(results: Results) -> list[str]:
    half, short, long = results.half, results.short, results.long
    p50, p99 = _added(half, "gateway", "p50_ms"), _added(half, "gateway", "p99_ms")
    by_length = _added(long, "gateway", "p50_ms") - _added(short, "gateway", "p50_ms")
    relay_by_length = _added(long, "relay", "p50_ms") - _added(short, "relay", "p50_ms")
    return [
        f"| **added to a plain call at half load**, {results.half_rate:,.0f} calls/s | | | | | |",
        _row("p50", _added(half, "relay", "p50_ms"), p50, _ADDED_P50_MS),
        _row("p99", _added(half, "relay", "p99_ms"), p99, _ADDED_P99_MS),
        f"| **added at {IDLE_PER_S:g} calls/s** | | | | | |",
        _row("p50, short prompt", _added(short, "relay", "p50_ms"), _added(short, "gateway", "p50_ms"), None),
        _row("p50, prompt of 300 KB", _added(long, "relay", "p50_ms"), _added(long, "gateway", "p50_ms"), None),
        _row("what the length adds", relay_by_length, by_length, _ADDED_BY_LENGTH_MS),
    ]


def _row(what: str, relay_ms: float, gateway_ms: float, goal_ms: float | None) -> str:
    goal = "" if goal_ms is None else f"≤ {goal_ms:g} ms"
    met = "" if goal_ms is None else _met(gateway_ms <= goal_ms)
    return f"| {what} | {relay_ms:.2f} ms | {gateway_ms:.2f} ms | | {goal} | {met} |"


def _sum_rows(results: Results) -> list[str]:
    at_full, at_half = _statements(results.full[PLAIN, "gateway"]), _statements(results.half["gateway"])
    relay_mb, gateway_mb = results.rss_mb["relay"], results.rss_mb["gateway"]
    return [
        "| **in all** | | | | | |",
        f"| SQL statements a plain call, full load | | **{at_full:.2f}** | | ≤ {_STATEMENTS_MAX:g} "
        f"| {_met(at_full <= _STATEMENTS_MAX)} |",
        f"| SQL statements a plain call, half load | | **{at_half:.2f}** | | ≤ {_STATEMENTS_MAX:g} "
        f"| {_met(at_half <= _STATEMENTS_MAX)} |",
        f"| memory of the worker | {relay_mb:.0f} MB | {gateway_mb:.0f} MB | | ≤ {_GATEWAY_MB_MAX} MB "
        f"| {_met(gateway_mb <= _GATEWAY_MB_MAX)} |",
    ]


def _added(samples: dict[str, list[Sample]], target: str, field: str) -> float:
    return middle(samples[target], field) - middle(samples["direct"], field)


def _statements(samples: Sequence[Sample]) -> float:
    return middle(samples, "statements_per_call")


def _us(samples: Sequence[Sample], field: str) -> str:
    return f"{middle(samples, field):,.0f} µs"


def _ms(samples: Sequence[Sample]) -> str:
    return f"{middle(samples, 'p50_ms'):.1f}, {middle(samples, 'p99_ms'):.1f} ms"


def _limits(samples: Sequence[Sample]) -> str:
    named = [sample.limited_by for sample in samples]
    most = max(set(named), key=named.count)
    return f"{most} ({middle(samples, 'server_share'):.0%}, {middle(samples, 'rest_share'):.0%})"


def _met(is_met: bool) -> str:
    return "yes" if is_met else "**no**"


def _commit(root: Path) -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(("git", *arguments), cwd=root, capture_output=True, text=True, check=True).stdout.strip()

    return git("rev-parse", "--short=12", "HEAD") + (
        " and changes not committed" if git("status", "--porcelain", "--", *_PRODUCT) else ""
    )
