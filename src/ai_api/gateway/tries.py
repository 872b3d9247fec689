"""Trying routes in order until one answers. Nothing has reached the client yet, so another route may still serve the call.

Routes that cool down are left out. Where none is left, the one that cools down shortest is asked all the same, unless its
provider has named the time: then the client is told so, and nobody is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from ai_api import providers
from ai_api.core.clock import Clock
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing, SealError
from ai_api.gateway import demand, relay
from ai_api.gateway.docket import Attempt, Docket, Ending
from ai_api.gateway.key_holds import KeyHolds
from ai_api.gateway.open_call import CallEnded, OpenCall
from ai_api.providers import ProviderKey, RetryBudget, Route, RouteHealth, lanes
from ai_api.providers.port import Deadlines, OpenKey, Upstream, UpstreamAnswer, UpstreamCall, UpstreamError
from ai_api.wire.json_body import Members, Value
from ai_api.wire.usage import Usage

_REPEATABLE_STATUS = frozenset({408, 409, 429})


class Tries:
    """Opens calls upstream.

    `flag(provider_key_id, code)` hears of a key that its provider refuses, `learn(secret)` of each secret before it is used.
    """

    def __init__(
        self,
        upstream: Upstream,
        ring: KeyRing,
        deadlines: Deadlines,
        flag: Callable[[UUID, str], None],
        learn: Callable[[str], None],
        key_holds: KeyHolds,
        health: RouteHealth,
        clock: Clock,
    ) -> None:
        self._deadlines = deadlines
        self._upstream = upstream
        self._ring = ring
        self._flag = flag
        self._learn = learn
        self._key_holds = key_holds
        self._health = health
        self._budget = RetryBudget()
        self._clock = clock

    async def open(self, call: OpenCall, routes: Sequence[tuple[Route, ProviderKey]]) -> UpstreamAnswer:
        """The first open answer. Raises Refusal for the last failure, CallEnded."""
        failure: Refusal | None = None
        error: UpstreamError | None = None
        call.set_total(self._deadlines.total_s)
        self._budget.earn(self._clock.unix_ms())
        for route, key in in_service(routes, call.docket, self._health, self._clock.unix_ms()):
            try:
                if call.ended:
                    # While it waited for its hold, or for the route before: nobody is asked for what nobody waits for.
                    raise CallEnded
                if error is not None and not may_follow(call.docket, error, key):
                    continue
                if failure is not None and call.docket.attempts and not self._budget.spend():
                    break
                if not await self._key_holds.take(call.docket, key):
                    failure = failure if call.docket.attempts else key_is_full()
                    continue
                return await self._attempt(call, Attempt(route, key))
            except UpstreamError as raised:
                error = raised
                failure = relay.refusal_for(error.code, error.message, retry_after_s=error.retry_after_s)
                if not may_repeat(error):
                    break
            finally:
                # Judged, or not asked at all: whoever comes next may try it.
                self._health.leave(route.id, call.docket.call_id)
        raise failure or out_of_service(routes, self._health, self._clock.unix_ms())

    async def _attempt(self, call: OpenCall, attempt: Attempt) -> UpstreamAnswer:
        call.docket.attempts.append(attempt)
        started = time.perf_counter()
        try:
            answer = await self._try(call, attempt, len(call.docket.attempts))
        except UpstreamError as error:
            self._note(call.docket, attempt, error)
            raise
        except Refusal as refusal:
            attempt.code = refusal.code
            raise
        finally:
            attempt.ms = round((time.perf_counter() - started) * 1000)
        self._health.answered(attempt.route.id)
        return answer

    async def _try(self, call: OpenCall, attempt: Attempt, number: int) -> UpstreamAnswer:
        docket, route, key = call.docket, attempt.route, attempt.key
        envelope = docket.ask.envelope
        attempt.code = "unfinished"
        deadlines = route.deadlines(self._deadlines)
        call.set_total(deadlines.total_s)
        fields = _fields(docket)
        upstream_call = UpstreamCall(
            operation=envelope.operation,
            lane=self._lane(docket, key),
            stream=envelope.stream,
            fields=fields,
            document=Members(fields),
            upstream_model=route.upstream_model,
            shown_model=envelope.model or "",
            output_tokens_max=demand.output_tokens_to_send(docket),
            wants_usage=envelope.wants_usage,
            key=self.unseal(key),
            headers=dict(docket.ask.headers),
            request_id=f"{docket.call_id}.{number}",
            deadlines=deadlines,
        )
        docket.sent_at = time.perf_counter()
        answer = await call.wait(self._upstream.open(upstream_call))
        attempt.status = docket.upstream_status = answer.status
        attempt.sent = True
        attempt.code = "ok"
        docket.upstream_request_id = answer.upstream_request_id
        return answer

    def _lane(self, docket: Docket, key: ProviderKey) -> str:
        permission = docket.permission
        offered = permission.model.operations if permission is not None else frozenset[str]()
        lane = lanes.lane_for(key.wiring, docket.ask.envelope.operation, offered)
        if lane is None:
            raise RuntimeError("a route that cannot serve a call is not among its routes")
        return lane

    def unseal(self, key: ProviderKey) -> OpenKey:
        """A provider key with its secret, which no log line can hold from now on. Raises UpstreamError."""
        try:
            opened = providers.open_key(self._ring, key)
        except SealError:
            raise UpstreamError("upstream_auth", "The gateway cannot open its own key for this provider.") from None
        if opened.secret is not None:
            self._learn(opened.secret)
        return opened

    def _note(self, docket: Docket, attempt: Attempt, error: UpstreamError) -> None:
        attempt.status, attempt.code, attempt.sent = error.status, error.code, error.sent
        docket.upstream_status = error.status
        docket.upstream_request_id = error.upstream_request_id
        if error.code == "upstream_invalid":
            self._health.answered(attempt.route.id)
        else:
            self._health.failed(attempt.route.id, error.code, self._clock.unix_ms(), retry_after_s=error.retry_after_s)
        if error.code == "upstream_auth":
            self._flag(attempt.key.id, error.code)


def _fields(docket: Docket) -> Mapping[str, Value]:
    """What is asked of a provider: not to keep what the gateway keeps."""
    fields, permission = docket.ask.body.fields, docket.permission
    return {**fields, "store": b"false"} if permission is not None and permission.keeps_here else fields


def in_service(
    routes: Sequence[tuple[Route, ProviderKey]], docket: Docket, health: RouteHealth, now_ms: int
) -> Iterator[tuple[Route, ProviderKey]]:
    """The routes that may be tried, each one judged when its turn comes; else the one that is free soonest."""
    waiting = []
    for route, key in routes:
        if health.begin(route.id, docket.call_id, now_ms):
            yield route, key
        else:
            waiting.append((route, key))
    if docket.attempts or not waiting:
        return
    soonest = health.soonest([route.id for route, _ in waiting], now_ms)
    if soonest is not None and not soonest[1].told:
        yield next(each for each in waiting if each[0].id == soonest[0])


def out_of_service(routes: Sequence[tuple[Route, ProviderKey]], health: RouteHealth, now_ms: int) -> Refusal:
    """What a caller is told none of whose routes may be tried."""
    soonest = health.soonest([route.id for route, _ in routes], now_ms)
    if soonest is None:
        return Refusal("no_route", "unavailable", "No route of this model is in service.", retry_after_s=30)
    wait_s = max(1.0, (soonest[1].until_ms - now_ms) / 1000)
    message = "The provider has asked for a pause, and no other route of this model is in service."
    return relay.refusal_for(soonest[1].code, message, retry_after_s=wait_s)


def key_is_full() -> Refusal:
    """What a caller is told where every provider key that could serve a call is at a limit of its own."""
    message = "The provider key that serves this model is at a limit of its own. Try again later."
    return Refusal("no_route", "unavailable", message, retry_after_s=5, because="provider_key_limited")


def may_follow(docket: Docket, error: UpstreamError, key: ProviderKey) -> bool:
    """Whether a key may be tried after `error`, the last one, where the conversation holds reasoning that one organization alone
    can read: another key of the same one, or, where that one says that it cannot, one of each other.
    """
    if not docket.ask.envelope.sealed_reasoning:
        return True
    if error.foreign_reasoning:
        return not any(key.shares_organization(attempt.key) for attempt in docket.attempts)
    return not docket.attempts or key.shares_organization(docket.attempts[-1].key)


def may_repeat(error: UpstreamError) -> bool:
    """Whether another route may be tried: after no connection, or an answer that says so; never after a silence in which the
    request may have been read.
    """
    if error.foreign_reasoning:
        return True
    if error.status is not None:
        return error.status in _REPEATABLE_STATUS or error.status >= 500
    return error.code == "upstream_unreachable" or (error.code == "upstream_timeout" and not error.sent)


def ending(docket: Docket, refusal: Refusal) -> Ending:
    """How a call ends that no provider answered well: nothing is owed, but for an input that was read, or sent into silence."""
    last = docket.attempts[-1] if docket.attempts else None
    into_silence = refusal.code == "upstream_timeout" and last is not None and last.sent and last.status is None
    # An answer of 200 that nobody can use: the provider has read the request, and bills it.
    unusable = last is not None and last.status == 200 and last.code == refusal.code
    if into_silence or unusable:
        usage = Usage(input_total=docket.input_tokens_estimate)
        return Ending(refusal.code, usage, "estimated", refusal=refusal)
    return Ending(refusal.code, refusal=refusal)
