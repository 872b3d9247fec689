"""Counting the input of a call that is not made: judged like the call, free, and recorded nowhere.

The provider counts where it can be asked and the first route in service leads to it; else the gateway estimates.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from ai_api import quotas
from ai_api.core.clock import Clock
from ai_api.core.db import Hot
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.gateway import demand, relay, routing
from ai_api.gateway.docket import Ask
from ai_api.gateway.entrance import Entrance
from ai_api.gateway.people import Holder
from ai_api.gateway.preflight import Permission
from ai_api.gateway.world import Worlds
from ai_api.providers import ProviderKey, Route, RouteHealth, lanes
from ai_api.providers.count_lane import COUNTING
from ai_api.providers.count_tokens import TokenCounter
from ai_api.providers.port import Deadlines, OpenKey, Operation, StreamFailure, Upstream, UpstreamCall, UpstreamError
from ai_api.quotas import Left, Reach
from ai_api.quotas.bound import bound, likely_input_tokens
from ai_api.wire import counts
from ai_api.wire.input_size import texts
from ai_api.wire.json_body import Members

PROVIDER_TIMEOUT_S = 10.0
LEFT_TIMEOUT_S = 2.0
BOUND_ROUNDED_TO = 100
"""A bound is no count, and must not look like one."""

Source = Literal["provider", "tokenizer", "bytes"]


@dataclass(frozen=True, slots=True)
class InputCount:
    """A count as its answer's body, and who counted: the provider, a tokenizer here, or nobody: then it is a bound by bytes."""

    body: bytes
    source: Source


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider is asked with. `unseal` raises UpstreamError."""

    upstream: Upstream
    unseal: Callable[[ProviderKey], OpenKey]
    deadlines: Deadlines
    health: RouteHealth


class InputCounts:
    """Counts input."""

    def __init__(
        self,
        *,
        entrance: Entrance,
        worlds: Worlds,
        provider: Provider,
        counter: TokenCounter,
        hot: Hot,
        clock: Clock,
    ) -> None:
        self._entrance = entrance
        self._worlds = worlds
        self._provider = provider
        self._counter = counter
        self._hot = hot
        self._clock = clock

    async def count(self, ask: Ask) -> InputCount:
        """The tokens of a call's input. Raises Refusal as the call would, and for what the provider does not take."""
        holder, permission = await self._entrance.judge(ask)
        await self._refuse_used_up(holder, permission)
        first = self._first_in_service(permission)
        if first is not None and _counts(ask.envelope.operation, first[1], permission):
            counted = await self._ask_provider(ask, *first)
            if counted is not None:
                return counted
        return await self._estimate(ask, permission)

    async def _refuse_used_up(self, holder: Holder, permission: Permission) -> None:
        world, allocation = self._worlds.current, permission.allocation
        months, others = await quotas.left_of_key(
            self._hot,
            (*holder.limits, *allocation.limits, *world.limits_for(holder.tags)),
            Reach(member_ids=[holder.member_id], credential_ids=[holder.credential_id], allocation_ids=[allocation.id]),
            zone=world.zone,
            at=self._clock.now(),
            timeout_s=LEFT_TIMEOUT_S,
        )
        used_up = next(filter(_is_used_up, (*months.get(allocation.id, ()), *others)), None)
        if used_up is not None:
            raise _used_up(used_up)

    def _first_in_service(self, permission: Permission) -> tuple[Route, ProviderKey] | None:
        cooling = self._provider.health.cooling(self._clock.unix_ms())
        routes = routing.order(permission.routes, random.random)
        return next((each for each in routes if each[0].id not in cooling), None)

    async def _ask_provider(self, ask: Ask, route: Route, key: ProviderKey) -> InputCount | None:
        """The provider's count; None where it gives none. Raises Refusal for what it does not take.

        Whether it counts says nothing of whether it answers, so the health of the route is not touched.
        """
        try:
            async with asyncio.timeout(PROVIDER_TIMEOUT_S):
                call = self._call(ask, route, self._provider.unseal(key))
                answer = await self._provider.upstream.open(call)
                try:
                    counted = await answer.whole()
                except BaseException:
                    # However it ends, the connection to the provider goes with it.
                    answer.close()
                    raise
        except UpstreamError as error:
            if error.code in {"upstream_invalid", "input_too_long"}:
                raise relay.refusal_for(error.code, error.message) from None
            return None
        except (StreamFailure, TimeoutError):
            return None
        return InputCount(counted.body, "provider")

    def _call(self, ask: Ask, route: Route, key: OpenKey) -> UpstreamCall:
        return UpstreamCall(
            operation=ask.envelope.operation,
            lane=COUNTING,
            stream=False,
            fields=ask.body.fields,
            document=Members(ask.body.fields),
            upstream_model=route.upstream_model,
            shown_model=ask.envelope.model or "",
            output_tokens_max=None,
            wants_usage=False,
            key=key,
            headers=dict(ask.headers),
            request_id=f"{uuid7(self._clock.unix_ms())}.1",
            deadlines=route.deadlines(self._provider.deadlines),
        )

    async def _estimate(self, ask: Ask, permission: Permission) -> InputCount:
        operation, size, model = ask.envelope.operation, ask.envelope.input_size, permission.model
        targets = demand.targets(permission)
        count = await self._counter.count(targets, texts(operation, counts.asked(operation, ask.body.document)))
        if count is not None:
            tokens = count.tokens + likely_input_tokens(replace(size, text_bytes=0))
            return InputCount(counts.answer(operation, tokens), "tokenizer")
        most = bound(
            size,
            targets=targets,
            output_tokens_asked=None,
            choices=1,
            context_tokens=model.context_tokens,
            output_tokens_max=model.output_tokens_max,
        )
        rounded = -(-most.input_tokens // BOUND_ROUNDED_TO) * BOUND_ROUNDED_TO
        return InputCount(counts.answer(operation, rounded), "bytes")


def _counts(operation: Operation, key: ProviderKey, permission: Permission) -> bool:
    """Whether a provider key leads to who speaks the caller's dialect, and so counts what is asked in it."""
    return lanes.lane_for(key.wiring, operation, permission.model.operations) == "native"


def _is_used_up(left: Left) -> bool:
    # What is only held comes back, and a limit on the rate of calls does not count this one.
    is_quota = left.metric not in {"requests", "concurrency"} and left.window_kind in {"day", "month", "lifetime"}
    return is_quota and left.on_exceed == "reject" and left.limit is not None and left.used >= left.limit


def _used_up(left: Left) -> Refusal:
    what = "cost" if left.metric == "cost" else "token"
    resets_at = left.resets_at.isoformat() if left.resets_at is not None else None
    when = (
        f"It resets at {resets_at}; an administrator can raise it." if resets_at else "An administrator can raise it."
    )
    return Refusal(
        f"{what}_quota_exceeded",
        "exhausted",
        f"A {what} limit {left.window} that applies to calls of this model is used up. {when}",
        details={
            "limit_id": str(left.limit_id),
            "metric": left.metric,
            "window": left.window,
            "left": 0,
            "resets_at": resets_at,
        },
    )
