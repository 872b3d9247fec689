"""The gateway as one ASGI application, with its own life: it begins, says whether it is ready, and ends."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from ai_api.app.data_plane import bounds_of, data_plane_of
from ai_api.app.ending import Ending
from ai_api.app.front import Front
from ai_api.app.gateway import Gateway
from ai_api.app.ground import CLOSE_S, Ground
from ai_api.app.known_routes import read_routes
from ai_api.app.portal import house_of
from ai_api.app.schema_watch import SchemaWatch
from ai_api.app.traces import traces_of
from ai_api.core.errors import StoreUnavailable
from ai_api.jobs.key_watch import KeyWatch
from ai_api.observability.lag import LoopLag
from ai_api.observability.listener import Family
from ai_api.observability.metrics import load_metrics
from ai_api.observability.redact import Redactor
from ai_api.portal.pages import Pages, find_built
from ai_api.portal.rehearsal import rehearse
from ai_api.portal.router import create_portal
from ai_api.protocols.app import DoorsOfCalls
from ai_api.protocols.intake import Intake
from ai_api.protocols.porch import Porch
from ai_api.protocols.turning_away import TurningAway
from ai_api.providers.port import Upstream
from ai_api.settings import Settings

BEGIN_AGAIN_S = 1.0


class Application:
    """The gateway as one ASGI application, with its own life. `doors` are those of `protocols` and `portal` it hangs."""

    def __init__(
        self, settings: Settings, upstream: Upstream | None, doors: frozenset[str], redactor: Redactor
    ) -> None:
        self.ground = Ground.of(settings, redactor)
        self._traces = traces_of(settings, self.ground.log)
        self.gateway = Gateway(settings, self.ground, upstream, self._traces)
        self.schema = SchemaWatch(self.ground)
        self.keys = KeyWatch(self.ground.pools.hot, settings.ring(), self.ground.log)
        self.draining = False
        self.settling = False
        """No connection is open any more, and what is not written down yet is being written."""
        self._ending = Ending(self.gateway, self.ground)
        self.lag = LoopLag()
        self.intake = Intake(bounds_of(settings), self.lag, self.gateway.waiting_calls)
        self.data_plane: DoorsOfCalls | None = None
        if "protocols" in doors:
            self.data_plane = data_plane_of(settings, self.ground, self.gateway, self.intake)
            read_routes(self.data_plane.described)
        self.portal: FastAPI | None = None
        pages: Pages | None = None
        if "portal" in doors:
            self.portal, pages = create_portal(house_of(settings, self.ground)), Pages(find_built())
            read_routes(self.portal)
        front = Front(self.data_plane, self.portal, pages, lambda: self.faults)
        inside = front if self._traces is None else self._traces.around(front)
        self._porch = Porch(inside, lambda: self.draining, trusted_proxies=settings.listen.proxies())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._porch(scope, receive, send)

    @property
    def faults(self) -> set[str]:
        """Why this replica should get no traffic now; empty when it is ready."""
        faults = set(self.gateway.watch.ready_faults)
        if self.gateway.settlement.braking:
            faults.add("settlements_waiting")
        if self.schema.fault is not None:
            faults.add(self.schema.fault)
        if self.keys.fault is not None:
            faults.add(self.keys.fault)
        if self.draining:
            faults.add("draining")
        return faults

    def turning_away(self) -> TurningAway:
        """Who says no at the socket when this replica has more to do than it can."""
        doors = self.data_plane.dialects_of_doors() if self.data_plane is not None else {}
        return TurningAway(self.intake, doors, self.gateway.tell, lambda: self.draining)

    def metrics(self) -> list[Family]:
        """What `/metrics` shows."""
        load = load_metrics(self.intake.shed, lag_s=self.lag.lag_s, held_bytes=self.intake.held_bytes)
        return [*self.gateway.metrics(), *load]

    def warm_up(self) -> None:
        """Does what is slow the first time, beside the first calls: the portal's statements; litellm, which takes seconds and
        100 MB, where some key needs it.
        """
        if self.gateway.translates():
            self.ground.tasks.spawn(asyncio.to_thread(self.gateway.translate.ensure_loaded))
        if self.portal is not None and not self.faults:
            self.ground.tasks.spawn(rehearse(self.portal.state.house))

    async def start(self) -> None:
        """Opens the pools, registers the replica, loads the world, begins to watch.

        While the database is away, its schema is not one this build works with, or it needs an encryption key that this process
        has not, the process stays alive, says why it is not ready, and goes on trying.
        """
        self.lag.start()
        if not await self._begin():
            self.ground.tasks.spawn(self._begin_later())

    async def _begin(self) -> bool:
        watch, fits = self.gateway.watch, False
        try:
            await self.ground.pools.open()
            fits = await self.schema.look() and await self.keys.look()
            if fits:
                await watch.start()
        except StoreUnavailable:
            watch.ready_faults = {"store_unavailable"}
            return False
        watch.ready_faults = set()
        if fits:
            self.ground.tasks.spawn(watch.run())
            self.ground.tasks.spawn(self.schema.go_on())
            self.ground.tasks.spawn(self.keys.go_on())
        return fits

    async def _begin_later(self) -> None:
        self.ground.log.error("not_ready", faults=sorted(self.faults))
        begun = False
        while not begun:
            await asyncio.sleep(BEGIN_AGAIN_S)
            begun = await self._begin()

    def end_calls(self) -> None:
        """Tells every open call to end now, in its own dialect, with what came; and so whatever is admitted after this."""
        self._ending.end_calls()

    async def stop(self) -> None:
        """Settles what is open, then closes everything."""
        self.settling = True
        self.lag.stop()
        await self._ending.write_down_the_rest()
        await self.ground.tasks.end(within_s=CLOSE_S)
        await self.keys.leave()
        await self.gateway.close()
        if self._traces is not None:
            await asyncio.to_thread(self._traces.close)
        await self.ground.egress.close()
        await self.ground.pools.close()

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


def create_app(
    settings: Settings,
    upstream: Upstream | None = None,
    doors: frozenset[str] = frozenset({"protocols", "portal"}),
    redactor: Redactor | None = None,
) -> Application:
    """The house. `upstream` is for tests; production calls providers over HTTP. `redactor` learns secrets as they are used."""
    return Application(settings, upstream, doors, redactor or Redactor())
