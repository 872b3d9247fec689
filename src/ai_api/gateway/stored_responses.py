"""Responses that providers keep: noted for their owner before the answer ends, found again by nobody else.

What can be asked for by an id, or continued, is pinned to the provider key that made it: no other can have it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.gateway import store_responses
from ai_api.gateway.docket import Docket
from ai_api.gateway.patience import PATIENCE
from ai_api.gateway.preflight import Permission
from ai_api.gateway.store_responses import Kept, Whereabouts
from ai_api.gateway.tell import CallLog

RESPONSE_ID_CHARS_MAX = 512
NOTES_MAX, KEEP_TIMEOUT_S = 200, 5.0
RETRY_FIRST_S, RETRY_MAX_S, RETRIES_MAX = 0.05, 2.0, 20


class StoredResponses:
    """Notes and finds what providers keep."""

    def __init__(self, hot: Hot, log: CallLog) -> None:
        self._hot = hot
        self._log = log
        self._notes: GroupCommit[Kept, None] = GroupCommit(self._write, batch_max=NOTES_MAX)

    def note(self, docket: Docket) -> asyncio.Future[None] | None:
        """Writes down, in a task that is not the request's, that a provider keeps the answer; None where it does not."""
        holder, attempt = docket.holder, docket.attempts[-1] if docket.attempts else None
        if docket.kept_id is None or holder is None or attempt is None:
            return None
        if len(docket.kept_id) > RESPONSE_ID_CHARS_MAX or "\0" in docket.kept_id:
            return None
        name = docket.ask.envelope.model or ""
        return self._notes.submit(Kept(holder.member_id, docket.kept_id, attempt.key.id, docket.call_id, name))

    async def find(self, member_id: UUID, response_id: str) -> Whereabouts:
        """Where a member's response is kept. Raises Refusal `response_not_found`, StoreUnavailable."""
        found = None
        if 0 < len(response_id) <= RESPONSE_ID_CHARS_MAX and "\0" not in response_id:
            found = await store_responses.find(self._hot, member_id, response_id, patience=PATIENCE)
        if found is None:
            raise not_found()
        return found

    async def pin(self, docket: Docket, permission: Permission) -> Permission:
        """The permission of a call, for one that continues a response only with the routes of the key that made that one.

        Raises Refusal `response_not_found`, StoreUnavailable.
        """
        holder, response_id = docket.holder, docket.ask.envelope.previous_response_id
        if response_id is None or holder is None:
            return permission
        place = await self.find(holder.member_id, response_id)
        routes = tuple(each for each in permission.routes if each[1].id == place.provider_key_id)
        if not routes:
            raise not_found("The provider that keeps the previous response does not serve this model at present;")
        return replace(permission, routes=routes)

    async def forget(self, member_id: UUID, response_id: str) -> None:
        """Forgets a response that its provider keeps no more. Raises StoreUnavailable."""
        await store_responses.forget(self._hot, member_id, response_id, timeout_s=KEEP_TIMEOUT_S)

    async def drain(self, within_s: float) -> None:
        """Returns when everything is written, or time is up."""
        try:
            async with asyncio.timeout(within_s):
                await self._notes.drain()
        except TimeoutError:
            self._notes.abandon()

    async def _write(self, batch: list[Kept]) -> Sequence[None]:
        wait_s = RETRY_FIRST_S
        for _ in range(RETRIES_MAX):
            try:
                await store_responses.keep(self._hot, batch, timeout_s=KEEP_TIMEOUT_S)
            except StoreUnavailable:
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, RETRY_MAX_S)
            except StatementRefused as error:
                self._log.error(
                    "stored_responses_not_noted", count=len(batch), reason=f"{error.sqlstate} {error.reason}"
                )
                break
            else:
                break
        else:
            # Whoever goes on from one of them is told to start anew; the answers themselves are paid and recorded.
            self._log.error("stored_responses_not_noted", count=len(batch), reason="the database is away")
        return [None] * len(batch)


def not_found(why: str = "No response of that id is known to belong to this credential's member;") -> Refusal:
    """The answer to an id that is nobody's, somebody else's, or of what cannot be had any more."""
    message = f"{why} start a new conversation and send its items in input."
    return Refusal("response_not_found", "not_found", message, param="previous_response_id")
