"""What a soak found, as tables."""

from __future__ import annotations

from tests.load.circumstances import circumstances, met
from tests.load.machine import described
from tests.soak.run import Plan, SoakResults
from tests.soak.samples import QUANTITIES, Verdict


def table(results: SoakResults, plan: Plan) -> str:
    """The whole text of the block."""
    calls = sum(results.endings.values())
    minute = "" if plan.minute_s == 60 else f" of {plan.minute_s:g} s"
    more = [
        f"{plan.minutes} minutes{minute}, {plan.minutes} faults, seed {plan.seed}; {calls:,} calls through two replicas",
        f"{results.complete:,} whole answers, each with its record; {results.records:,} records, none double, none the provider "
        "would contradict; nothing held, and the laws of the books kept",
        f"{results.looks:,} looks while no fault was near, {results.missed:,} more that came to nothing",
    ]
    return "\n".join(
        [
            *circumstances(machine=described(), postgres=results.postgres, strangers=None, more=more),
            "| | after the warm-up | at the end | rise | allowed | flat |",
            "| --- | ---: | ---: | ---: | ---: | :---: |",
            *(_verdict(each) for each in results.verdicts),
            "",
            "| fault | times |",
            "| --- | ---: |",
            *(f"| {name} | {count} |" for name, count in sorted(results.faults.items())),
            "",
            "| what clients were told | calls |",
            "| --- | ---: |",
            *(f"| {_code(how)} | {count:,} |" for how, count in results.endings.most_common()),
            "",
            "| what the records say | calls |",
            "| --- | ---: |",
            *(f"| `{outcome}` | {count:,} |" for outcome, count in results.outcomes.most_common()),
        ]
    )


def is_flat(results: SoakResults) -> bool:
    """All was looked at and nothing has grown, as far as the run was long enough to say."""
    seen = {each.quantity for each in results.verdicts}
    return seen == set(QUANTITIES) and all(each.flat is not False for each in results.verdicts)


def _verdict(each: Verdict) -> str:
    unit = f" {each.quantity.unit}" if each.quantity.unit else ""
    flat = "too short to say" if each.flat is None else met(each.flat)
    figures = " | ".join(f"{value:,.1f}{unit}" for value in (each.first, each.last, each.rise, each.allowed))
    return f"| {each.quantity.name} | {figures} | {flat} |"


def _code(how: str) -> str:
    return how if " " in how or how == "whole" else f"`{how}`"
