"""What migrating costs, as a table."""

from __future__ import annotations

import re

from scripts.check_migrations import FIRST_CHECKED

from tests.load.circumstances import circumstances, met
from tests.load.migrating import FROM, INDEXES, SETTLED_FROM, MigratingResults, Step
from tests.load.plan import Plan

LOCKED_MAX_S = 2.0
"""A call waits for so long before it gives up."""


def table(results: MigratingResults, plan: Plan, *, machine: str, postgres: str) -> str:
    """The whole text of the block."""
    rows = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in results.rows.items())
    more = [
        f"{rows}; the ledger in {results.partitions} partitions, filled at the schema {FROM}",
        f"{sum(step.calls for step in results.steps):,} calls meanwhile, one after the other, none failed: by the gateway's own "
        f"statements from {SETTLED_FROM} on, before that by columns that were there already",
    ]
    in_use = [step for step in results.steps if step.revision == INDEXES or step.revision >= FIRST_CHECKED]
    return "\n".join(
        [
            *circumstances(machine=machine, postgres=postgres, strangers=None, more=more),
            "| migration | took | a table was locked, at most | slowest call | goal | met |",
            "| --- | ---: | ---: | ---: | ---: | :---: |",
            *map(_row, results.steps),
            f"| **from {FIRST_CHECKED} on** | {sum(step.took_s for step in in_use):.1f} s "
            f"| **{max(step.locked_s for step in in_use):.2f} s** | **{max(step.call_s for step in in_use):.2f} s** "
            f"| ≤ {LOCKED_MAX_S:g} s | {met(all(map(is_met, in_use)))} |",
        ]
    )


def is_met(step: Step) -> bool:
    """Whether neither a table was locked nor a call kept waiting for too long."""
    return max(step.locked_s, step.call_s) <= LOCKED_MAX_S


def _row(step: Step) -> str:
    name = "after them" if step.revision == INDEXES else step.revision
    # The first sentence, or what stands before its colon.
    title = re.split(r"[.:]", step.title, maxsplit=1)[0]
    table = f" `{step.locked}`" if step.locked and step.locked_s > LOCKED_MAX_S else ""
    again = f", let go {step.waits} times" if step.waits else ""
    return (
        f"| {name}: {title} | {step.took_s:.2f} s{again} | {step.locked_s:.2f} s{table} | {step.call_s:.2f} s "
        f"| ≤ {LOCKED_MAX_S:g} s | {met(is_met(step))} |"
    )
