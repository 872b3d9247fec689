"""How long pages of the portal took to open, as a table."""

from __future__ import annotations

from importlib.metadata import version

from tests.load.circumstances import circumstances, met
from tests.load.figures import median
from tests.load.opened import LOOKS, OpenedResults
from tests.load.plan import Plan

OPENED_MS_MAX = 1_000
SHOWN = 12


def table(found: OpenedResults, plan: Plan, *, machine: str, postgres: str) -> str:
    """The whole text of the block."""
    more = [
        f"Chromium by playwright {version('playwright')}; the gateway on one core, Postgres on the other, the browser on both",
        f"{plan.records:,} records of half a year, {found.members:,} members; {len(found.first_ms)} pages, each opened {LOOKS} times, "
        f"the first time with an empty cache; the slowest {SHOWN} are shown",
    ]
    worst = {name: max(first_ms, *found.again_ms[name]) for name, first_ms in found.first_ms.items()}
    slowest = sorted(worst, key=lambda name: -worst[name])
    late = sum(each > OPENED_MS_MAX for each in worst.values())
    return "\n".join(
        [
            *circumstances(machine=machine, postgres=postgres, strangers=None, more=more),
            "| page | first | again, p50 | slowest | goal | met |",
            "| --- | ---: | ---: | ---: | ---: | :---: |",
            *(
                f"| {name} | {found.first_ms[name]:.0f} ms | {median(found.again_ms[name]):.0f} ms | **{worst[name]:.0f} ms** "
                f"| < {OPENED_MS_MAX} ms | {met(worst[name] <= OPENED_MS_MAX)} |"
                for name in slowest[:SHOWN]
            ),
            f"| **all {len(slowest)} pages** | | | {late} above | each < {OPENED_MS_MAX} ms | {met(not late)} |",
        ]
    )
