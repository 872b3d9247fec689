"""A call before admission, and what can become of it there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from ai_api.core.values import value
from ai_api.gateway.store_admission import Row
from ai_api.quotas.rules import Demand, Denied, Granted

Verdict: TypeAlias = Granted | Denied | Literal["stale", "proven"]

Outcome: TypeAlias = Verdict | Literal["left", "away", "late"]
"""What a lane says: a verdict; or that the call is for the narrow lane; that Postgres is away; that it has waited too long."""


@value
class Candidate:
    """One call that asks to be admitted; `demand` is None where only the copy is proven. `row_for` gives the row to store."""

    row_for: Callable[[int], Row]
    demand: Demand | None

    @property
    def row(self) -> Row:
        """The row for the hold that is tried first."""
        return self.row_for(self.demand.first_output if self.demand else 0)


@value
class Asked:
    """A candidate in a lane: the row that is tried first, and since when it waits, in monotonic seconds."""

    candidate: Candidate
    row: Row
    since: float
