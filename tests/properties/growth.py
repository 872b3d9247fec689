"""Steps by which the holds of calls under way change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ai_api.gateway.growing_hold import GrowingHold
from ai_api.quotas.rules import Charge
from ai_api.wire.usage import Usage
from tests.properties.cut_line import Cut
from tests.properties.gate import Gate, in_one_batch
from tests.properties.run import Run, some, step
from tests.properties.sight import Matched
from tests.properties.told import Grown, Told

TELLS_INPUT = 30
"""A provider that says so has read less than any bound."""

PROGRESS: list[tuple[float, int | None]] = [
    (share, says_input) for share in (0.2, 0.5, 0.9, 1.5) for says_input in (None, None, TELLS_INPUT, 9_000)
]
CHANGE_CUTS: list[tuple[Cut, ...]] = [*([()] * 8), ("change not asked",), ("change not answered",)]


@dataclass
class Reader:
    """How far the answer of a provider is."""

    output_tokens_seen: int
    usage: Usage | None
    finish_reason: str | None = None


class Growth(Run):
    """Holds grow with their answers, shrink when the provider says what it has read, and move between provider keys."""

    @step(weight=4, which=some, answers=st.lists(st.sampled_from(PROGRESS), min_size=1, max_size=5), cuts=CHANGE_CUTS)
    def answers_grow(self, which: int, answers: list[tuple[float, int | None]], cuts: tuple[Cut, ...]) -> None:
        found = [told for told in self._open() if told.placed.call is not None and told.placed.call.growing is not None]
        if not found:
            return
        first = found[which % len(found)]
        beside = [told for told in found if told.gate is first.gate and told is not first]
        self.run(self._grow(first.gate, list(zip([first, *beside], answers, strict=False)), cuts))

    async def _grow(
        self, gate: Gate, answers: list[tuple[Told, tuple[float, int | None]]], cuts: tuple[Cut, ...]
    ) -> None:
        before = self.books
        gate.line.cuts.update(cuts)
        gate.line.changes.clear()
        gate.changed.clear()
        grown = [Growing(told) for told, _ in answers]
        async with in_one_batch(gate):
            for each, (_, (share, says_input)) in zip(grown, answers, strict=True):
                each.notice(share, says_input)
            await asyncio.sleep(0)
        await gate.gateway.holds.drain()
        lost = {cut for cut in cuts if not gate.line.cuts[cut]}
        gate.line.cuts.clear()
        for each in grown:
            each.told.unsure |= bool(lost)
        after = await self._look()
        seen = [each.seen() for each in grown]
        self.history.check_changes(before, after, seen)
        if not lost:
            self.history.check_batches(before, gate.changed, [limit for each in seen for limit in each.limits])
        self._count_changes(gate, grown, lost)
        for each, (_, (_, says_input)) in zip(grown, answers, strict=True):
            call_id = each.told.docket.call_id
            self.met["asked for more when it was swept"] += call_id not in before.holds and bool(gate.line.changes)
            if says_input == TELLS_INPUT and not lost and before.holds.get(call_id) != after.holds.get(call_id):
                self.met["surplus of the input given back"] += 1

    def _count_changes(self, gate: Gate, grown: list[Growing], lost: set[Cut]) -> None:
        for each in grown:
            self.met["hold extended"] += each.has_grown
            self.met["extension refused: cut at what is held"] += each.is_refused and not each.has_grown
            self.met["extension refused: grown as far as there is room"] += each.is_refused and each.has_grown
            self.met["answer cut where the limit is"] += each.is_cut
        for cut in lost:
            self.met[f"hold {cut}"] += 1
        for rows in gate.line.changes:
            fitted = [row["fits"] for row in rows if row["held"]]
            self.met["holds changed together"] += sum(fitted) > 1
            self.met["one refused beside one that fits"] += {True, False} == {*fitted}
            self.met["fits alone, but not after the others"] += any(
                row["fits_alone"] and not row["fits"] for row in rows
            )

    @step(weight=1, which=some)
    def a_try_asks_for_room_at_its_provider_key(self, which: int) -> None:
        found = self._open()
        if found:
            self.run(self._try(found[which % len(found)]))

    async def _try(self, told: Told) -> None:
        docket, gateway = told.docket, told.gate.gateway
        assert docket.permission is not None
        before = self.books
        fits = await gateway.calls._tries._key_holds.take(docket, docket.permission.routes[0][1])
        after = await self._look()
        held = docket.call_id in after.holds
        keys = [_matched(each) for each in docket.key_charges]
        now_ms = told.gate.clock.unix_ms()
        self.history.check_changes(before, after, [Grown(told, [each.seen_at(now_ms) for each in keys])])
        if not fits:
            assert before.holds == after.holds
        if fits and held:
            # What the try before held of its key has moved on with it.
            limited = {each.account_id for each in (*told.limits, *keys) if each.rejects}
            assert {key for key, amount in after.holds[docket.call_id].items() if amount} <= limited
            self.met["provider key: given back"] += len(after.holds[docket.call_id]) < len(before.holds[docket.call_id])
        if fits and docket.key_accounts:
            counted = [(each.account.id, each.bucket, each.account.metric) for each in docket.key_accounts]
            if held:
                told.booked_on = list(dict.fromkeys([*told.booked_on, *counted]))
            else:
                told.booked_late = counted
        if keys or not fits:
            self.met[f"provider key: {'room' if fits else 'no room'}"] += 1


class Growing:
    """One call whose answer grows, and how its hold stood before."""

    def __init__(self, told: Told) -> None:
        self.told = told
        assert told.placed.call is not None
        self._call = told.placed.call
        growing = told.placed.call.growing
        assert isinstance(growing, GrowingHold)
        self._hold = growing
        self._output = growing._output
        self._refusal = growing._refusal

    def notice(self, share: float, says_input: int | None) -> None:
        # All that a growing hold looks at.
        reader: Any = Reader(int(self._output * share), None if says_input is None else Usage(says_input))
        self._hold.notice(reader)

    @property
    def is_cut(self) -> bool:
        return self._call.refusal is not None

    @property
    def has_grown(self) -> bool:
        return bool(self._hold._output > self._output)

    @property
    def is_refused(self) -> bool:
        return self._hold._refusal is not None and self._refusal is None

    def seen(self) -> Grown:
        now_ms = self.told.gate.clock.unix_ms()
        keys = [_matched(each) for each in self.told.docket.key_charges]
        limits = [each.seen_at(now_ms) for each in (*self.told.limits, *keys)]
        return Grown(self.told, limits, self._hold._output, self.is_refused)


def _matched(charge: Charge) -> Matched:
    """The limit of a provider key that a try is charged under."""
    limit = charge.limit
    return Matched(
        account_id=charge.account.id,
        metric=limit.metric,
        amount=limit.amount,
        rejects=limit.rejects,
        kind=("provider_key",) * 5,
        bucket=charge.bucket.number,
        length_ms=(limit.window_s or 0) * 1000,
    )
