"""Responses that are kept: noted for their owner before the answer ends, found again by nobody else.

What a provider keeps is pinned to the provider key that made it: no other can have it. What no provider of a model would keep is
kept by the gateway itself, where the caller insists.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from ai_api.core.batch import GroupCommit
from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import StoreUnavailable
from ai_api.gateway import store_responses
from ai_api.gateway.docket import Docket
from ai_api.gateway.kept_responses import Kept, KeptResponses, not_found, was_kept
from ai_api.gateway.patience import PATIENCE
from ai_api.gateway.people import Holder
from ai_api.gateway.preflight import Permission, is_native
from ai_api.gateway.relay import Relayed
from ai_api.gateway.store_responses import KeptThere, Whereabouts
from ai_api.gateway.tell import CallLog
from ai_api.wire.kept_answer import Echo

RESPONSE_ID_CHARS_MAX = 512
NOTES_MAX, KEEP_TIMEOUT_S = 200, 5.0
RETRY_FIRST_S, RETRY_MAX_S, RETRIES_MAX = 0.05, 2.0, 20


class StoredResponses:
    """Notes and finds what providers keep; `kept` is what the gateway keeps itself."""

    def __init__(self, hot: Hot, kept: KeptResponses, log: CallLog) -> None:
        self.kept = kept
        self._hot = hot
        self._log = log
        self._notes: GroupCommit[KeptThere, None] = GroupCommit(self._write, batch_max=NOTES_MAX)

    def note(self, docket: Docket) -> asyncio.Future[None] | None:
        """Writes down, in a task that is not the request's, that a provider keeps the answer; None where it does not."""
        holder, attempt = docket.holder, docket.attempts[-1] if docket.attempts else None
        if docket.kept_id is None or holder is None or attempt is None or _is_kept_here(docket):
            return None
        if len(docket.kept_id) > RESPONSE_ID_CHARS_MAX or "\0" in docket.kept_id:
            return None
        name = docket.ask.envelope.model or ""
        return self._notes.submit(KeptThere(holder.member_id, docket.kept_id, attempt.key.id, docket.call_id, name))

    async def find(self, member_id: UUID, response_id: str) -> Whereabouts:
        """Where a member's response is kept. Raises Refusal `response_not_found`, StoreUnavailable."""
        found = None
        if 0 < len(response_id) <= RESPONSE_ID_CHARS_MAX and "\0" not in response_id:
            found = await store_responses.find(self._hot, member_id, response_id, patience=PATIENCE)
        if found is None:
            raise not_found()
        return found

    async def prepare(self, docket: Docket, permission: Permission) -> Permission:
        """The permission of a call, for one that goes on from a response a provider keeps only with the routes of its key.

        One that goes on from a response the gateway keeps is given its conversation. Raises Refusal, StoreUnavailable.
        """
        holder, response_id = docket.holder, docket.ask.envelope.previous_response_id
        if holder is None or not (response_id or permission.keeps_here or docket.goes_on_from):
            return permission
        if docket.given_input is None:
            docket.given_input = docket.ask.body.fields.get("input", b"null")
        if response_id is not None:
            permission = await self._gone_on(docket, holder, response_id, permission)
        if permission.keeps_here:
            self.kept.check(docket)
        if permission.keeps_here or docket.goes_on_from is not None:
            docket.echo = Echo(
                response_id=f"resp_{docket.call_id.hex}" if permission.keeps_here else None,
                store=permission.keeps_here or None,
                previous_response_id=docket.goes_on_from,
            )
        return permission

    async def _gone_on(self, docket: Docket, holder: Holder, response_id: str, permission: Permission) -> Permission:
        place = await self.find(holder.member_id, response_id)
        if place.provider_key_id is None:
            await self.kept.go_on_from(docket, holder, response_id)
            return permission
        operation, model = docket.ask.envelope.operation, permission.model
        routes = tuple(
            each
            for each in permission.routes
            if each[1].id == place.provider_key_id and is_native(operation, each[1], model)
        )
        if not routes:
            raise not_found("The provider that keeps the previous response does not serve this model at present;")
        # It keeps this one as it kept that one, or says that it does not.
        return replace(permission, routes=routes, keeps_here=False)

    def keep(self, docket: Docket, relayed: Relayed) -> Kept | None:
        """Keeps a good answer that its caller wants kept, where no provider does: whether it was. None where there is none."""
        if not _is_kept_here(docket) or relayed.ending.outcome != "ok" or relayed.ending.refusal is not None:
            return None
        return self.kept.keep(docket, relayed.tail)

    def told(self, docket: Docket, tail: bytes, kept: Kept | None) -> bytes:
        """The end of an answer, which says that it is not kept where it was not in time."""
        if docket.echo is None or not _is_kept_here(docket) or (kept is not None and was_kept(kept)):
            return tail
        echo = replace(docket.echo, store=False)
        if kept is not None and docket.holder is not None and echo.response_id is not None:
            self.kept.undo(docket.holder.member_id, echo.response_id, kept)
        return echo.frames(tail) if docket.ask.envelope.stream else echo.whole(tail)

    async def forget(self, member_id: UUID, response_id: str) -> None:
        """Forgets a response that its provider keeps no more. Raises StoreUnavailable."""
        await store_responses.forget(self._hot, member_id, response_id, timeout_s=KEEP_TIMEOUT_S)

    async def drain(self, within_s: float) -> None:
        """Returns when everything is written, or time is up."""
        try:
            async with asyncio.timeout(within_s):
                await asyncio.gather(self._notes.drain(), self.kept.drain(within_s))
        except TimeoutError:
            self._notes.abandon()

    async def _write(self, batch: list[KeptThere]) -> Sequence[None]:
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


def _is_kept_here(docket: Docket) -> bool:
    return docket.permission is not None and docket.permission.keeps_here
