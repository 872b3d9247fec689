"""The house, built: a composition root. Reads settings, picks implementations, hangs the doors.

Porch (request id) ─┬─ /api/…             portal
                    ├─ /healthz /readyz   alive, ready
                    └─ everything else    data plane
"""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Coroutine
from uuid import UUID

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_api import __version__, providers
from ai_api.core import migrations
from ai_api.core.clock import SystemClock
from ai_api.core.db import Database, Hot, read_schema_state
from ai_api.core.egress import Egress
from ai_api.core.errors import StoreUnavailable
from ai_api.core.ids import uuid7
from ai_api.gateway import store_admission, store_extend, store_idempotency, store_look, store_settlement, store_watch
from ai_api.gateway.admit import Admission
from ai_api.gateway.call import Calls
from ai_api.gateway.entrance import Entrance
from ai_api.gateway.growing_hold import GrowingHolds
from ai_api.gateway.hold_changes import HoldChanges
from ai_api.gateway.idempotency import Idempotency
from ai_api.gateway.key_holds import KeyHolds
from ai_api.gateway.people import People
from ai_api.gateway.refusals import Refusals
from ai_api.gateway.settle import Settlement
from ai_api.gateway.tell import Tell
from ai_api.gateway.tries import Tries
from ai_api.gateway.typical import TypicalOutput
from ai_api.gateway.watch import Replica, Watch
from ai_api.gateway.world import Worlds
from ai_api.observability.metrics import gateway_metrics
from ai_api.observability.redact import Redactor
from ai_api.portal.house import House, PortalSettings
from ai_api.portal.router import create_portal
from ai_api.protocols.app import DoorsOfCalls, create_data_plane
from ai_api.protocols.serve import DataPlane
from ai_api.providers import RouteHealth
from ai_api.providers.count_tokens import TokenCounter
from ai_api.providers.http import HttpUpstream
from ai_api.providers.litellm_translate import AnthropicLane
from ai_api.providers.native import NativeLane
from ai_api.providers.port import Deadlines, Upstream
from ai_api.quotas import Terms
from ai_api.settings import Settings

