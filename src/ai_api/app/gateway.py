"""The gateway, put together: everything that carries calls, from who may make them to what is written down of them."""

from __future__ import annotations

import socket

from ai_api import __version__
from ai_api.app.ground import Ground
from ai_api.app.key_flags import KeyFlags
from ai_api.app.traces import TracedTell, TracedUpstream, Traces
from ai_api.gateway.admit import Admission
from ai_api.gateway.call import Calls
from ai_api.gateway.count_input import InputCounts, Provider
from ai_api.gateway.entrance import Entrance
from ai_api.gateway.first_use import FirstUse
from ai_api.gateway.growing_hold import GrowingHolds
from ai_api.gateway.hold_changes import HoldChanges
from ai_api.gateway.idempotency import Idempotency
from ai_api.gateway.kept_responses import KeptResponses
from ai_api.gateway.key_holds import KeyHolds
from ai_api.gateway.people import People
from ai_api.gateway.refusals import Refusals
from ai_api.gateway.scrape import Scrape
from ai_api.gateway.settle import Settlement
from ai_api.gateway.stored_responses import StoredResponses
from ai_api.gateway.tell import Tell
from ai_api.gateway.tries import Tries
from ai_api.gateway.typical import TypicalOutput
from ai_api.gateway.watch import Replica, Watch
from ai_api.gateway.world import Worlds
from ai_api.observability.listener import Family
from ai_api.providers import RouteHealth
from ai_api.providers.count_lane import COUNTING, CountLane
from ai_api.providers.count_tokens import TokenCounter
from ai_api.providers.http import HttpUpstream
from ai_api.providers.litellm_translate import AnthropicLane
from ai_api.providers.native import NativeLane
from ai_api.providers.over_chat import every_lane
from ai_api.providers.over_embeddings import embed_lanes
from ai_api.providers.port import Deadlines, Upstream
from ai_api.settings import Settings

TRANSLATED = "anthropic"
"""The lane that translates, by the name that wirings have for it."""


class Gateway:
    """What carries the calls of one process. `upstream` is for tests; production calls providers over HTTP."""

    def __init__(
        self, settings: Settings, ground: Ground, upstream: Upstream | None, traces: Traces | None = None
    ) -> None:
        clock, hot = ground.clock, ground.pools.hot
        self._ground = ground
        self._ring = settings.ring()
        self.tell = Tell(ground.log) if traces is None else TracedTell(ground.log, traces)
        self.replica = Replica(socket.gethostname(), __version__)
        self.worlds = Worlds(ground.pools.world, zone=settings.organization_zone)
        self.people = People(hot, clock)
        self.settlement = Settlement(hot, self.tell.alarm)
        self.admission = Admission(hot, lambda: self.replica.id)
        self.refusals = Refusals()
        self.health = RouteHealth()
        self.translate = AnthropicLane(clock=clock)
        self.upstream: Upstream = upstream or _over_http(ground, self.translate)
        if traces is not None and settings.traces.forward:
            self.upstream = TracedUpstream(self.upstream, traces)
        timeouts = settings.upstream
        self.deadlines = Deadlines(timeouts.connect_s, timeouts.first_byte_s, timeouts.idle_s, timeouts.total_s)
        self.counter = TokenCounter(clock=clock)
        self.holds = GrowingHolds(HoldChanges(hot), clock, self.tell.counters.extensions)
        kept = KeptResponses(hot, self._ring, days=settings.kept_responses_days, log=ground.log)
        self.stored = StoredResponses(hot, kept, ground.log)
        typical = TypicalOutput()
        entrance, tries = self._entrance(typical), self._tries()
        self.counts = self._counts(entrance, tries)
        self.calls = Calls(
            entrance=entrance,
            settlement=self.settlement,
            refusals=self.refusals,
            tries=tries,
            clock=clock,
            tell=self.tell,
            holds=self.holds,
            typical=typical,
            stored=self.stored,
        )
        self.watch = self._watch()
        self.idempotency = self._idempotency()

    def _entrance(self, typical: TypicalOutput) -> Entrance:
        return Entrance(
            worlds=self.worlds,
            people=self.people,
            admission=self.admission,
            settlement=self.settlement,
            clock=self._ground.clock,
            typical=typical,
            counter=self.counter,
            stored=self.stored,
            first_use=FirstUse(self._ground.pools.database),
        )

    def _tries(self) -> Tries:
        clock, learn = self._ground.clock, self._ground.redactor.learn
        flag = KeyFlags(self._ground).note
        key_holds = KeyHolds(self._ground.pools.hot, self.holds.changes, self.worlds, clock)
        return Tries(self.upstream, self._ring, self.deadlines, flag, learn, key_holds, self.health, clock)

    def _counts(self, entrance: Entrance, tries: Tries) -> InputCounts:
        return InputCounts(
            entrance=entrance,
            worlds=self.worlds,
            provider=Provider(self.upstream, tries.unseal, self.deadlines, self.health),
            counter=self.counter,
            hot=self._ground.pools.hot,
            clock=self._ground.clock,
        )

    def _watch(self) -> Watch:
        return Watch(
            hot=self._ground.pools.hot,
            own=self._ground.pools.watch,
            replica=self.replica,
            calls=self.calls,
            people=self.people,
            worlds=self.worlds,
            settlement=self.settlement,
            given_up=self.admission.given_up,
            refusals=self.refusals,
            health=self.health,
            clock=self._ground.clock,
            log=self._ground.log,
            now=self._ground.clock.now,
        )

    def _idempotency(self) -> Idempotency:
        return Idempotency(
            calls=self.calls,
            people=self.people,
            settlement=self.settlement,
            hot=self._ground.pools.hot,
            ring=self._ring,
            replica_id=lambda: self.replica.id,
            clock=self._ground.clock,
            log=self._ground.log,
        )

    def waiting_calls(self) -> int:
        """Calls that wait for this replica and its database, not for their provider: to be admitted, or for their record."""
        return self.admission.under_way_wide + self.settlement.pending

    def metrics(self) -> list[Family]:
        """What `/metrics` shows of calls."""
        scrape = Scrape(
            counters=self.tell.counters,
            admission=self.admission,
            settlement=self.settlement,
            changes=self.holds.changes,
            idempotency=self.idempotency,
            people=self.people,
            worlds=self.worlds,
            watch=self.watch,
            health=self.health,
            clock=self._ground.clock,
        )
        return scrape.families(self.calls.open_calls.values())

    def translates(self) -> bool:
        """Whether some key needs the lane that translates, as far as the world is known."""
        keys = self.worlds.current.keys.values() if self.worlds.loaded else ()
        return any(TRANSLATED in key.wiring.lanes.values() for key in keys)

    async def close(self) -> None:
        """Ends what calls are made with, when no call is open any more."""
        await self.watch.stop()
        self.counter.close()
        await self.upstream.close()


def _over_http(ground: Ground, translate: AnthropicLane) -> HttpUpstream:
    """Providers, over the network: the lane of each dialect, and those that go over another one."""
    lanes = every_lane({"native": NativeLane(), TRANSLATED: translate}, ground.clock)
    lanes |= {**embed_lanes({"native": NativeLane()}), COUNTING: CountLane()}
    return HttpUpstream(ground.egress, lanes, clock=ground.clock, scrub=ground.redactor.scrub)
