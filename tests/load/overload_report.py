"""What an overload looked like, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median_high

from tests.load.circumstances import circumstances, met
from tests.load.overload import (
    AFTER_S,
    GOOD_WITHIN_S,
    NORMAL_IN_A_ROW,
    NORMAL_TIMES,
    TIMES,
    Overload,
    OverloadResults,
)
from tests.load.plan import Plan

GOOD_SHARE_MIN = 0.8
REFUSAL_MS_MAX = 100.0
NORMAL_AFTER_S_MAX = 10.0


def table(results: OverloadResults, plan: Plan, *, machine: str, postgres: str) -> str:
    """The whole text of the block."""
    more = [
        f"{plan.overload_s:g} s of {TIMES:g} times as many calls as fit, at random moments; nobody gives up or waits for others. An "
        f"answer counts when it is whole within {GOOD_WITHIN_S:g} s of when its call was due; the time of a refusal counts from when its "
        "request was sent",
        f"{plan.repeats} rounds of each kind, each between two looks at the peak: the share of it, and how late refusals are, are those in the "
        "middle of the rounds; all other rows are of the round with that share",
        f"{results.records:,} whole answers, each with its record; nothing held afterwards",
    ]
    return "\n".join(
        [
            *circumstances(machine=machine, postgres=postgres, strangers=results.strangers, more=more),
            "| | | goal | met |",
            "| --- | ---: | ---: | :---: |",
            *(row for rounds in results.found for row in _rows(rounds)),
        ]
    )


def middle(rounds: Sequence[Overload]) -> Overload:
    """The round whose share of the peak is in the middle; of two, the lesser."""
    return sorted(rounds, key=lambda found: found.good_share)[(len(rounds) - 1) // 2]


def _rows(rounds: Sequence[Overload]) -> list[str]:
    found = middle(rounds)
    share = found.good_share
    late_ms = median_high(each.refusal_p99_ms for each in rounds)
    quick = late_ms < REFUSAL_MS_MAX and found.refused_per_s > 0
    normal = found.normal_after_s
    is_normal = normal is not None and normal <= NORMAL_AFTER_S_MAX
    seconds = "not within the time looked at" if normal is None else f"{normal:g} s"
    before_mb, peak_mb = found.rss_mb
    return [
        f"| **{found.question.name}** | | | |",
        f"| peak, 64 open | {found.peak_per_s:,.0f} calls/s | | |",
        f"| came | {found.asked_per_s:,.0f} calls/s | | |",
        f"| answered in time | {found.good_per_s:,.0f} calls/s, **{share:.0%} of the peak** | ≥ {GOOD_SHARE_MIN:.0%} "
        f"| {met(share >= GOOD_SHARE_MIN)} |",
        f"| the same of each round, from the least | {_each(100 * each.good_share for each in rounds)}% | | |",
        f"| their p50, p99, from when they were due | {found.good_p50_ms:,.0f}, {found.good_p99_ms:,.0f} ms | | |",
        f"| refused | {found.refused_per_s:,.0f} calls/s | | |",
        f"| their p50, p99, from when they were sent | {_refusals(found, late_ms)} | < {REFUSAL_MS_MAX:g} ms | {met(quick)} |",
        f"| p99 of each round | {_each(each.refusal_p99_ms for each in rounds)} ms | | |",
        *_retry_after(found),
        f"| all others | {_others(found)} | | |",
        *(f"| {_cell(note)}; p50 | {count:,}; {took_s:,.1f} s | | |" for note, (count, took_s) in found.notes.items()),
        f"| normal again (p50 within {NORMAL_TIMES:g} times that before, {NORMAL_IN_A_ROW} seconds in a row) after | **{seconds}** "
        f"| ≤ {NORMAL_AFTER_S_MAX:g} s | {met(is_normal)} |",
        f"| seconds after that which were not, of {AFTER_S:g} looked at | {found.abnormal_later} | | |",
        f"| its core, the other core, while too much came | {found.core_shares[0]:.0%}, {found.core_shares[1]:.0%} | | |",
        f"| calls open at most, as the clients see it | {found.open_peak:,} | | |",
        f"| descriptors of the worker at most | {found.descriptors_peak:,} | | |",
        f"| connections that found the listener's queue full | {found.listen_overflows:,} | | |",
        f"| memory of the worker, before and at most | {before_mb:.0f}, {peak_mb:.0f} MB | | |",
        f"| sent later than due, p99: the client was late, or connected | {found.client_late_p99_ms:,.0f} ms | | |",
    ]


def _each(figures: Iterable[float]) -> str:
    return ", ".join(f"{figure:,.0f}" for figure in sorted(figures))


def _others(found: Overload) -> str:
    kinds = {ending: count for ending, count in found.endings.items() if ending not in {"good", "refused"}}
    if not kinds:
        return "none"
    return ", ".join(f"{count:,} {ending}" for ending, count in sorted(kinds.items()))


def _refusals(found: Overload, p99_ms: float) -> str:
    if not found.refused_per_s:
        return "**nobody was refused**: all were left waiting"
    return f"{found.refusal_p50_ms:,.0f}, **{p99_ms:,.0f} ms**"


def _retry_after(found: Overload) -> list[str]:
    if not found.refused_per_s:
        return []
    share = found.with_retry_after
    return [f"| of them with `Retry-After` | {share:.0%} | 100% | {met(share == 1.0)} |"]


def _cell(note: str) -> str:
    return note.replace("|", "/").replace("\n", " ")