BEGIN_AGAIN_S = 1.0
DRAIN_S = 10.0
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

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Application:
    """The gateway as one ASGI application, with its own life. `doors` are those of `protocols` and `portal` it hangs."""

    def __init__(
        self, settings: Settings, upstream: Upstream | None, doors: frozenset[str], redactor: Redactor
    ) -> None:
        log = structlog.get_logger("ai_api")
        dsn = settings.database_url.get_secret_value()
        self.clock = SystemClock()
        self.database = Database(dsn, pool_size=settings.pools.portal)
        self.hot = Hot(dsn, size=settings.pools.hot, rehearsal=_REHEARSAL)
        # Two for the watch alone: what fills the others must not keep it from beating, or from ending calls.
        self._watch_hot = Hot(dsn, size=2, rehearsal=store_watch.REHEARSAL)
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
        self._log = log
        self._head = migrations.head()
        self._refusals = Refusals()
        self._translate = AnthropicLane(clock=self.clock)
        self._tasks: set[asyncio.Task[None]] = set()
        ring = settings.ring()
        self.upstream = upstream or HttpUpstream(
            self.egress, {"native": NativeLane(), TRANSLATED: self._translate}, scrub=redactor.scrub
        )
        timeouts = settings.upstream
        deadlines = Deadlines(timeouts.connect_s, timeouts.first_byte_s, timeouts.idle_s, timeouts.total_s)
        typical = TypicalOutput()
        self._counter = TokenCounter(clock=self.clock)
        changes = HoldChanges(self.hot)
        self.holds = GrowingHolds(changes, self.clock, self.tell.counters.extensions)
        entrance = Entrance(
            worlds=self.worlds,
            people=self.people,
            admission=self.admission,
            settlement=self.settlement,
            clock=self.clock,
            typical=typical,
            counter=self._counter,
        )
        self.health = RouteHealth()
        key_holds = KeyHolds(self.hot, changes, self.worlds, self.clock)
        self.calls = Calls(
            entrance=entrance,
            settlement=self.settlement,
            refusals=self._refusals,
            tries=Tries(self.upstream, ring, deadlines, self._flag, redactor.learn, key_holds, self.health, self.clock),
            clock=self.clock,
            tell=self.tell,
            holds=self.holds,
            typical=typical,
        )
        self.watch = Watch(
            hot=self.hot,
            own=self._watch_hot,
            replica=self.replica,
            calls=self.calls,
            people=self.people,
            worlds=self.worlds,
            settlement=self.settlement,
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
        plane = DataPlane(
            self.calls,
            self.tell,
            settings.limits.body_bytes_max,
            self.idempotency if settings.idempotency else None,
        )
        self.data_plane: DoorsOfCalls | None = (
            create_data_plane(plane, self.worlds, self.hot, self.clock) if "protocols" in doors else None
        )
        self.portal: FastAPI | None = create_portal(self._house(settings)) if "portal" in doors else None
        self._front = Porch(self._route)

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
        if self.draining:
            faults.add("draining")
        return faults

    def metrics(self) -> list[tuple[str, str, str, list[tuple[str, dict[str, str], float]]]]:
        """What `/metrics` shows."""
        return gateway_metrics(
            self.tell.counters,
            open_calls=len(self.calls.open_calls),
            settlements_pending=self.settlement.pending,
            people=len(self.people),
            routes_cooling=len(self.health.cooling(self.clock.unix_ms())),
        )

    async def start(self) -> None:
        """Opens the pools, registers the replica, loads the world, begins to watch.

        While the database is away, or its schema is not one this build works with, the process stays alive, says why it is
        not ready, and goes on trying.
        """
        if not await self._begin():
            self._spawn(self._begin_later())

    async def _begin(self) -> bool:
        try:
            await self.hot.open()
            await self._watch_hot.open()
            fault = await self._schema_fault()
            if fault is None:
                await self.watch.start()
        except StoreUnavailable:
            fault = "store_unavailable"
        self.watch.ready_faults = {fault} if fault else set()
        if fault is None:
            self._spawn(self.watch.run())
        return fault is None

    async def _begin_later(self) -> None:
        self._log.error("not_ready", faults=sorted(self.watch.ready_faults))
        begun = False
        while not begun:
            await asyncio.sleep(BEGIN_AGAIN_S)
            begun = await self._begin()

    async def _schema_fault(self) -> str | None:
        async with self.database.transaction() as tx:
            revision, readable_from = await read_schema_state(tx)
        return migrations.fault_of(revision, readable_from, self._head)

    async def stop(self) -> None:
        """Settles what is open, then closes everything."""
        await self.holds.drain()
        left = await self.settlement.drain(DRAIN_S)
        if left:
            self._log.error("unsettled_at_the_end", count=left)
        left = await self.idempotency.drain(DRAIN_S)
        if left:
            self._log.error("idempotency_keys_not_concluded", count=left)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.watch.stop()
        self._counter.close()
        await self.upstream.close()
        await self.egress.close()
        await self._watch_hot.close()
        await self.hot.close()
        await self._world_database.close()
        await self.database.close()

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

    def _house(self, settings: Settings) -> House:
        return House(
            database=self.database,
            ring=settings.ring(),
            egress=self.egress,
            clock=self.clock,
            settings=PortalSettings(
                organization_zone=settings.organization_zone,
                credential_prefix=settings.credentials.prefix,
                credential_ttl_days=settings.credentials.ttl_days,
                credential_limits=tuple(Terms(*each) for each in settings.credential_limits),
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


class Porch:
    """What every request passes: an id, the client's where it is harmless, and the time it came."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and its id back."""
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), None)
        request_id = given if given is not None and _REQUEST_ID.fullmatch(given) else str(uuid7()).encode()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id.decode()
        state["received_at"] = time.perf_counter()

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
            await send(message)

        await self._app(scope, receive, with_id)


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
