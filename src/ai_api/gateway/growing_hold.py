"""A hold that follows its answer: it grows while the answer comes, and shrinks when the provider says what it has read.

A light hold is extended when half of it is used. An extension that is refused lets the answer go on to the end of what is
held, and cuts it there; one that cannot be asked (the database is away) goes on, and what is used is booked.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace

from ai_api.core.clock import Clock
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.gateway import limit_words
from ai_api.gateway.charges import depends_on_output, recharged, size_of
from ai_api.gateway.docket import Docket
from ai_api.gateway.hold_changes import HoldChanges
from ai_api.gateway.open_call import OpenCall
from ai_api.gateway.store_extend import Change, Changed
from ai_api.providers.port import StreamReader
from ai_api.quotas.rules import Charge, Demand, Wanted
from ai_api.quotas.windows import bucket_at

ASKED_AGAIN_S = 1.0
"""After the database could not be asked, it is left alone for so long."""

CONTENT_WITH_LESS_MAX = 5
"""So often an answer that cannot grow as it wishes asks for what is left, which others take as well."""


class GrowingHolds:
    """Keeps the tasks by which holds change, so that none is lost when its call ends before it."""

    def __init__(self, changes: HoldChanges, clock: Clock, counted: Counter[str]) -> None:
        """`counted` is told what becomes of each extension: `extended`, `refused`, `not_asked`."""
        self.counted = counted
        self.changes = changes
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, call: OpenCall) -> GrowingHold | None:
        """What follows a streamed call under limits; None where nothing of its hold can change."""
        demand = call.docket.demand
        if demand is None or not any(each.limit.rejects for each in demand.charges):
            return None
        return GrowingHold(self, call, self._clock)

    async def drain(self) -> None:
        """Returns when no change is on its way."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Runs a change beside the answer."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class GrowingHold:
    """The hold of one streamed call."""

    def __init__(self, holds: GrowingHolds, call: OpenCall, clock: Clock) -> None:
        self._holds = holds
        self._call = call
        self._clock = clock
        docket = call.docket
        self._output = docket.output_tokens
        self._is_light = docket.demand is not None and docket.demand.is_light(docket.output_tokens)
        self._input_known = False
        self._refusal: Refusal | None = None
        self._task: asyncio.Task[None] | None = None
        self._not_before = 0.0

    def notice(self, reader: StreamReader) -> None:
        """Looks how far the answer is. Called for each piece, so it does as good as nothing."""
        if self._refusal is not None:
            if reader.output_tokens_seen >= self._output:
                self._call.stop(self._refusal)
            return
        if reader.finish_reason is not None or (self._task is not None and not self._task.done()):
            # All has been said: the settlement comes next, and gives back whatever was held too much.
            return
        if not self._input_known and reader.usage is not None and reader.usage.input_known:
            self._input_known = True
            self._task = self._holds.spawn(self._give_back(reader.usage.input_total))
        elif self._wants_more(reader):
            self._task = self._holds.spawn(self._extend(reader))

    def _wants_more(self, reader: StreamReader) -> bool:
        half_used = self._is_light and reader.output_tokens_seen * 2 >= self._output
        return half_used and self._clock.monotonic() >= self._not_before

    async def _give_back(self, input_tokens: int) -> None:
        """The surplus of the input goes back at once. What was counted too low is booked at the end, past the limit too."""
        docket = self._call.docket
        if docket.bound is None or docket.demand is None or input_tokens >= docket.bound.input_tokens:
            return
        docket.bound = replace(docket.bound, input_tokens=input_tokens)
        docket.demand = replace(docket.demand, charges=_resized(docket, docket.demand.charges))
        docket.key_charges = _resized(docket, docket.key_charges)
        await self._change(docket.demand, self._output)

    async def _extend(self, reader: StreamReader) -> None:
        docket = self._call.docket
        demand = docket.demand
        if demand is None or self._output >= demand.output_tokens:
            self._is_light = False
            return
        wish = min(demand.output_tokens, max(self._output * 2, reader.output_tokens_seen * 2))
        changed = await self._change(demand, wish)
        if changed is None or not changed.is_held:
            return
        if changed.fits:
            self._output = wish
            self._holds.counted["extended"] += 1
            return
        await self._extend_as_far_as_it_goes(demand, changed)

    async def _extend_as_far_as_it_goes(self, demand: Demand, refused: Changed) -> None:
        """Less than was wished for is taken, and then it ends: the caller is cut where the limit is, not before."""
        tightest = None
        for _ in range(CONTENT_WITH_LESS_MAX):
            found = self._tightest(demand, refused)
            if found is None:
                break
            tightest, output = found
            if output <= self._output:
                break
            changed = await self._change(demand, output)
            if changed is None or not changed.is_held:
                break
            if changed.fits:
                self._output = output
                self._holds.counted["extended"] += 1
                break
            # Somebody was faster: what is left by now may still be more than what is held.
            refused = changed
        if tightest is not None:
            self._holds.counted["refused"] += 1
            self._refusal = limit_words.cut(tightest, self._call.docket, self._clock.now())

    def _tightest(self, demand: Demand, refused: Changed) -> tuple[Charge, int] | None:
        """The charge that leaves room for the smallest output, and that output."""
        known = [
            (each, room)
            for each in (*demand.charges, *self._call.docket.key_charges)
            if depends_on_output(each.limit) and (room := refused.room.get(each.account.id)) is not None
        ]
        affordable = [(each, each.output_for(room)) for each, room in known]
        return min(affordable, key=lambda each: each[1], default=None)

    async def _change(self, demand: Demand, output_tokens: int) -> Changed | None:
        """None where the database could not be asked."""
        docket = self._call.docket
        wanted = wanted_now((*demand.charges, *docket.key_charges), output_tokens, self._clock.unix_ms())
        try:
            changed = await self._holds.changes.make(Change(docket.call_id, wanted))
        except StoreUnavailable:
            self._not_before = self._clock.monotonic() + ASKED_AGAIN_S
            self._holds.counted["not_asked"] += 1
            return None
        if changed.is_held and changed.fits:
            known = dict(docket.amounts)
            docket.amounts = tuple((known | {each.account_id: each.amount for each in wanted}).items())
        return changed


def wanted_now(charges: tuple[Charge, ...], output_tokens: int, unix_ms: int) -> tuple[Wanted, ...]:
    """The holds of these charges for so much output, as their sliding windows stand at this moment."""
    present = tuple(replace(each, bucket=bucket_at(each.limit.window_s, unix_ms)) for each in charges)
    return Demand(present, output_tokens, 0).wanted(output_tokens)


def _resized(docket: Docket, charges: tuple[Charge, ...]) -> tuple[Charge, ...]:
    bound, permission = docket.bound, docket.permission
    if bound is None or permission is None:
        raise RuntimeError("a hold belongs to a call that was permitted")
    size = size_of(input_tokens=bound.input_tokens, output_tokens=bound.output_tokens, price=permission.price)
    return tuple(recharged(each, size) for each in charges)
