"""What a history knows of the calls in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from ai_api.gateway.docket import Docket
from ai_api.wire.usage import Usage
from tests.properties.gate import Gate
from tests.properties.orders import Placed
from tests.properties.sight import Matched, Sight

Fate = Literal["open", "settled", "parked", "unknown", "refused"]


@dataclass
class Told:
    """What the history knows of one call."""

    placed: Placed
    gate: Gate
    fate: Fate
    booked_on: list[tuple[UUID, int, str]] = field(default_factory=list)
    """Accounts that count it, with bucket and metric."""
    limits: list[Matched] = field(default_factory=list)
    """Those that matched it when it was asked."""
    hold: Mapping[UUID, int] = field(default_factory=dict)
    booked_late: list[tuple[UUID, int, str]] = field(default_factory=list)
    """Accounts that count it once it is settled itself: it came upon them when its hold was gone."""
    usage: Usage | None = None
    """The truth about it, once it was settled."""
    unsure: bool = False
    """Its replica does not know what it holds: an answer was lost."""

    @property
    def docket(self) -> Docket:
        return self.placed.docket


@dataclass(frozen=True)
class Grown:
    """A call whose hold was to change, the limits that matter as its replica's clock sees them now, and what it heard.

    `output_tokens` is what its answer may come to by then, where that is known; `is_refused` that it was told to end there.
    """

    told: Told
    limits: Sequence[Matched]
    output_tokens: int | None = None
    is_refused: bool = False

    def of(self, sight: Sight) -> Mapping[UUID, int]:
        """What it holds; nothing where it is gone."""
        return sight.holds.get(self.told.docket.call_id, {})
