"""Steps by which the hold of a call under way changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ai_api.wire.usage import Usage
from tests.properties.laws import Told
from tests.properties.run import Run, some
from tests.properties.sight import Matched


@dataclass
class Reader:
    """How far the answer of a provider is."""

    output_tokens_seen: int
    usage: Usage | None


class Growth(Run):
    """Holds grow with their answers, shrink when the provider says what it has read, and move between provider keys."""

    @rule(which=some, share=st.sampled_from([0.2, 0.5, 0.9, 1.5]), says_input=st.sampled_from([None, None, 30, 9_000]))
    def an_answer_grows(self, which: int, share: float, says_input: int | None) -> None:
        found = [told for told in self._open() if told.placed.call is not None and told.placed.call.growing is not None]
        if found:
            self.run(self._grow(found[which % len(found)], share, says_input))

    async def _grow(self, told: Told, share: float, says_input: int | None) -> None:
        call = told.placed.call
        assert call is not None
        growing: Any = call.growing
        before = self.books
        refused_before, output_before = growing._refusal, growing._output
        seen = Reader(int(growing._output * share), None if says_input is None else Usage(says_input))
        growing.notice(seen)
        await told.gate.app.holds.drain()
        after = await self._look()
        now_ms = told.gate.clock.unix_ms()
        self.history.check_change(before, after, told, [each.seen_at(now_ms) for each in told.limits], growing._output)
        if growing._output > output_before:
            self.met["hold extended"] += 1
        if growing._refusal is not None and refused_before is None:
            self.met["extension refused: cut at what is held"] += 1
        self.met["answer cut where the limit is"] += call.refusal is not None
        if says_input == 30 and told.docket.call_id in after.holds and before.holds != after.holds:
            self.met["surplus of the input given back"] += 1

    @rule(which=some)
    def a_try_asks_for_room_at_its_provider_key(self, which: int) -> None:
        found = self._open()
        if found:
            self.run(self._try(found[which % len(found)]))

    async def _try(self, told: Told) -> None:
        docket, app = told.docket, told.gate.app
        assert docket.permission is not None
        before = self.books
        fits = await app.calls._tries._key_holds.take(docket, docket.permission.routes[0][1])
        after = await self._look()
        held = docket.call_id in after.holds
        keys = [
            Matched(
                account_id=each.account.id,
                metric=each.limit.metric,
                amount=each.limit.amount,
                rejects=each.limit.rejects,
                kind=("provider_key",) * 5,
                bucket=each.bucket.number,
                length_ms=(each.limit.window_s or 0) * 1000,
            )
            for each in docket.key_charges
        ]
        now_ms = told.gate.clock.unix_ms()
        self.history.check_change(before, after, told, [each.seen_at(now_ms) for each in keys], None)
        if not fits:
            assert before.holds == after.holds
        elif docket.key_accounts:
            counted = [(each.account.id, each.bucket, each.account.metric) for each in docket.key_accounts]
            if held:
                told.booked_on = list(dict.fromkeys([*told.booked_on, *counted]))
            else:
                told.booked_late = counted
        if keys or not fits:
            self.met[f"provider key: {'room' if fits else 'no room'}"] += 1
