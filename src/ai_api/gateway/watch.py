"""The watch: it beats the replica's heart, and ends open calls whose rights were taken back.

Every half second one statement reads the epochs of the members with open calls, and the world's. What changed is read anew,
many holders at once; then every open call is reconsidered in memory, and what may not go on ends in-band, within a second of
the change. It speaks to the database over connections of its own: calls that fill all others cannot keep it from looking.
What may wait (how far streams have come, leaks, counted refusals) is another loop's, so that it delays nobody's end.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

from ai_api.core.clock import SystemClock
from ai_api.core.db import Hot, Patience, StatementRefused
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.core.ids import uuid7
from ai_api.gateway import record, store_health, store_settlement, store_watch
from ai_api.gateway.call import Calls
from ai_api.gateway.given_up import GivenUp
from ai_api.gateway.open_call import OpenCall
from ai_api.gateway.people import Holder, People
from ai_api.gateway.reconsider import reconsider
from ai_api.gateway.refusals import Refusals
from ai_api.gateway.settle import Settlement
from ai_api.gateway.tell import CallLog
from ai_api.gateway.world import Worlds
from ai_api.providers import RouteHealth

EVERY_S = 0.5
BEAT_TIMEOUT_S = 2.0
HOUSE_EVERY_S = 1.0
PROGRESS_EVERY_S = 3.0
CLEAR_EVERY_S = 10.0
CLEAR_TIMEOUT_S = 2.0
CLOCK_OFF_MAX_MS = 2_000
LAST_WORDS_S = 2.0


class Replica:
    """This process in the eyes of the others. `id` changes when it finds itself swept."""

    def __init__(self, host: str, version: str) -> None:
        self.host = host
        self.version = version
        self.id = uuid7()


class Watch:
    """Watches one replica's open calls. `ready_faults` says why the replica should get no calls now."""

    def __init__(
        self,
        *,
        hot: Hot,
        own: Hot,
        replica: Replica,
        calls: Calls,
        people: People,
        worlds: Worlds,
        settlement: Settlement,
        given_up: GivenUp,
        refusals: Refusals,
        health: RouteHealth,
        clock: SystemClock,
        log: CallLog,
        now: Callable[[], datetime],
    ) -> None:
        """`own` are the connections it looks over, used by nothing else."""
        self.ready_faults: set[str] = {"starting"}
        self.looked_at_s = clock.monotonic()
        """When Postgres last said what has changed, or when this began; on a monotonic clock, in seconds."""
        self._hot = hot
        self._own = own
        self._replica = replica
        self._calls = calls
        self._people = people
        self._worlds = worlds
        self._settlement = settlement
        self._given_up = given_up
        self._refusals = refusals
        self._health = health
        self._clock = clock
        self._log = log
        self._now = now
        self._written: dict[UUID, int] = {}
        self._next_progress = 0.0
        self._next_clearing = 0.0

    async def start(self) -> None:
        """Registers the replica and loads the world. Raises StoreUnavailable."""
        await store_watch.register(self._hot, self._replica.id, host=self._replica.host, version=self._replica.version)
        await self._worlds.reload()
        self.ready_faults.clear()

    async def run(self) -> None:
        """Watches until cancelled."""
        await asyncio.gather(self._every(EVERY_S, self._look_and_tell), self._every(HOUSE_EVERY_S, self._keep_house))

    async def _every(self, every_s: float, do: Callable[[], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await do()
            except StoreUnavailable:
                # Postgres is away for a moment: the look has told, and the next one is soon.
                pass
            except Exception as error:  # noqa: BLE001
                # A boundary: the watch must outlive a defect in one look, or nothing would be revoked any more.
                self._log.error("watch_failed", exc_info=error)
            await asyncio.sleep(max(0.05, every_s - (loop.time() - began)))

    async def stop(self) -> None:
        """Writes down the refusals that were only counted so far, and signs off when nothing is open."""
        counted = [self._settlement.submit(row) for row in self._refusals.collect_all()]
        if counted:
            await asyncio.wait(counted, timeout=LAST_WORDS_S)
        try:
            await store_watch.sign_off(self._hot, self._replica.id)
        except StoreUnavailable:
            self._log.info("sign_off_failed")

    async def _look_and_tell(self) -> None:
        try:
            await self._look()
            self.ready_faults.discard("store_unavailable")
        except (StoreUnavailable, Refusal):
            self.ready_faults.add("store_unavailable")

    async def _look(self) -> None:
        await self._tell_health()
        open_calls = list(self._calls.open_calls.values())
        members = {call.holder.member_id for call in open_calls if call.holder}
        asked_ms, asked_s = self._clock.unix_ms(), self._clock.monotonic()
        try:
            beat = await store_watch.beat(self._own, self._replica.id, list(members), timeout_s=BEAT_TIMEOUT_S)
        except StoreUnavailable:
            # Whatever else is unknown now, an expiry comes by itself.
            self._reconsider(open_calls, {})
            raise
        self._check_clock(beat.now_ms, asked_ms)
        self._health.heard(beat.cooling)
        self._reconsider(open_calls, await self._read_changed(open_calls, beat.member_epochs))
        if beat.world_epoch != self._worlds.current.epoch:
            await self._worlds.reload()
            self._reconsider(open_calls, {})
        self.looked_at_s = asked_s
        if not beat.alive:
            await self._take_new_id()

    async def _tell_health(self) -> None:
        changes = self._health.take_changes()
        if not changes:
            return
        try:
            await store_health.tell(self._own, changes, timeout_s=BEAT_TIMEOUT_S)
        except StoreUnavailable:
            self._health.not_told(changes)
            # The look that follows finds out by itself whether Postgres is away.
        except StatementRefused as error:
            # What others do not hear costs them a few failures; looking after open calls must not wait for it.
            self._log.error("route_health_not_told", reason=error.reason)

    async def _read_changed(
        self, open_calls: list[OpenCall], epochs: Mapping[UUID, int]
    ) -> Mapping[bytes, Holder | None]:
        """By secret, the holders of open calls that are not what they were; None for who is gone."""
        changed = {
            call.holder.secret_hash
            for call in open_calls
            if call.holder and not call.ended and epochs.get(call.holder.member_id) != call.holder.member_epoch
        }
        return await self._people.read_again(changed, self._own, patience=Patience(BEAT_TIMEOUT_S, BEAT_TIMEOUT_S))

    def _reconsider(self, open_calls: list[OpenCall], changed: Mapping[bytes, Holder | None]) -> None:
        """Ends those that may not go on. Each one at each look, changed or not: time passes, and calls move between routes."""
        world, now = self._worlds.current, self._now()
        for call in open_calls:
            if call.ended or call.holder is None:
                continue
            present = changed.get(call.holder.secret_hash, call.holder)
            try:
                reconsider(call.docket, present, world, now)
            except Refusal as refusal:
                call.stop(refusal)
            except Exception as error:  # noqa: BLE001
                # A boundary: a defect met by one call must not keep the others from being ended.
                self._log.error("reconsider_failed", call_id=str(call.docket.call_id), exc_info=error)
            else:
                call.holder = present

    async def _keep_house(self) -> None:
        for counted in self._refusals.collect(self._now()):
            self._settlement.submit(counted)
        await self._write_progress(list(self._calls.open_calls.values()))
        await self._clear_leaks()

    async def _write_progress(self, open_calls: list[OpenCall]) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_progress:
            return
        self._next_progress = now + PROGRESS_EVERY_S
        moved = {
            call.docket.call_id: call.output_tokens_seen
            for call in open_calls
            if call.output_tokens_seen != self._written.get(call.docket.call_id, 0)
        }
        if moved:
            await store_watch.write_progress(
                self._hot, {call_id: {"output_tokens": tokens} for call_id, tokens in moved.items()}
            )
        still_open = {call.docket.call_id for call in open_calls}
        self._written = {key: value for key, value in {**self._written, **moved}.items() if key in still_open}

    async def _clear_leaks(self) -> None:
        """Holds of this replica that are neither open nor settling: a commit whose answer was lost. They cost nothing."""
        now = asyncio.get_running_loop().time()
        if now < self._next_clearing:
            return
        self._next_clearing = now + CLEAR_EVERY_S
        old = await store_watch.own_old_holds(self._hot, self._replica.id)
        leaked = [
            call_id for call_id in old if call_id not in self._calls.open_calls and call_id not in self._settlement
        ]
        if leaked:
            for stored in await store_watch.holds_by_id(self._hot, leaked):
                self._settlement.submit(record.given_back(stored["record"], self._now()))
        await self._give_back_swept()

    async def _give_back_swept(self) -> None:
        """Calls that were refused for want of an answer, and whose holds came to be and were swept: nothing is owed."""
        kept = self._given_up.kept()
        if not kept:
            return
        known = await store_settlement.known(self._hot, list(kept), timeout_s=CLEAR_TIMEOUT_S)
        for call_id, is_swept in known.items():
            if is_swept:
                self._settlement.submit(record.given_back(json.loads(kept[call_id]), self._now()))
            self._given_up.forget(call_id)

    async def _take_new_id(self) -> None:
        # Somebody took this replica for dead and swept its holds. What is open goes on; its settlements will correct.
        self._replica.id = uuid7()
        await store_watch.register(self._hot, self._replica.id, host=self._replica.host, version=self._replica.version)
        self._log.error("swept_alive", replica=str(self._replica.id))

    def _check_clock(self, database_ms: int, asked_ms: int) -> None:
        # The database looked at its clock at some moment of the round trip. A difference within it says nothing: following
        # it would make every busy moment of this process a jump of its clock.
        answered_ms = self._clock.unix_ms()
        offset = database_ms - (asked_ms + answered_ms) // 2
        if abs(offset) <= (answered_ms - asked_ms) // 2 + 1:
            offset = 0
        self._clock.offset_ms += offset
        # What is corrected is still a host whose clock nobody keeps.
        if abs(self._clock.offset_ms) > CLOCK_OFF_MAX_MS:
            self.ready_faults.add("clock_off")
        else:
            self.ready_faults.discard("clock_off")
