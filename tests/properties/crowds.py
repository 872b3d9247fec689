"""Steps in which everything happens at once: replicas admit, settle, extend and sweep beside one another, or die over it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from ai_api.core.errors import StoreUnavailable
from tests.properties import sight
from tests.properties.arrivals import orders
from tests.properties.endings import end_of
from tests.properties.gate import Gate
from tests.properties.growth import Growing
from tests.properties.orders import Order, Placed
from tests.properties.run import Run, step
from tests.properties.sight import Sight
from tests.properties.told import Told


@dataclass
class _Ended:
    """A call that was to end, and what was known of it before."""

    told: Told
    usage: Any
    booked_on: list[tuple[UUID, int, str]]


class Crowds(Run):
    """The order in which it all happens is Postgres' own: what must hold is looked at when it is over."""

    @step(
        weight=3,
        wanted=st.lists(st.tuples(st.integers(0, 1), orders), min_size=1, max_size=6),
        ends=range(4),
        used=["nothing", "little", "all"],
        grows=range(4),
        share=[0.5, 1.5],
        besides=["nothing", "nothing", "sweep", "death"],
        after_ms=[0, 1, 3, 6],
    )
    def everything_happens_at_once(
        self,
        wanted: list[tuple[int, dict[str, Any]]],
        ends: int,
        used: str,
        grows: int,
        share: float,
        besides: str,
        after_ms: int,
    ) -> None:
        found = self._open()
        ended, rest = found[:ends], found[ends:]
        grown = [told for told in rest if told.placed.call is not None and told.placed.call.growing is not None][:grows]
        asked = [(self._gate(number), self._order(order)) for number, order in wanted]
        self.run(self._crowd(asked, ended, used, [(told, share) for told in grown], besides, after_ms))

    def _order(self, wanted: dict[str, Any]) -> Order:
        return Order(**{**wanted, "caller": self.house.callers[wanted["caller"]]})

    async def _crowd(
        self,
        asked: list[tuple[Gate, Order]],
        ended: list[Told],
        used: str,
        growing: list[tuple[Told, float]],
        besides: str,
        after_ms: int,
    ) -> None:
        before, house = self.books, self.house
        known = [_Ended(told, told.usage, told.booked_on) for told in ended]
        placed = [(gate, each) for gate, order in asked for each in house.dockets(gate, [order])]
        grown = [Growing(told) for told, _ in growing]
        tasks = {
            gate: [
                *(asyncio.ensure_future(house.carry(gate, each)) for by, each in placed if by is gate),
                *(
                    asyncio.ensure_future(house.settle(gate, [end_of(told, used)]))
                    for told in ended
                    if told.gate is gate
                ),
            ]
            for gate in house.gates
        }
        for each, (_, share) in zip(grown, growing, strict=True):
            each.notice(share, None)
        if besides == "sweep":
            await house.sweep_dead()
        dying = house.gates[0] if besides == "death" else None
        if dying is not None:
            await asyncio.sleep(after_ms / 1000)
            await self._death(dying, tasks.pop(dying), placed)
        await asyncio.gather(*(task for of_gate in tasks.values() for task in of_gate))
        for gate in house.gates:
            await gate.gateway.holds.drain()
        after = await self._look()
        for end in known:
            if end.told.gate is dying and not _is_settled(after, end.told):
                end.told.fate, end.told.usage, end.told.booked_on = "open", end.usage, end.booked_on
        for each in grown:
            each.told.unsure |= each.told.gate is dying
        new = await self._note(placed)
        unsettled = _used_beyond_holds(before, ended) if besides != "sweep" else {*after.accounts}
        self.history.check_crowd(after, new, [each.seen() for each in grown], unsettled)
        self._count_crowd(after, new, ended, grown, besides)
        if dying is not None:
            await house.replace(dying)
            await self._look()

    async def _death(self, dying: Gate, asking: list[asyncio.Task[None]], placed: list[tuple[Gate, Placed]]) -> None:
        """A replica dies while it is asked; its callers hear nothing any more."""
        self.met["died over what it was asked"] += any(not task.done() for task in asking)
        await self.house.crash(dying, asking)
        for gate, each in placed:
            if gate is dying and each.call is None and each.refusal is None:
                each.refusal = StoreUnavailable()

    async def _note(self, placed: list[tuple[Gate, Placed]]) -> list[Told]:
        calls = [(each.order.caller, each.docket.call_id) for _, each in placed]
        limits = await sight.matching(self.house.connection, calls)
        for (gate, each), matched in zip(placed, limits, strict=True):
            self.history.note(gate, [each], [matched])
        return [self.history.calls[each.docket.call_id] for _, each in placed]

    def _count_crowd(
        self, after: Sight, new: list[Told], ended: list[Told], grown: list[Growing], besides: str
    ) -> None:
        granted = [told for told in new if told.fate == "open"]
        self.met["at once: granted by two replicas"] += len({id(told.gate) for told in granted}) > 1
        self.met["at once: one granted, one refused"] += bool(granted) and any(told.fate == "refused" for told in new)
        self.met["at once: granted beside a settlement"] += bool(granted and ended) and besides == "nothing"
        self.met["at once: granted beside an extension"] += bool(granted) and any(each.has_grown for each in grown)
        self.met["at once: settled beside the sweep"] += bool(ended) and besides == "sweep"
        self.met["died, and left a hold nobody knows"] += any(
            told.fate == "unknown" and told.docket.call_id in after.holds for told in new
        )


def _is_settled(sight_: Sight, told: Told) -> bool:
    record = sight_.records.get(told.docket.call_id)
    return record is not None and (not record["swept"] or bool(record["details"].get("corrected")))


def _used_beyond_holds(before: Sight, ended: list[Told]) -> set[UUID]:
    """Accounts on which a call that ends books more than it held: it held nothing there, or was swept before."""
    return {
        account_id
        for told in ended
        for account_id, _, _ in told.booked_on
        if account_id not in before.holds.get(told.docket.call_id, {})
    }
