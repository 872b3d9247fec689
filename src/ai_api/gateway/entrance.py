"""The entrance: preflight on copies, the hold that proves them, and once more where a copy was stale.

Whatever refuses a call refuses it here, before any provider is asked.
"""

from __future__ import annotations

from collections.abc import Callable

from ai_api.core.clock import Clock
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.gateway import credential_checks, demand, limit_words, preflight
from ai_api.gateway.admit import Admission, Candidate, Verdict
from ai_api.gateway.docket import Ask, Docket
from ai_api.gateway.first_use import FirstUse
from ai_api.gateway.people import Holder, People
from ai_api.gateway.preflight import Permission
from ai_api.gateway.settle import Settlement
from ai_api.gateway.stored_responses import StoredResponses
from ai_api.gateway.typical import TypicalOutput
from ai_api.gateway.world import Worlds
from ai_api.providers.count_tokens import TokenCounter
from ai_api.quotas.rules import Denied, Granted
from ai_api.wire.operations import texts

STALE_TRIES_MAX = 5


class Entrance:
    """Lets calls in."""

    def __init__(
        self,
        *,
        worlds: Worlds,
        people: People,
        admission: Admission,
        settlement: Settlement,
        clock: Clock,
        typical: TypicalOutput,
        counter: TokenCounter,
        stored: StoredResponses,
        first_use: FirstUse,
    ) -> None:
        self._worlds = worlds
        self._people = people
        self._admission = admission
        self._settlement = settlement
        self._clock = clock
        self._typical = typical
        self._counter = counter
        self._stored = stored
        self._first_use = first_use

    async def permit(self, ask: Ask) -> Holder:
        """For requests that are not calls: who asks, proven current. Raises Refusal."""
        docket = Docket(uuid7(self._clock.unix_ms()), ask)
        return await self._current(docket, lambda: self._check_person(docket))

    async def judge(self, ask: Ask) -> tuple[Holder, Permission]:
        """For questions about a call that is not made: who asks, and how it could be made, proven current. Raises Refusal."""
        docket = Docket(uuid7(self._clock.unix_ms()), ask)
        permission: Permission | None = None

        def judge() -> None:
            nonlocal permission
            permission = self._judge(docket)

        holder = await self._current(docket, judge)
        if permission is None:
            raise RuntimeError("whoever is not refused is permitted")
        return holder, permission

    async def _current(self, docket: Docket, judge: Callable[[], object]) -> Holder:
        """Judges by copies that are proven afterwards, and again by newer ones where they were not. Raises Refusal."""
        if not self._worlds.loaded:
            raise Refusal("not_ready", "unavailable", "The gateway is starting. Try again.", retry_after_s=1)
        for _ in range(STALE_TRIES_MAX):
            docket.holder = holder = await self._people.find(docket.ask.secret_hash)
            refusal: Refusal | None = None
            try:
                judge()
            except Refusal as error:
                refusal = error
            if holder is None:
                raise refusal or credential_checks.unknown()
            if await self._proven(docket):
                if refusal is not None:
                    raise refusal
                return holder
        raise Refusal("overloaded", "unavailable", "Rights are changing too fast. Try again.", retry_after_s=1)

    async def admit(self, docket: Docket) -> None:
        """Takes the hold of a call. Raises Refusal."""
        if not self._worlds.loaded:
            raise Refusal("not_ready", "unavailable", "The gateway is starting. Try again.", retry_after_s=1)
        if self._settlement.braking:
            raise Refusal("overloaded", "unavailable", "The gateway is catching up. Try again.", retry_after_s=2)
        for _ in range(STALE_TRIES_MAX):
            docket.holder = await self._people.find(docket.ask.secret_hash)
            try:
                permission = await self._stored.prepare(docket, self._judge(docket))
            except Refusal as refusal:
                if docket.holder is None or (await self._proven(docket) and not await self._claim(docket)):
                    raise refusal from None
                continue
            verdict = await self._hold(docket, permission)
            if isinstance(verdict, Granted):
                docket.output_tokens = verdict.output_tokens
                docket.used = verdict.used
                return
            if isinstance(verdict, Denied):
                raise limit_words.refusal(verdict, docket, self._clock.now())
            await self._refresh(docket)
        raise Refusal("overloaded", "unavailable", "Rights are changing too fast. Try again.", retry_after_s=1)

    async def _claim(self, docket: Docket) -> bool:
        """Whether what the call was refused for want of is the caller's now, because it may be claimed by calling it."""
        holder, model = docket.holder, docket.finding.unclaimed
        if holder is None or model is None:
            return False
        if not await self._first_use.claim(holder, model, request_id=docket.ask.request_id):
            return False
        await self._people.reload(holder)
        return True

    async def _hold(self, docket: Docket, permission: Permission) -> Verdict:
        """Asks for the hold; where the bound by bytes stands in its way, once more with the input counted."""
        candidate = self._candidate(docket, permission)
        if docket.over_cap:
            await self._count(docket)
            candidate = self._candidate(docket, permission)
        verdict = await self._admission.admit(candidate)
        if not isinstance(verdict, Denied) or not demand.needs_count(docket):
            return verdict
        metric = verdict.charge.limit.metric
        if metric in {"requests", "concurrency"}:
            return verdict
        if metric == "output_tokens":
            docket.was_counted = True
        else:
            await self._count(docket)
        return await self._admission.admit(self._candidate(docket, permission))

    async def _count(self, docket: Docket) -> None:
        """Counts the input, where somebody can: the bound by bytes stays where not."""
        docket.was_counted = True
        permission, bound, envelope = docket.permission, docket.bound, docket.ask.envelope
        if permission is None or bound is None:
            return
        count = await self._counter.count(
            demand.targets(permission), texts(envelope.operation, docket.ask.body.document)
        )
        if count is not None:
            docket.counted_input = bound.lowered(count.tokens, exact=count.exact).input_tokens
            docket.counted_text = count.tokens if count.exact else None

    def _check_person(self, docket: Docket) -> None:
        person = credential_checks.check_credential(docket.holder, self._clock.now())
        credential_checks.check_source(person, docket.ask.source)

    def _judge(self, docket: Docket) -> Permission:
        if docket.holder is not None and docket.holder.source_networks is not None:
            # Before the rest: who is elsewhere with somebody's secret learns nothing about what it can call.
            self._check_person(docket)
        world = self._worlds.current
        docket.world_epoch = world.epoch
        # What an older copy said of the call is not what a refusal under this one records.
        docket.identity = None
        return preflight.judge(docket.ask.envelope, docket.holder, world, self._clock.now(), docket.finding)

    def _candidate(self, docket: Docket, permission: Permission) -> Candidate:
        docket.permission = permission
        demand.fill(
            docket,
            permission,
            self._worlds.current,
            self._worlds.month(docket.started_at),
            typical_output=self._typical.of(permission.allocation.id),
        )
        return Candidate(lambda output_tokens: demand.row(docket, output_tokens), docket.demand)

    async def _proven(self, docket: Docket) -> bool:
        """Whether the copies a verdict was made on were current; reloads them where not. Raises StoreUnavailable."""
        docket.world_epoch = self._worlds.current.epoch
        verdict = await self._admission.admit(Candidate(lambda _: demand.proof(docket), None))
        if verdict == "proven":
            return True
        await self._refresh(docket)
        return False

    async def _refresh(self, docket: Docket) -> None:
        if docket.holder is not None:
            await self._people.reload(docket.holder)
        await self._worlds.refresh(docket.world_epoch)
