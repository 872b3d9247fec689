"""One call, from the door to the record: the walk as straight prose.

preflight → admit → route → call → relay → settle → tell
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from ai_api.core.batch import done_within
from ai_api.core.clock import Clock
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.core.ids import uuid7
from ai_api.gateway import demand, limit_words, record, relay, routing, tries
from ai_api.gateway.docket import Ask, Docket, Ending
from ai_api.gateway.entrance import Entrance
from ai_api.gateway.growing_hold import GrowingHolds
from ai_api.gateway.open_call import CallEnded, OpenCall, Out
from ai_api.gateway.people import Holder
from ai_api.gateway.refusals import Refusals
from ai_api.gateway.settle import Settlement
from ai_api.gateway.stored_responses import StoredResponses
from ai_api.gateway.tell import Tell
from ai_api.gateway.typical import TypicalOutput
from ai_api.providers.port import UpstreamAnswer
from ai_api.wire import dialects
from ai_api.wire.operations import writes_tokens

END_WITHOUT_RECEIPT_AFTER_S = 2.0


class Calls:
    """Carries calls. Everything it needs is handed in; `open_calls` is what the watch watches."""

    def __init__(
        self,
        *,
        entrance: Entrance,
        settlement: Settlement,
        refusals: Refusals,
        tries: tries.Tries,
        clock: Clock,
        tell: Tell,
        holds: GrowingHolds,
        typical: TypicalOutput,
        stored: StoredResponses,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.open_calls: dict[object, OpenCall] = {}
        self._entrance = entrance
        self._settlement = settlement
        self._refusals = refusals
        self._tries = tries
        self._clock = clock
        self._tell = tell
        self._holds = holds
        self._typical = typical
        self._stored = stored
        self._chance = chance

    async def carry(
        self, ask: Ask, out: Out, opened: Callable[[OpenCall], None], *, docket: Docket | None = None
    ) -> None:
        """Answers one call on `out` and sees to its record. `opened` gets the call once it can be ended from outside.

        `docket` is given by who has to know the call's id before it is made.
        """
        docket = docket or Docket(uuid7(self._clock.unix_ms()), ask)
        try:
            await self._entrance.admit(docket)
        except Refusal as refusal:
            await self.refuse(docket, refusal, out)
            return
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a call is carried inside a task")
        call = OpenCall(docket, task)
        if ask.envelope.stream:
            call.growing = self._holds.of(call)
        self.open_calls[docket.call_id] = call
        opened(call)
        try:
            await self._answer(call, out)
        except asyncio.CancelledError:
            # The server is going down under us. What the call used so far is written by a task that is not ours.
            if docket.call_id in self.open_calls:
                self._settle(docket, relay.abandoned(call))
            raise
        except Exception as error:  # noqa: BLE001
            # The last boundary of a call: whatever went wrong in here, the hold becomes a record and the client an answer.
            self._tell.broke(docket, error)
            await self._give_up(call, out)
        finally:
            self.open_calls.pop(docket.call_id, None)
            # They hold one another: all that the call had would wait for the collector, which then stops everybody.
            call.growing = None

    async def permit(self, ask: Ask) -> Holder:
        """For requests that are not calls: who asks, proven current. Raises Refusal."""
        return await self._entrance.permit(ask)

    # ── the call itself ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _answer(self, call: OpenCall, out: Out) -> None:
        docket = call.docket
        line = _Line(out)
        try:
            answer = await self._open(call)
            if docket.ask.envelope.stream:
                relayed = await relay.stream(call, answer, line, self._head(docket), self._clock.now)
            else:
                relayed = await relay.whole(call, answer)
        except CallEnded:
            relayed = relay.Relayed(relay.abandoned(call), b"")
        except Refusal as refusal:
            relayed = relay.Relayed(tries.ending(docket, refusal), b"")
        finally:
            call.unset_total()
        await self._end(call, await self._receipt(docket, relayed), line)

    async def _give_up(self, call: OpenCall, out: Out) -> None:
        if call.docket.call_id not in self.open_calls:
            return
        refusal = Refusal("internal_error", "internal", "The gateway failed on this call. Its operator has been told.")
        usage = relay.abandoned(call)
        ending = Ending("internal_error", usage.usage, usage.usage_source, refusal=refusal)
        await self._receipt(call.docket, relay.Relayed(ending, b""))
        line = _Line(out)
        if call.docket.first_byte_at is None:
            await self._error(call.docket, refusal, line)
        else:
            await self._break_off(call.docket, refusal, line)

    async def _open(self, call: OpenCall) -> UpstreamAnswer:
        permission = call.docket.permission
        if permission is None:
            raise RuntimeError("a call is opened after preflight")
        ask = call.docket.ask
        ask.body_needed("fields")
        answer = await self._tries.open(call, routing.order(permission.routes, self._chance, ask.conversation))
        # It may take an hour, and the question be large. What is kept of it with the answer is waited for.
        ask.body_needed("fields" if permission.keeps_here else "nothing")
        if not permission.keeps_here:
            call.docket.given_input = None
        return answer

    async def _receipt(self, docket: Docket, relayed: relay.Relayed) -> relay.Relayed:
        """The record is committed before the last byte; if Postgres is silent for two seconds the client gets its end.

        So is an answer that the gateway keeps; where it is not, the end says so.
        """
        settled = self._settle(docket, relayed.ending)
        # Who has seen the end may go on from there at once.
        noted, kept = self._stored.note(docket), self._stored.keep(docket, relayed)
        if noted is None and kept is None and docket.echo is None:
            await done_within(settled, END_WITHOUT_RECEIPT_AFTER_S)
            return relayed
        written: set[asyncio.Future[Any]] = {each for each in (settled, noted, kept) if each is not None}
        await asyncio.wait(written, timeout=END_WITHOUT_RECEIPT_AFTER_S)
        return replace(relayed, tail=self._stored.told(docket, relayed.tail, kept)) if docket.echo else relayed

    def _settle(self, docket: Docket, ending: Ending) -> asyncio.Future[None]:
        written = record.of(docket, ending, self._clock.now())
        settled = self._settlement.submit(written)
        docket.ending = ending
        # Not before: a call whose record cannot even be made is open still, and given up as one.
        self.open_calls.pop(docket.call_id, None)
        self._tell.ended(docket, ending, written)
        writes = writes_tokens(docket.ask.envelope.operation)
        if ending.outcome == "ok" and docket.permission is not None and writes:
            self._typical.note(docket.permission.allocation.id, written["output_tokens"])
        return settled

    async def _end(self, call: OpenCall, relayed: relay.Relayed, line: _Line) -> None:
        if call.client_gone and (line.started or relayed.ending.outcome == "client_closed"):
            # Whole answers go on to where they may be remembered, although nobody reads them here any more.
            return
        refusal = relayed.ending.refusal
        if refusal is not None:
            await (
                self._break_off(call.docket, refusal, line) if line.started else self._error(call.docket, refusal, line)
            )
        elif line.started:
            await line.finish(relayed.tail)
        else:
            await line.start(200, [*self._head(call.docket), (b"content-length", str(len(relayed.tail)).encode())])
            await line.finish(relayed.tail)

    async def _break_off(self, docket: Docket, refusal: Refusal, line: _Line) -> None:
        position = docket.stream_position
        end = dialects.StreamEnd(
            response_id=(position and position.response_id) or f"resp_{docket.call_id.hex}",
            sequence_number=position.sequence_number + 1 if position else 0,
            model=docket.ask.envelope.model or "",
            created_s=int(docket.started_at.timestamp()),
        )
        await line.finish(dialects.broken_off(docket.ask.envelope.operation, refusal, end))

    # ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def refuse(self, docket: Docket, refusal: Refusal, out: Out) -> None:
        """Answers with a refusal made before the call was admitted; of a known credential it becomes a record."""
        self._tell.refused(docket, refusal)
        if docket.holder is not None and not isinstance(refusal, StoreUnavailable):
            written = self._refusals.note(docket, refusal, self._clock.now())
            if written is not None:
                await asyncio.wait({self._settlement.submit(written)}, timeout=END_WITHOUT_RECEIPT_AFTER_S)
        await self._error(docket, refusal, _Line(out))

    async def _error(self, docket: Docket, refusal: Refusal, line: _Line) -> None:
        rendered = dialects.render(docket.ask.dialect, refusal)
        head = [
            *rendered.headers,
            (b"x-ai-api-call-id", str(docket.call_id).encode()),
            (b"content-length", str(len(rendered.body)).encode()),
        ]
        await line.start(rendered.status, head)
        await line.finish(rendered.body)

    def _head(self, docket: Docket) -> list[tuple[bytes, bytes]]:
        permission = docket.permission
        overhead_ms = (docket.sent_at - docket.ask.received_at) * 1000
        head = [
            (
                b"content-type",
                b"text/event-stream; charset=utf-8" if docket.ask.envelope.stream else b"application/json",
            ),
            (b"x-ai-api-call-id", str(docket.call_id).encode()),
            (b"x-ai-api-model", permission.model.slug.encode() if permission else b""),
            (b"x-ai-api-overhead-ms", f"{overhead_ms:.2f}".encode()),
        ]
        if demand.is_shortened(docket):
            head.append((b"x-ai-api-output-tokens-max", str(demand.most_output(docket)).encode()))
        head += limit_words.headers(docket, docket.used, self._clock.now())
        if docket.ask.envelope.stream:
            head += [(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        return head


class _Line:
    """The way out, remembering whether the head was sent: after that an error can only go in-band."""

    def __init__(self, out: Out) -> None:
        self.started = False
        self._out = out
        self.send = out.send
        self.finish = out.finish

    def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> Awaitable[None]:
        """Sends the head."""
        self.started = True
        return self._out.start(status, headers)
