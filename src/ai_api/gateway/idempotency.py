"""Calls that may be asked for again: with the same `Idempotency-Key` there is one call, and one answer for everybody.

    claim the key → (the call's own walk, its answer remembered in passing) → conclude

A key is claimed before admission and concluded after settlement, before the last byte: a client that has seen the end gets the
same answer again. What was paid and cannot be given again is said so; what cost nothing frees the key for another try.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.clock import Clock
from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import Refusal, StoreSilent, StoreUnavailable
from ai_api.core.ids import uuid7
from ai_api.core.seal import KeyRing, SealError
from ai_api.gateway import credential_checks, store_idempotency
from ai_api.gateway.call import END_WITHOUT_RECEIPT_AFTER_S, Calls
from ai_api.gateway.conclusions import Concluded, Conclusions
from ai_api.gateway.docket import Ask, Docket, IdempotencyKey
from ai_api.gateway.entrance import STALE_TRIES_MAX
from ai_api.gateway.idempotency_rules import conclusion, refusal_of
from ai_api.gateway.open_call import OpenCall, Out
from ai_api.gateway.patience import PATIENCE
from ai_api.gateway.people import Holder, People
from ai_api.gateway.remembered import Remembered, Room
from ai_api.gateway.settle import Settlement
from ai_api.gateway.store_idempotency import Claim, Found, StoredAnswer
from ai_api.gateway.tell import CallLog
from ai_api.observability.histogram import BatchFigures

ANSWER_BYTES_MAX = 1024 * 1024
REMEMBERED_BYTES_MAX = 64 * 1024 * 1024
"""What all open calls of a replica may remember together: a thousand long streams must not be a gigabyte."""
CLAIMS_MAX, CLAIM_BATCHES_MAX = 200, 2
READ_TIMEOUT_S = 5.0
CLAIM_TRUSTED_S = 15.0
"""A call not admitted so long after its claim does not go on: after twice as long others may take it for dead."""
CLAIM_OVER_S = 6.0
"""So long after a claim without an answer the server has given it up: longer than its statements may take."""
FREED_WITHIN_S = 0.25
"""How long a refusal waits for its key to be free again."""


@dataclass(slots=True)
class _Keyed:
    """A call that has claimed its key."""

    docket: Docket
    credential_id: UUID
    key_hash: bytes
    was_admitted: bool = False


class Idempotency:
    """Carries the calls whose clients gave an idempotency key, each at most once."""

    def __init__(
        self,
        *,
        calls: Calls,
        people: People,
        settlement: Settlement,
        hot: Hot,
        ring: KeyRing,
        replica_id: Callable[[], UUID],
        clock: Clock,
        log: CallLog,
    ) -> None:
        self.figures = BatchFigures()
        """Of claims."""
        self._calls = calls
        self._people = people
        self._settlement = settlement
        self._hot = hot
        self._ring = ring
        self._replica_id = replica_id
        self._clock = clock
        self._log = log
        self._room = Room(REMEMBERED_BYTES_MAX)
        self._silent_at = 0.0
        self._claims: GroupCommit[tuple[Claim, float], Found] = GroupCommit(
            self._claim_batch,
            batch_max=CLAIMS_MAX,
            in_flight_max=CLAIM_BATCHES_MAX,
            told=self.figures.note,
        )
        self._conclusions = Conclusions(hot, log)

    @property
    def pending(self) -> int:
        """Conclusions not yet written."""
        return self._conclusions.pending

    @property
    def waiting(self) -> int:
        """Claims that wait for a batch."""
        return self._claims.pending

    async def carry(self, ask: Ask, out: Out, opened: Callable[[OpenCall], None]) -> None:
        """Answers one call on `out`: with the answer it had before, or by making it. As `Calls.carry` otherwise."""
        docket = Docket(uuid7(self._clock.unix_ms()), ask)
        key = ask.idempotency_key
        if key is None:
            raise RuntimeError("a call without a key is carried by Calls")
        try:
            holder, found = await self._claim(docket, key)
            if found.verdict != "claimed":
                await self._replay(docket, out, await self._stored(holder, key, found), found)
                return
        except Refusal as refusal:
            await self._calls.refuse(docket, refusal, out)
            return
        keyed = _Keyed(docket, holder.credential_id, key.key_hash)
        await self._call(keyed, out, opened)

    async def drain(self, within_s: float) -> int:
        """Returns when every conclusion is written, or time is up: how many are left, whose keys stay taken for a while."""
        return await self._conclusions.drain(within_s)

    async def _call(self, keyed: _Keyed, out: Out, opened: Callable[[OpenCall], None]) -> None:
        claimed_at = self._clock.monotonic()

        def begun(call: OpenCall) -> None:
            keyed.was_admitted = True
            if self._clock.monotonic() - claimed_at > CLAIM_TRUSTED_S:
                call.stop(Refusal("overloaded", "unavailable", "The gateway stood still. Try again.", retry_after_s=1))
            opened(call)

        async def before_the_end() -> None:
            written = self._conclude(keyed, remembered)
            # A settlement that is not through has waited long enough for both.
            wait_s = 0.0 if keyed.docket.call_id in self._settlement else END_WITHOUT_RECEIPT_AFTER_S
            await asyncio.wait({written}, timeout=wait_s if keyed.was_admitted else FREED_WITHIN_S)

        remembered = Remembered(out, self._room, ANSWER_BYTES_MAX, before_the_end)
        try:
            await self._calls.carry(keyed.docket.ask, remembered, begun, docket=keyed.docket)
        finally:
            if not remembered.is_whole:
                # The client has left, or the server goes down under us: nobody waits, and a task of ours sees to it.
                self._conclude(keyed, remembered)

    # ── before ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _claim(self, docket: Docket, key: IdempotencyKey) -> tuple[Holder, Found]:
        """Whose call it is, proven current, and what is known of the key. Raises Refusal."""
        found = Found("in_flight", None)
        for _ in range(STALE_TRIES_MAX):
            holder = await self._people.find(docket.ask.secret_hash)
            try:
                holder = credential_checks.check_credential(holder, self._clock.now())
                credential_checks.check_source(holder, docket.ask.source)
            except Refusal:
                # Perhaps on a copy that is not current: this proves the refusal, or finds that there is none.
                docket.holder = holder
                holder = await self._calls.permit(docket.ask)
            docket.holder = holder
            claim = Claim(
                holder.credential_id,
                key.key_hash,
                key.body_hash,
                docket.call_id,
                holder.member_id,
                holder.member_epoch,
            )
            try:
                found = await self._claims.submit((claim, time.monotonic()))
            except StoreUnavailable:
                self._unclaim_later(claim)
                raise
            if found.verdict not in {"stale", "again"}:
                return holder, found
            if found.verdict == "stale":
                await self._people.reload(holder)
        if found.verdict == "stale":
            raise Refusal("overloaded", "unavailable", "Rights are changing too fast. Try again.", retry_after_s=1)
        raise refusal_of(Found("in_flight", None))

    def _unclaim_later(self, claim: Claim) -> None:
        # The claim may be committed although its answer was lost; once the server has given it up for certain, it goes back.
        owner = claim.credential_id, claim.key_hash, claim.call_id
        asyncio.get_running_loop().call_later(
            CLAIM_OVER_S, self._conclusions.submit, Concluded(owner, "released", None)
        )

    async def _claim_batch(self, asked: list[tuple[Claim, float]]) -> Sequence[Found]:
        if asked[0][1] <= self._silent_at:
            # These have waited while the batch before met silence: they do not wait through another one.
            raise StoreUnavailable
        claims = [claim for claim, _ in asked]
        try:
            found = await store_idempotency.claim(self._hot, claims, self._replica_id(), patience=PATIENCE)
        except StatementRefused as error:
            raise StoreUnavailable from error
        except StoreSilent:
            self._silent_at = time.monotonic()
            raise
        return [found[claim.call_id] for claim in claims]

    async def _stored(self, holder: Holder, key: IdempotencyKey, found: Found) -> StoredAnswer:
        """The answer to give again. Raises Refusal."""
        if found.verdict != "done" or found.first_call_id is None:
            raise refusal_of(found)
        try:
            stored = await store_idempotency.answer_of(
                self._hot, holder.credential_id, key.key_hash, found.first_call_id, timeout_s=READ_TIMEOUT_S
            )
        except StatementRefused as error:
            raise StoreUnavailable from error
        if stored is None:
            # Its day ended between the two statements: the next request finds the key free.
            raise refusal_of(Found("in_flight", found.first_call_id))
        return stored

    async def _replay(self, docket: Docket, out: Out, stored: StoredAnswer, found: Found) -> None:
        """Gives an answer again, byte for byte. Raises Refusal when it cannot be opened any more."""
        first = found.first_call_id or docket.call_id
        try:
            body = self._ring.open_bytes(stored.sealed, first)
        except SealError:
            raise refusal_of(Found("not_replayable", first)) from None
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in stored.headers]
        headers += [(b"x-ai-api-replayed", b"true"), (b"content-length", str(len(body)).encode())]
        self._log.info(
            "replayed",
            call_id=str(first),
            request_id=docket.ask.request_id,
            credential=docket.holder.public_id if docket.holder else None,
        )
        await out.start(stored.status, headers)
        await out.finish(body)

    # ── after ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _conclude(self, keyed: _Keyed, remembered: Remembered) -> asyncio.Future[None]:
        """Writes down what becomes of a key, in a task that is not the request's."""
        docket, body = keyed.docket, remembered.body
        what = conclusion(
            docket.ending,
            was_admitted=keyed.was_admitted,
            was_sent_whole=remembered.is_whole,
            is_remembered=body is not None,
        )
        answer = None
        if what == "done" and body is not None:
            sealed = self._ring.seal_bytes(body, docket.call_id)
            answer = StoredAnswer(remembered.status, remembered.headers, sealed, len(body))
        written = self._conclusions.submit(
            Concluded((keyed.credential_id, keyed.key_hash, docket.call_id), what, answer)
        )
        written.add_done_callback(lambda _: remembered.forget())
        return written
