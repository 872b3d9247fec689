"""Responses that the gateway keeps itself, where their provider would not: only those a caller wants kept, and sealed.

What is kept is a turn: the response as it was answered, and the input as it was given. A call that goes on from one is given the
whole conversation as its input, and is then like any other: any model, any provider, every check.

A turn is written before the caller has the end of the answer, which says whether it was: `store` is true or false there.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import Refusal, StatementUndone, StoreUnavailable
from ai_api.core.seal import KeyRing, Sealed, SealError
from ai_api.gateway import store_kept
from ai_api.gateway.docket import Docket
from ai_api.gateway.patience import PATIENCE
from ai_api.gateway.people import Holder
from ai_api.gateway.store_kept import SealedTurn
from ai_api.gateway.tell import CallLog
from ai_api.wire import kept_conversation, openai_envelope
from ai_api.wire.kept_answer import response_at_the_end
from ai_api.wire.kept_conversation import Page, Turn

TURN_BYTES_MAX = 8 * 1024 * 1024
TURNS_MAX = 256
CONVERSATION_BYTES_MAX = 16 * 1024 * 1024
WRITES_AT_ONCE_MAX, UNDONE_MAX = 2, 50
KEEP_WITHIN_S = 2.0
"""So long is tried to write an answer down; its caller waits as long for the end."""
FORGET_TIMEOUT_S = 5.0
RETRY_FIRST_S, RETRY_MAX_S, RETRIES_MAX = 0.05, 2.0, 20
WRITE_OVER_S = 6.0
"""So long after a statement without an answer the server has given it up: longer than statements may take."""

Kept = asyncio.Future[bool | None]
"""Whether a turn is kept, once it is known; None where nobody can say."""


@dataclass(frozen=True, slots=True)
class _Undone:
    """A turn that is not to be kept after all, once its writing is over."""

    owner: tuple[UUID, str]
    kept: Kept


class KeptResponses:
    """Keeps turns and gives them back to their owner. `days` is how long; 0 keeps none."""

    def __init__(self, hot: Hot, ring: KeyRing, *, days: int, log: CallLog) -> None:
        self.days = days
        self._hot = hot
        self._ring = ring
        self._log = log
        self._turns: GroupCommit[tuple[SealedTurn, float], bool | None] = GroupCommit(
            self._keep_batch, batch_max=1, in_flight_max=WRITES_AT_ONCE_MAX
        )
        self._undone: GroupCommit[_Undone, None] = GroupCommit(self._undo_batch, batch_max=UNDONE_MAX)

    # ── before ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def check(self, docket: Docket) -> None:
        """Raises Refusal (kind invalid) for an answer that would not be kept, whatever it says."""
        if not self.days:
            message = (
                "No provider of this model keeps what it answers, and the gateway does not either; send store: false."
            )
            raise Refusal("bad_request", "invalid", message, param="store")
        # What is no list of items is told so now, and not when it is answered.
        kept_conversation.items_of(docket.given_input)
        if len(docket.given_input or b"") > TURN_BYTES_MAX:
            message = f"The input is longer than what the gateway keeps ({TURN_BYTES_MAX:,} bytes); send store: false."
            raise Refusal("bad_request", "invalid", message, param="store")

    async def go_on_from(self, docket: Docket, holder: Holder, response_id: str) -> None:
        """Puts a conversation before the input of a call. Raises Refusal, StoreUnavailable."""
        given = kept_conversation.items_of(docket.given_input)
        turns = await self._conversation(holder.member_id, response_id)
        expanded = kept_conversation.gone_on_from(turns, given)
        ask = docket.ask
        ask.body_grows(expanded)
        ask.body.put("input", expanded)
        ask.body.drop("previous_response_id")
        docket.adopt(openai_envelope.gone_on(ask.envelope, ask.body.document))
        docket.goes_on_from = response_id

    # ── after ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def keep(self, docket: Docket, tail: bytes) -> Kept | None:
        """Writes down a turn, in a task that is not the request's: whether it is kept. None for what cannot be.

        `tail` is the answer, or the end of its stream.
        """
        echo, holder = docket.echo, docket.holder
        if echo is None or echo.response_id is None or holder is None:
            return None
        response = response_at_the_end(tail, is_stream=docket.ask.envelope.stream)
        if response is None:
            return None
        written = Turn(response, kept_conversation.items_of(docket.given_input)).written()
        if len(written) > TURN_BYTES_MAX:
            self._log.error("response_not_kept", call_id=str(docket.call_id), reason="it is too long")
            return None
        sealed = self._ring.seal_bytes(written, sealed_for(holder.member_id, echo.response_id))
        turn = SealedTurn(holder.member_id, echo.response_id, docket.call_id, docket.goes_on_from, sealed, self.days)
        return self._turns.submit((turn, asyncio.get_running_loop().time() + KEEP_WITHIN_S))

    def undo(self, member_id: UUID, response_id: str, kept: Kept) -> None:
        """Sees to it that a turn is not kept whose caller was told so, however its writing ends."""
        self._undone.submit(_Undone((member_id, response_id), kept))

    # ── for their owner ──────────────────────────────────────────────────────────────────────────────────────────────

    async def response(self, member_id: UUID, response_id: str) -> bytes:
        """A response as it was answered. Raises Refusal `response_not_found`, StoreUnavailable."""
        sealed = await store_kept.turn(self._hot, member_id, response_id, patience=PATIENCE)
        if sealed is None:
            raise not_found()
        return self._opened(member_id, response_id, sealed).response

    async def input_items(self, member_id: UUID, response_id: str, page: Page) -> bytes:
        """What a response answered, as a list. Raises Refusal `response_not_found`, StoreUnavailable."""
        return kept_conversation.list_items(await self._conversation(member_id, response_id), page)

    async def forget(self, member_id: UUID, response_id: str) -> None:
        """Deletes a response and the input it answered. Raises StoreUnavailable."""
        await store_kept.forget(self._hot, [(member_id, response_id)], timeout_s=FORGET_TIMEOUT_S)

    async def drain(self, within_s: float) -> None:
        """Returns when everything is written, and undone, or time is up."""
        try:
            async with asyncio.timeout(within_s):
                await self._turns.drain()
                await self._undone.drain()
        except TimeoutError:
            self._turns.abandon()
            self._undone.abandon()

    async def _conversation(self, member_id: UUID, response_id: str) -> list[Turn]:
        chain = await store_kept.conversation(
            self._hot,
            member_id,
            response_id,
            turns_max=TURNS_MAX,
            bytes_max=CONVERSATION_BYTES_MAX,
            patience=PATIENCE,
        )
        if chain is None:
            raise not_found()
        if chain.turns > TURNS_MAX or chain.size_bytes > CONVERSATION_BYTES_MAX:
            bounds = f"{TURNS_MAX} responses, {CONVERSATION_BYTES_MAX:,} bytes"
            message = f"The conversation is longer than the gateway goes on from ({bounds}); start a new conversation."
            raise Refusal("bad_request", "invalid", message, param="previous_response_id")
        if not chain.is_whole:
            raise not_found("A response before this one is not kept any more;")
        return [self._opened(member_id, each_id, sealed) for each_id, sealed in chain.sealed]

    def _opened(self, member_id: UUID, response_id: str, sealed: Sealed) -> Turn:
        try:
            return kept_conversation.read_turn(self._ring.open_bytes(sealed, sealed_for(member_id, response_id)))
        except SealError:
            raise not_found("The encryption key of this response is gone;") from None

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _keep_batch(self, batch: list[tuple[SealedTurn, float]]) -> Sequence[bool | None]:
        return [await self._keep(turn, until_s) for turn, until_s in batch]

    async def _keep(self, turn: SealedTurn, until_s: float) -> bool | None:
        """Whether a turn is kept; None where nobody can say."""
        now_s, reason, wait_s = asyncio.get_running_loop().time, "the database is away", RETRY_FIRST_S
        is_sure = True
        while (left_s := until_s - now_s()) > 0:
            try:
                return await store_kept.keep(self._hot, turn, timeout_s=left_s)
            except StoreUnavailable as error:
                is_sure = is_sure and isinstance(error, StatementUndone)
                await asyncio.sleep(min(wait_s, max(0.0, until_s - now_s())))
                wait_s = min(wait_s * 2, RETRY_MAX_S)
            except StatementRefused as error:
                reason = f"{error.sqlstate} {error.reason}"
                break
        # The answer itself is paid and recorded, and says that it is not kept.
        self._log.error("response_not_kept", call_id=str(turn.call_id), reason=reason)
        return False if is_sure else None

    async def _undo_batch(self, batch: list[_Undone]) -> Sequence[None]:
        await asyncio.wait({each.kept for each in batch})
        outcomes = [(each.owner, _outcome(each.kept)) for each in batch]
        if any(outcome is None for _, outcome in outcomes):
            await asyncio.sleep(WRITE_OVER_S)
        owners = [owner for owner, outcome in outcomes if outcome is not False]
        if owners:
            await self._delete(owners)
        return [None] * len(batch)

    async def _delete(self, owners: Sequence[tuple[UUID, str]]) -> None:
        wait_s = RETRY_FIRST_S
        for _ in range(RETRIES_MAX):
            try:
                await store_kept.forget(self._hot, owners, timeout_s=FORGET_TIMEOUT_S)
            except (StoreUnavailable, StatementRefused):
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, RETRY_MAX_S)
            else:
                return
        # If one of them was written down in the last moment, it stays for its days: sealed, and its owner's.
        self._log.error("responses_not_undone", count=len(owners))


def was_kept(kept: Kept) -> bool:
    """Whether a turn is known to be kept by now."""
    return kept.done() and _outcome(kept) is True


def _outcome(kept: Kept) -> bool | None:
    return None if kept.cancelled() or kept.exception() is not None else kept.result()


def sealed_for(member_id: UUID, response_id: str) -> UUID:
    """What a turn is sealed for: it opens as this response of this member alone."""
    return UUID(bytes=hashlib.sha256(member_id.bytes + response_id.encode()).digest()[:16])


def not_found(why: str = "No response of that id is known to belong to this credential's member;") -> Refusal:
    """The answer to an id that is nobody's, somebody else's, or of what cannot be had any more."""
    message = f"{why} start a new conversation and send its items in input."
    return Refusal("response_not_found", "not_found", message, param="previous_response_id")
