"""What signing in cost, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from tests.load.circumstances import circumstances, met
from tests.load.figures import median, quantile
from tests.load.plan import Plan
from tests.load.sign_ins import CALLS_PER_S, SIGN_INS_PER_S, TIMES_AS_LONG, SignIns

RISE_MS_MAX = 50.0
DIFFERENCE_MAX = 0.05


def table(found: SignIns, plan: Plan, *, machine: str, postgres: str) -> str:
    """The whole text of the block."""
    more = [
        f"{plan.repeats} times {plan.seconds * TIMES_AS_LONG:g} s of each, in turn; who is told to come again counts as never answered",
        f"{found.records:,} calls answered by the gateway, each with its record; nothing held",
    ]
    # Of everybody, so that a call which is refused is no quick one.
    rise_ms = (quantile(found.beside, 0.99) - quantile(found.alone, 0.99)) * 1_000
    difference = abs(_p50_ms(found.known) / _p50_ms(found.unknown) - 1)
    return "\n".join(
        [
            *circumstances(machine=machine, postgres=postgres, strangers=found.strangers, more=more),
            "| | | goal | met |",
            "| --- | ---: | ---: | :---: |",
            f"| **{CALLS_PER_S} plain calls/s** | | | |",
            f"| alone: p50, p99 | {_ms(found.alone)} | | |",
            f"| beside {SIGN_INS_PER_S} sign-ins/s: p50, p99 | {_ms(found.beside)} | | |",
            f"| p99 rises by | **{rise_ms:.1f} ms** | < {RISE_MS_MAX:g} ms | {met(rise_ms < RISE_MS_MAX)} |",
            f"| told to come again, alone and beside | {_refused(found.alone)}; {_refused(found.beside)} | | |",
            f"| **{SIGN_INS_PER_S} sign-ins/s** | | | |",
            f"| p50, p99 | {_ms(found.entered)} | | |",
            f"| told to come again | {_refused(found.entered)} | | |",
            f"| **{len(found.known)} wrong passwords for members, as many for nobody** | | | |",
            f"| p50 | {_p50_ms(found.known):.1f}; {_p50_ms(found.unknown):.1f} ms | | |",
            f"| differ by | **{difference:.1%}** | ≤ {DIFFERENCE_MAX:.0%} | {met(difference <= DIFFERENCE_MAX)} |",
        ]
    )


def _ms(times: Sequence[float]) -> str:
    answered = [each for each in times if isfinite(each)]
    if not answered:
        return "nobody was answered"
    return f"{_p50_ms(answered):.1f}, {quantile(answered, 0.99) * 1_000:.1f} ms"


def _p50_ms(times: Sequence[float]) -> float:
    return median(times) * 1_000


def _refused(times: Sequence[float]) -> str:
    return f"{sum(not isfinite(each) for each in times):,} of {len(times):,}"
