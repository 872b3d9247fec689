"""What a scrape reads off a replica: the state of this moment, gathered when somebody asks and never on the path of a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ai_api.core.clock import Clock
from ai_api.gateway.admit import Admission
from ai_api.gateway.docket import Docket
from ai_api.gateway.hold_changes import HoldChanges
from ai_api.gateway.idempotency import Idempotency
from ai_api.gateway.open_call import OpenCall
from ai_api.gateway.people import People
from ai_api.gateway.settle import Settlement
from ai_api.gateway.tell import Counters
from ai_api.gateway.watch import Watch
from ai_api.gateway.world import Worlds
from ai_api.observability.listener import Family
from ai_api.observability.metrics import BatchesShown, batch_metrics, copies_metrics, gateway_metrics, holds_metrics
from ai_api.providers import RouteHealth


@dataclass(frozen=True, slots=True)
class Scrape:
    """The parts of one replica that have something to show."""

    counters: Counters
    admission: Admission
    settlement: Settlement
    changes: HoldChanges
    idempotency: Idempotency
    people: People
    worlds: Worlds
    watch: Watch
    health: RouteHealth
    clock: Clock

    def families(self, open_calls: Iterable[OpenCall]) -> list[Family]:
        """The metrics of a replica with these calls under way."""
        calls = list(open_calls)
        return [
            *gateway_metrics(
                self.counters,
                open_calls=len(calls),
                active_clients=len({call.docket.holder.credential_id for call in calls if call.docket.holder}),
                settlements_pending=self.settlement.pending,
                people=len(self.people),
                routes_cooling=len(self.health.cooling(self.clock.unix_ms())),
            ),
            *holds_metrics(*_held(calls)),
            *copies_metrics(self._ages_s(calls)),
            *batch_metrics(self._batches()),
        ]

    def _batches(self) -> BatchesShown:
        waiting_wide = self.admission.waiting - self.admission.waiting_narrow
        return {
            "admission": (self.admission.wide_figures, waiting_wide),
            "admission_one_by_one": (self.admission.narrow_figures, self.admission.waiting_narrow),
            "settlement": (self.settlement.figures, self.settlement.waiting),
            "hold_changes": (self.changes.figures, self.changes.waiting),
            "credentials": (self.people.figures, self.people.waiting),
            "idempotency_keys": (self.idempotency.figures, self.idempotency.waiting),
        }

    def _ages_s(self, calls: Iterable[OpenCall]) -> dict[str, float]:
        now = self.clock.monotonic()
        read_at = (call.holder.read_at_s for call in calls if call.holder is not None)
        return {
            "world": now - self.worlds.read_at_s if self.worlds.loaded else 0.0,
            "people": now - min(read_at, default=now),
            "watch": now - self.watch.looked_at_s,
        }


def _held(calls: Iterable[OpenCall]) -> tuple[int, dict[str, int]]:
    """How many calls hold something, and by metric what they hold together.

    Several limits of one metric hold the same for a call, each on its account: it is counted once.
    """
    holding, together = 0, Counter[str]()
    for call in calls:
        held = _held_by(call.docket)
        holding += bool(held)
        together.update(held)
    return holding, dict(together)


def _held_by(docket: Docket) -> dict[str, int]:
    amounts = dict(docket.amounts)
    held: dict[str, int] = {}
    for counted in (*docket.accounts, *docket.key_accounts):
        amount = amounts.get(counted.account.id, 0)
        if amount > 0:
            metric = counted.account.metric
            held[metric] = max(held.get(metric, 0), amount)
    return held
