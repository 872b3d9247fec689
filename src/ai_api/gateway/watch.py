"""The watch: one task a replica. It beats the replica's heart and ends open calls whose rights were taken back.

Every half second one statement reads the epochs of the members with open calls, and the world's. What changed is read anew
and judged again; what is now refused ends in-band, within a second of the change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from ai_api.core.clock import SystemClock
from ai_api.core.db import Hot
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.core.ids import uuid7
from ai_api.gateway import preflight, record, store_watch
from ai_api.gateway.call import Calls
from ai_api.gateway.open_call import OpenCall
from ai_api.gateway.people import Holder, People
from ai_api.gateway.preflight import Finding
from ai_api.gateway.refusals import Refusals
from ai_api.gateway.settle import Settlement
from ai_api.gateway.tell import CallLog
from ai_api.gateway.world import Worlds

EVERY_S = 0.5
BEAT_TIMEOUT_S = 2.0
PROGRESS_EVERY_S = 3.0
CLEAR_EVERY_S = 10.0
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
        replica: Replica,
        calls: Calls,
        people: People,
        worlds: Worlds,
        settlement: Settlement,
        refusals: Refusals,
        clock: SystemClock,
        log: CallLog,
        now: Callable[[], datetime],
    ) -> None:
        self.ready_faults: set[str] = {"starting"}
        self._hot = hot
        self._replica = replica
        self._calls = calls
        self._people = people
        self._worlds = worlds
        self._settlement = settlement
        self._refusals = refusals
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
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._look()
                self.ready_faults.discard("store_unavailable")
            except (StoreUnavailable, Refusal):
                self.ready_faults.add("store_unavailable")
            except Exception as error:  # noqa: BLE001
                # A boundary: the watch must outlive a defect in one look, or nothing would be revoked any more.
                self._log.error("watch_failed", exc_info=error)
            await asyncio.sleep(max(0.05, EVERY_S - (loop.time() - began)))

    async def stop(self) -> None:
        """Writes down the refusals that were only counted so far, and signs off when nothing is open."""
        counted = [self._settlement.submit(row) for row in self._refusals.collect_all()]
        if counted:
            await asyncio.wait(counted, timeout=LAST_WORDS_S)
        try:
            await store_watch.sign_off(self._hot, self._replica.id)
        except StoreUnavailable:
            self._log.info("sign_off_failed")

    async def _look(self) -> None:
        open_calls = list(self._calls.open_calls.values())
        members = {call.docket.holder.member_id for call in open_calls if call.docket.holder}
        asked_ms = self._clock.unix_ms()
        beat = await store_watch.beat(self._hot, self._replica.id, list(members), timeout_s=BEAT_TIMEOUT_S)
        self._check_clock(beat.now_ms, asked_ms)
        if not beat.alive:
            await self._take_new_id()
        if beat.world_epoch != self._worlds.current.epoch:
            await self._worlds.reload()
        await self._judge_again(open_calls, beat)
        await self._write_progress(open_calls)
        for counted in self._refusals.collect(self._now()):
            self._settlement.submit(counted)
        await self._clear_leaks()

    async def _judge_again(self, open_calls: list[OpenCall], beat: store_watch.Beat) -> None:
        fresh: dict[bytes, Holder | None] = {}
        world = self._worlds.current
        for call in open_calls:
            docket = call.docket
            holder = docket.holder
            if holder is None or call.ended:
                continue
            unchanged = (
                beat.member_epochs.get(holder.member_id) == holder.member_epoch and docket.world_epoch == world.epoch
            )
            if unchanged and (holder.expires_at is None or holder.expires_at > self._now()):
                continue
            if holder.secret_hash not in fresh:
                fresh[holder.secret_hash] = await self._people.reload(holder)
            present = fresh[holder.secret_hash]
            try:
                preflight.judge(docket.ask.envelope, present, world, self._now(), Finding())
                self._check_provider_key(call)
            except Refusal as refusal:
                if refusal.kind != "exhausted":
                    # A lowered limit is for new calls; the hold of this one was taken under the old.
                    call.stop(refusal)
                continue
            if present is not None:
                docket.holder, docket.world_epoch = present, world.epoch

    def _check_provider_key(self, call: OpenCall) -> None:
        attempts = call.docket.attempts
        if attempts and attempts[-1].key.id not in self._worlds.current.keys:
            raise Refusal("no_route", "unavailable", "The provider key that serves this call was disabled.")

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
        if abs(offset) > CLOCK_OFF_MAX_MS:
            self.ready_faults.add("clock_off")
        else:
            self.ready_faults.discard("clock_off")
        self._clock.offset_ms += offset
