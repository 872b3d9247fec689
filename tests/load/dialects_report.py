"""The other dialects beside chats, and their translations beside a peer's, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from tests.load import peer_installs
from tests.load.answers import Question
from tests.load.circumstances import circumstances, met
from tests.load.dialects import NATIVE, NATIVE_CHAT, OPEN, TRANSLATED, DialectResults, Way
from tests.load.measure import Sample, middle, ratio
from tests.load.peers import LITELLM
from tests.load.plan import Plan

_NATIVE_MAX = 2.0
"""What passes as bytes may cost so many times what a chat does."""
_TRANSLATED_MIN = 10.0
"""So many times as many calls as the peer, for the same translation."""


def table(results: DialectResults, plan: Plan, *, machine: str, postgres: str) -> str:
    """The whole text of the block. A peer that could not be measured is named, with the reason."""
    version = peer_installs.litellm_version()
    more = [
        f"{LITELLM} {version}; one process, on the same core as the gateway"
        if results.version
        else f"**{LITELLM} {version} could not be measured**: {results.missing}",
        f"{plan.repeats} repeats of {plan.seconds:g} s each (more for what is slower), {OPEN} calls open, in turn; medians, and "
        "medians of the ratios of neighbours",
        f"{results.records:,} calls answered by the gateway, every one whole; {results.records:,} records; nothing held",
    ]
    return "\n".join(
        [
            *circumstances(machine=machine, postgres=postgres, strangers=results.strangers, more=more),
            "| | calls/s | CPU a call | p50, p99 | CPU ÷ that of a chat → OpenAI | goal | met |",
            "| --- | ---: | ---: | ---: | ---: | ---: | :---: |",
            *(row for way in NATIVE for row in _rows(results, way, _NATIVE_MAX)),
            *(row for way in TRANSLATED for row in _rows(results, way, None)),
            "",
            f"| translated | gateway, calls/s | {LITELLM}, calls/s | gateway ÷ {LITELLM} | goal | met "
            f"| CPU a call, {LITELLM}'s ÷ the gateway's |",
            "| --- | ---: | ---: | ---: | ---: | :---: | ---: |",
            *(_beside(results, way, question) for way in TRANSLATED for question in way.questions),
        ]
    )


def _rows(results: DialectResults, way: Way, goal: float | None) -> list[str]:
    return [_row(results, way, question, chat, goal) for question, chat in _pairs(way)]


def _pairs(way: Way) -> Sequence[tuple[Question, Question]]:
    """Each question of a way, and the chat it is held beside."""
    return list(zip(way.questions, NATIVE_CHAT.questions, strict=True))


def _row(results: DialectResults, way: Way, question: Question, chat: Question, goal: float | None) -> str:
    samples = results.samples[question, way.server]
    cost = ratio(samples, results.samples[chat, NATIVE_CHAT.server], "cpu_us_per_call")
    judged = goal is not None and way is not NATIVE_CHAT
    verdict = f"≤ {goal:g} | {met(cost <= goal)}" if judged and goal is not None else " | "
    return (
        f"| {question.name} | {middle(samples, 'calls_per_s'):,.0f} | {middle(samples, 'cpu_us_per_call'):,.0f} µs "
        f"| {_ms(samples)} | {f'**{cost:.2f}**' if judged else f'{cost:.2f}'} | {verdict} |"
    )


def _beside(results: DialectResults, way: Way, question: Question) -> str:
    ours = results.samples[question, way.server]
    theirs = results.samples.get((question, way.peer or ""))
    calls = f"| {question.name} | {middle(ours, 'calls_per_s'):,.0f}"
    if not theirs:
        return f"{calls} | not measured | | ≥ {_TRANSLATED_MIN:g} | **no** | |"
    more, less = ratio(ours, theirs, "calls_per_s"), ratio(theirs, ours, "cpu_us_per_call")
    return (
        f"{calls} | {middle(theirs, 'calls_per_s'):,.0f} | **{more:.1f}** | ≥ {_TRANSLATED_MIN:g} "
        f"| {met(more >= _TRANSLATED_MIN)} | {less:.1f} |"
    )


def _ms(samples: Sequence[Sample]) -> str:
    return f"{middle(samples, 'p50_ms'):.1f}, {middle(samples, 'p99_ms'):.1f} ms"
