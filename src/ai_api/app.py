"""The house, built: a composition root. Reads settings, picks implementations, hangs the doors.

Porch (request id) ─┬─ /api/…             portal
                    ├─ /healthz /readyz   alive, ready
                    └─ everything else    data plane
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Coroutine
from datetime import timedelta
from uuid import UUID

import structlog
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from ai_api import __version__, providers
from ai_api.core import migrations
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database, Hot, read_schema_state
from ai_api.core.egress import Egress
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.gateway import store_admission, store_extend, store_idempotency, store_look, store_settlement, store_watch
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
from ai_api.observability.lag import LoopLag
from ai_api.observability.listener import Family
from ai_api.observability.metrics import load_metrics
from ai_api.observability.redact import Redactor
from ai_api.portal.house import House, PortalSettings
from ai_api.portal.router import create_portal
from ai_api.protocols.app import DoorsOfCalls, create_data_plane
from ai_api.protocols.intake import Bounds, Intake, body_caps
from ai_api.protocols.porch import Porch
from ai_api.protocols.serve import DataPlane
from ai_api.protocols.stored_responses import KeptByProviders, KeptResponseDoors
from ai_api.protocols.turning_away import TurningAway
from ai_api.providers import RouteHealth
from ai_api.providers.count_lane import COUNTING, CountLane
from ai_api.providers.count_tokens import TokenCounter
from ai_api.providers.http import HttpUpstream
from ai_api.providers.litellm_translate import AnthropicLane
from ai_api.providers.native import NativeLane
from ai_api.providers.over_chat import every_lane
from ai_api.providers.over_embeddings import embed_lanes
from ai_api.providers.port import Deadlines, Upstream
from ai_api.quotas import Terms
from ai_api.settings import Oidc, Settings
from ai_api.sign_in import OidcProvider, SessionTerms

BEGIN_AGAIN_S = 1.0
DRAIN_S = 10.0
DRAIN_HURRIED_S = 5.0
"""How long records are waited for at the end: usually, and when open calls had to be told to end."""
ENDING_EVERY_S = 0.05
SCHEMA_EVERY_S = 5.0
CLOSE_S = 3.0
TRANSLATED = "anthropic"
"""The lane that translates, by the name that wirings have for it."""

_REHEARSAL = (
    *store_admission.REHEARSAL,
    *store_extend.REHEARSAL,
    *store_look.REHEARSAL,
    *store_idempotency.REHEARSAL,
    *store_settlement.REHEARSAL,
    *store_watch.REHEARSAL,
)
"""What each new connection of the data plane runs before a call is given it."""


class Application:
    """The gateway as one ASGI application, with its own life. `doors` are those of `protocols` and `portal` it hangs."""

    def __init__(
        self, settings: Settings, upstream: Upstream | None, doors: frozenset[str], redactor: Redactor
    ) -> None:
        log = structlog.get_logger("ai_api")
        dsn = settings.database_url.get_secret_value()
        self.clock = SystemClock()
        self.database = Database(dsn, pool_size=settings.pools.portal)
        self.hot = Hot(dsn, size=settings.pools.hot, by_key=True, rehearsal=_REHEARSAL)
        # Two for the watch alone: what fills the others must not keep it from beating, or from ending calls.
        self._watch_hot = Hot(dsn, size=2, by_key=True, rehearsal=store_watch.REHEARSAL)
        self.egress = Egress()
        self.tell = Tell(log)
        self.replica = Replica(socket.gethostname(), __version__)
        # A pool of its own as well: browsing must not keep a change of the world from being read.
        self._world_database = Database(dsn, pool_size=1)
        self.worlds = Worlds(self._world_database, zone=settings.organization_zone)
        self.people = People(self.hot, self.clock)
        self.settlement = Settlement(self.hot, self.tell.alarm)
        self.admission = Admission(self.hot, lambda: self.replica.id)
        self.draining = False
        self.settling = False
        """No connection is open any more, and what is not written down yet is being written."""
        self._drain_s = DRAIN_S
        self._log = log
        self._head = migrations.head()
        self._schema_fault: str | None = None
        self._refusals = Refusals()
        self._translate = AnthropicLane(clock=self.clock)
        self._tasks: set[asyncio.Task[None]] = set()
        ring = settings.ring()
        lanes = every_lane({"native": NativeLane(), TRANSLATED: self._translate}, self.clock)
        lanes |= {**embed_lanes({"native": NativeLane()}), COUNTING: CountLane()}
        self.upstream = upstream or HttpUpstream(self.egress, lanes, clock=self.clock, scrub=redactor.scrub)
        timeouts = settings.upstream
        deadlines = Deadlines(timeouts.connect_s, timeouts.first_byte_s, timeouts.idle_s, timeouts.total_s)
        typical = TypicalOutput()
        self._counter = TokenCounter(clock=self.clock)
        changes = HoldChanges(self.hot)
        self.holds = GrowingHolds(changes, self.clock, self.tell.counters.extensions)
        self.stored = StoredResponses(
            self.hot, KeptResponses(self.hot, ring, days=settings.kept_responses_days, log=log), log
        )
        entrance = Entrance(
            worlds=self.worlds,
            people=self.people,
            admission=self.admission,
            settlement=self.settlement,
            clock=self.clock,
            typical=typical,
            counter=self._counter,
            stored=self.stored,
            first_use=FirstUse(self.database),
        )
        self.health = RouteHealth()
        key_holds = KeyHolds(self.hot, changes, self.worlds, self.clock)
        tries = Tries(self.upstream, ring, deadlines, self._flag, redactor.learn, key_holds, self.health, self.clock)
        counts = InputCounts(
            entrance=entrance,
            worlds=self.worlds,
            provider=Provider(self.upstream, tries.unseal, deadlines, self.health),
            counter=self._counter,
            hot=self.hot,
            clock=self.clock,
        )
        self.calls = Calls(
            entrance=entrance,
            settlement=self.settlement,
            refusals=self._refusals,
            tries=tries,
            clock=self.clock,
            tell=self.tell,
            holds=self.holds,
            typical=typical,
            stored=self.stored,
        )
        self.watch = Watch(
            hot=self.hot,
            own=self._watch_hot,
            replica=self.replica,
            calls=self.calls,
            people=self.people,
            worlds=self.worlds,
            settlement=self.settlement,
            given_up=self.admission.given_up,
            refusals=self._refusals,
            health=self.health,
            clock=self.clock,
            log=log,
            now=self.clock.now,
        )
        self.idempotency = Idempotency(
            calls=self.calls,
            people=self.people,
            settlement=self.settlement,
            hot=self.hot,
            ring=ring,
            replica_id=lambda: self.replica.id,
            clock=self.clock,
            log=log,
        )
        self.lag = LoopLag()
        self.intake = Intake(_bounds(settings), self.lag)
        plane = DataPlane(
            self.calls,
            counts,
            self.tell,
            self.people,
            self.intake,
            self.clock,
            self.idempotency if settings.idempotency else None,
        )
        kept = KeptResponseDoors(
            plane, self.stored, KeptByProviders(self.worlds, self.stored, self.upstream, ring, deadlines)
        )
        self.data_plane: DoorsOfCalls | None = (
            create_data_plane(plane, self.worlds, self.hot, self.clock, kept) if "protocols" in doors else None
        )
        self.portal: FastAPI | None = create_portal(self._house(settings, redactor)) if "portal" in doors else None
        self._front = Porch(self._route, lambda: self.draining, trusted_proxies=settings.listen.proxies())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._front(scope, receive, send)

    @property
    def faults(self) -> set[str]:
        """Why this replica should get no traffic now; empty when it is ready."""
        faults = set(self.watch.ready_faults)
        if self.settlement.braking:
            faults.add("settlements_waiting")
        if self._schema_fault is not None:
            faults.add(self._schema_fault)
        if self.draining:
            faults.add("draining")
        return faults

    def turning_away(self) -> TurningAway:
        """Who says no at the socket when this replica has more to do than it can."""
        doors = self.data_plane.dialects_of_doors() if self.data_plane is not None else {}
        return TurningAway(self.intake, doors, self.tell, lambda: self.draining)

    def metrics(self) -> list[Family]:
        """What `/metrics` shows."""
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
            clock=self.clock,
        )
        return [
            *scrape.families(self.calls.open_calls.values()),
            *load_metrics(self.intake.shed, lag_s=self.lag.lag_s, held_bytes=self.intake.held_bytes),
        ]

    async def start(self) -> None:
        """Opens the pools, registers the replica, loads the world, begins to watch.

        While the database is away, or its schema is not one this build works with, the process stays alive, says why it is
        not ready, and goes on trying.
        """
        self.lag.start()
        if not await self._begin():
            self._spawn(self._begin_later())

    async def _begin(self) -> bool:
        fits = False
        try:
            await self.hot.open()
            await self._watch_hot.open()
            fits = await self._look_at_schema()
            if fits:
                await self.watch.start()
        except StoreUnavailable:
            self.watch.ready_faults = {"store_unavailable"}
            return False
        self.watch.ready_faults = set()
        if fits:
            self._spawn(self.watch.run())
            self._spawn(self._go_on_looking_at_schema())
        return fits

    async def _begin_later(self) -> None:
        self._log.error("not_ready", faults=sorted(self.faults))
        begun = False
        while not begun:
            await asyncio.sleep(BEGIN_AGAIN_S)
            begun = await self._begin()

    async def _look_at_schema(self) -> bool:
        """Whether this build works with the schema as it is. Raises StoreUnavailable."""
        async with self._world_database.transaction() as tx:
            revision, readable_from = await read_schema_state(tx)
        fault = migrations.fault_of(revision, readable_from, self._head)
        if fault != self._schema_fault and fault is not None:
            self._log.error(fault, revision=revision, readable_from=readable_from, newest_known=self._head)
        self._schema_fault = fault
        return fault is None

    async def _go_on_looking_at_schema(self) -> None:
        # A newer version may contract it while this one still runs.
        while True:
            await asyncio.sleep(SCHEMA_EVERY_S)
            with contextlib.suppress(StoreUnavailable):
                await self._look_at_schema()

    def end_calls(self) -> None:
        """Tells every open call to end now, in its own dialect, with what came; and so whatever is admitted after this."""
        if self._drain_s == DRAIN_S:
            self._drain_s = DRAIN_HURRIED_S
            self._end_open_calls()
            self._spawn(self._go_on_ending())

    async def _go_on_ending(self) -> None:
        while True:
            await asyncio.sleep(ENDING_EVERY_S)
            self._end_open_calls()

    def _end_open_calls(self) -> None:
        message = "The gateway is shutting down. Try again: another one takes over."
        for call in list(self.calls.open_calls.values()):
            call.stop(Refusal("shutting_down", "unavailable", message, retry_after_s=1))

    async def stop(self) -> None:
        """Settles what is open, then closes everything."""
        self.settling = True
        self.lag.stop()
        await self._write_down_the_rest()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_S)
        await self.watch.stop()
        self._counter.close()
        await self.upstream.close()
        await self.egress.close()
        # A server that has frozen is not told goodbye for long.
        pools = (self._watch_hot, self.hot, self._world_database, self.database)
        closing = [asyncio.create_task(pool.close()) for pool in pools]
        _, left = await asyncio.wait(closing, timeout=CLOSE_S)
        for task in left:
            task.cancel()

    async def _write_down_the_rest(self) -> None:
        end_s = asyncio.get_running_loop().time() + self._drain_s
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._drain_s):
                while self.calls.open_calls:  # noqa: ASYNC110  -- calls have no event that costs nothing while nobody waits
                    # Cancelled by the server a moment ago: their records are submitted when they notice.
                    await asyncio.sleep(ENDING_EVERY_S)
                await self.holds.drain()
        left_s = max(1.0, end_s - asyncio.get_running_loop().time())
        unsettled, open_keys, _ = await asyncio.gather(
            self.settlement.drain(left_s), self.idempotency.drain(left_s), self.stored.drain(left_s)
        )
        if unsettled:
            self._log.error("unsettled_at_the_end", count=unsettled)
        if open_keys:
            self._log.error("idempotency_keys_not_concluded", count=open_keys)

    def warm_up(self) -> None:
        """Loads what is slow to load, beside the first calls, where some key needs it: litellm takes seconds and 100 MB."""
        keys = self.worlds.current.keys.values() if self.worlds.loaded else ()
        if any(TRANSLATED in key.wiring.lanes.values() for key in keys):
            self._spawn(asyncio.to_thread(self._translate.ensure_loaded))

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path in {"/healthz", "/readyz"}:
            await self._probe(path, send)
        elif path.startswith("/api/") or path == "/api":
            await (self.portal or _not_here)(scope, receive, send)
        else:
            await (self.data_plane or _not_here)(scope, receive, send)

    async def _probe(self, path: str, send: Send) -> None:
        # Outside, a bare yes or no; the reasons are for the internal listener.
        ready = path == "/healthz" or not self.faults
        await _answer(send, 200 if ready else 503, b"yes\n" if ready else b"no\n")

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _house(self, settings: Settings, redactor: Redactor) -> House:
        return House(
            database=self.database,
            ring=settings.ring(),
            egress=self.egress,
            clock=self.clock,
            learn=redactor.learn,
            settings=PortalSettings(
                organization_zone=settings.organization_zone,
                credential_prefix=settings.credentials.prefix,
                credential_ttl_days=settings.credentials.ttl_days,
                credential_limits=tuple(Terms(*each) for each in settings.credential_limits),
                public_url=settings.public_url,
                sends_mail=settings.smtp.host is not None,
                trusted_proxies=settings.listen.proxies(),
                sessions=SessionTerms(
                    idle=timedelta(minutes=settings.sessions.idle_minutes),
                    absolute=timedelta(hours=settings.sessions.absolute_hours),
                ),
                oidc=tuple(_oidc_provider(name, each) for name, each in settings.oidc.items()),
            ),
        )

    def _flag(self, provider_key_id: UUID, code: str) -> None:
        self._spawn(self._write_flag(provider_key_id, code))

    async def _write_flag(self, provider_key_id: UUID, code: str) -> None:
        try:
            async with self.database.transaction() as tx:
                await providers.flag(tx, provider_key_id, code)
        except StoreUnavailable:
            self._log.error("flag_not_written", provider_key_id=str(provider_key_id), code=code)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _oidc_provider(name: str, settings: Oidc) -> OidcProvider:
    secret = settings.client_secret
    return OidcProvider(
        name=name,
        label=settings.label or ("Google" if settings.preset == "google" else name),
        issuer=settings.issuer_in_use,
        client_id=settings.client_id,
        client_secret=None if secret is None else secret.get_secret_value(),
        preset=settings.preset,
        scopes=settings.scopes,
        identifier_claim=settings.identifier_claim,
        name_claim=settings.name_claim,
        domains=settings.domains,
        private_network=settings.private_network,
    )


def _bounds(settings: Settings) -> Bounds:
    load = settings.load
    return Bounds(
        body_bytes_max=body_caps(settings.limits.body_bytes_max),
        body_s=settings.listen.body_s,
        bodies_bytes_max=load.bodies_bytes_max,
        open_calls_max=load.open_calls_max,
        lag_s_max=load.lag_ms_max / 1000,
    )


def create_app(
    settings: Settings,
    upstream: Upstream | None = None,
    doors: frozenset[str] = frozenset({"protocols", "portal"}),
    redactor: Redactor | None = None,
) -> Application:
    """The house. `upstream` is for tests; production calls providers over HTTP. `redactor` learns secrets as they are used."""
    return Application(settings, upstream, doors, redactor or Redactor())


def openapi_of(application: Application) -> dict[str, object]:
    """The OpenAPI document of all doors together."""
    document: dict[str, object] = {}
    plane = application.data_plane
    for app in (plane.described if plane is not None else None, application.portal):
        if app is None:
            continue
        part = app.openapi()
        if not document:
            document = {**part, "info": {"title": "ai-api", "version": __version__}}
            continue
        document["paths"] = {**_as_dict(document["paths"]), **part["paths"]}
        components = _as_dict(document.get("components", {}))
        for kind, named in part.get("components", {}).items():
            components[kind] = {**_as_dict(components.get(kind, {})), **named}
        document["components"] = components
    return document


def _as_dict(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


async def _not_here(_scope: Scope, _receive: Receive, send: Send) -> None:
    await _answer(send, 404, b"This process does not serve that.\n")


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
