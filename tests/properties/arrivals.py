"""Steps by which calls are admitted or refused."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from hypothesis import strategies as st

from ai_api.core.errors import StoreUnavailable
from tests.properties import sight
from tests.properties.cut_line import Cut
from tests.properties.draws import one_of_each
from tests.properties.gate import Gate, races_lost
from tests.properties.orders import Order
from tests.properties.run import Run, either, step
from tests.properties.sight import Matched, Sight
from tests.properties.told import Told

orders = one_of_each(
    caller=[0, 0, 0, 0, 1, 1, 2, 3],
    prompt_chars=[1, 60, 300],
    output_tokens=[None, None, None, None, 1, 100, 256, 700, 2_048, 5_000],
    choices=[1, 1, 1, 2],
    stream=[True, True, False],
    after_ms=[0, 0, 1, 700],
)
ADMISSION_CUTS: list[tuple[Cut, ...]] = [
    *([()] * 14),
    ("admit not asked",),
    ("admit not answered",),
    ("admit not answered", "which not answered"),
    ("slow not answered",),
]


class Arrivals(Run):
    """Several calls arrive at once; answers of the database are lost on the way."""

    @step(
        weight=8,
        gate=range(4),
        wanted=st.lists(orders, min_size=1, max_size=5),
        cuts=ADMISSION_CUTS,
        locks=either,
    )
    def calls_arrive(self, gate: int, wanted: list[dict[str, Any]], cuts: tuple[Cut, ...], locks: bool) -> None:
        self.run(self._admit(self._gate(gate), wanted, cuts, locks))

    async def _admit(self, gate: Gate, wanted: list[dict[str, Any]], cuts: tuple[Cut, ...], locks: bool) -> None:
        house, line = self.house, gate.line
        before = self.books
        gate.decided.clear()
        line.cuts.update(cuts)
        orders_ = [Order(**{**each, "caller": house.callers[each["caller"]]}) for each in wanted]
        with races_lost(gate) if locks else nullcontext():
            placed = await house.place(gate, orders_)
        cut = [each for each in cuts if not line.cuts[each]]
        self.met["decided under locks"] += locks and any(lane == "narrow" for lane, _ in gate.decided)
        line.cuts.clear()
        after = await self._look()
        limits = await sight.matching(house.connection, [(each.order.caller, each.docket.call_id) for each in placed])
        self.history.note(gate, placed, limits)
        by_call = {each.docket.call_id: matched for each, matched in zip(placed, limits, strict=True)}
        self.history.check_admission(before, after, gate.decided, by_call)
        for each in placed:
            self._count_admission(
                before, after, by_call[each.docket.call_id], self.history.calls[each.docket.call_id], cut
            )

    def _count_admission(self, before: Sight, after: Sight, limits: list[Matched], told: Told, cut: list[Cut]) -> None:
        refusal, held = told.placed.refusal, told.docket.call_id in after.holds
        if isinstance(refusal, StoreUnavailable):
            assert not held or {"which not answered", "slow not answered"} & {*cut}, "whoever could be asked was not"
            self.met["unknown commit: held, not known" if held else "unknown commit: not held"] += 1
        elif refusal is not None:
            self.met[f"refused: {refusal.code}"] += 1
        elif cut == ["admit not answered"] and held:
            self.met["unknown commit: found held"] += 1
        for limit in limits:
            if limit.bucket == 0 and limit.kind[2] in {"day", "month"}:
                span = told.docket.ask.secret_hash, limit.kind
                self.met[f"{limit.kind[2]} rolled"] += self.spans.get(span, limit.start) < limit.start
                self.spans[span] = limit.start
            if limit.bucket and before.account(limit.account_id).bucket > limit.bucket:
                self.met["came late for its bucket"] += 1
            if not limit.rejects and before.used(limit, rounded_up=False) >= limit.amount and refusal is None:
                self.met["past a limit that warns"] += 1
