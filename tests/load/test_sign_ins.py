"""What the table of sign-ins says is what was measured."""

from __future__ import annotations

from math import inf

import pytest

from tests.load.plan import Plan
from tests.load.sign_ins import SignIns
from tests.load.sign_ins_report import table

QUICK = [0.010] * 98 + [0.020] * 2


def told(found: SignIns) -> dict[str, list[str]]:
    """The cells of each row, by the first."""
    text = table(found, Plan(seconds=1, repeats=1), machine="a machine", postgres="18")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {first: [cell.strip(" |") for cell in rest] for first, *rest in rows}


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ([0.010] * 98 + [0.060] * 2, ["**40.0 ms**", "< 50 ms", "yes"]),
        ([0.010] * 98 + [0.071] * 2, ["**51.0 ms**", "< 50 ms", "**no**"]),
        ([0.010] * 98 + [inf] * 2, ["**inf ms**", "< 50 ms", "**no**"]),
    ],
    ids=["little", "more", "turned away"],
)
def test_calls_that_waited_for_sign_ins_or_were_refused_are_not_seen(beside: list[float], said: list[str]) -> None:
    found = SignIns(alone=QUICK, beside=beside, entered=QUICK, known=QUICK, unknown=QUICK)
    assert told(found)["p99 rises by"] == said


@pytest.mark.parametrize(
    ("unknown_s", "is_met"), [(0.0104, "yes"), (0.0096, "yes"), (0.011, "**no**"), (0.001, "**no**")]
)
def test_a_difference_in_either_direction_is_one(unknown_s: float, is_met: str) -> None:
    found = SignIns(alone=QUICK, beside=QUICK, entered=[inf, 0.03, 0.04], known=QUICK, unknown=[unknown_s] * 40)
    rows = told(found)
    assert rows["differ by"][-1] == is_met
    assert rows["told to come again"][0] == "1 of 3"
