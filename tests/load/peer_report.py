"""The gateway beside its peers, as a table."""

from __future__ import annotations

from tests.load import peer_installs
from tests.load.answers import PLAIN, STREAM, Question
from tests.load.circumstances import circumstances, met
from tests.load.measure import OPEN, Sample, middle, ratio
from tests.load.peers import LITELLM, PORTKEY, QUESTIONS, PeerResults
from tests.load.plan import Plan

_GOALS = {(PLAIN, LITELLM): 40.0, (STREAM, LITELLM): 100.0, (PLAIN, PORTKEY): 3.0, (STREAM, PORTKEY): 3.0}


def table(results: PeerResults, plan: Plan, *, machine: str, postgres: str) -> str:
    """The whole text of the block. A peer that could not be measured is named, with the reason."""
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    missing = [f"**{name} {_version(name)} could not be measured**: {why}" for name, why in results.missing.items()]
    more = [
        f"{versions or 'no peer'}; one process each, on the same core as the gateway",
        *missing,
        f"{plan.repeats} repeats of {plan.seconds:g} s each (more for what is slower), {OPEN} calls open, in turn; medians, and "
        "medians of the ratios of neighbours",
        f"{results.records:,} calls answered by the gateway, every one whole; {results.records:,} records; nothing held",
    ]
    return "\n".join(
        [
            *circumstances(machine=machine, postgres=postgres, strangers=results.strangers, more=more),
            f"| | gateway | {LITELLM} | {PORTKEY} |",
            "| --- | ---: | ---: | ---: |",
            *(row for question in QUESTIONS for row in _figures(results, question)),
            "",
            "| gateway ÷ | calls/s | goal | met | CPU a call, theirs ÷ the gateway's |",
            "| --- | ---: | ---: | :---: | ---: |",
            *(_goal(results, question, name) for question, name in _GOALS),
        ]
    )


def _figures(results: PeerResults, question: Question) -> list[str]:
    columns = [results.samples.get((question, name)) for name in ("gateway", LITELLM, PORTKEY)]
    return [
        f"| **{question.name}** | | | |",
        _line("calls/s", [_one(each, "calls_per_s", "{:,.0f}") for each in columns]),
        _line("CPU a call", [_one(each, "cpu_us_per_call", "{:,.0f} µs") for each in columns]),
        _line("p50", [_one(each, "p50_ms", "{:,.1f} ms") for each in columns]),
        _line("p99", [_one(each, "p99_ms", "{:,.1f} ms") for each in columns]),
        _line("its core, the other core", [_shares(each) for each in columns]),
    ]


def _goal(results: PeerResults, question: Question, name: str) -> str:
    goal = _GOALS[question, name]
    ours, theirs = results.samples.get((question, "gateway")), results.samples.get((question, name))
    if not ours or not theirs:
        return f"| {name}, {question.name} | not measured | ≥ {goal:g} | **no** | |"
    calls, cpu = ratio(ours, theirs, "calls_per_s"), ratio(theirs, ours, "cpu_us_per_call")
    return f"| {name}, {question.name} | **{calls:.1f}** | ≥ {goal:g} | {met(calls >= goal)} | {cpu:.1f} |"


def _version(name: str) -> str:
    return peer_installs.litellm_version() if name == LITELLM else peer_installs.portkey_version()


def _line(what: str, cells: list[str]) -> str:
    return f"| {what} | {' | '.join(cells)} |"


def _one(samples: list[Sample] | None, field: str, form: str) -> str:
    return form.format(middle(samples, field)) if samples else "not measured"


def _shares(samples: list[Sample] | None) -> str:
    return f"{middle(samples, 'server_share'):.0%}, {middle(samples, 'rest_share'):.0%}" if samples else ""
