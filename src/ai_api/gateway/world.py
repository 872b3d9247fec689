"""The world: all that is the same for everybody, compiled whole, swapped at once, proven by one number at each admission."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ai_api import catalog, identity, pricing, providers, quotas
from ai_api.core.db import Database, Tx, read_world
from ai_api.quotas.limit import Limit
from ai_api.quotas.windows import Window, month_window


@dataclass(frozen=True, slots=True)
class World:
    """Models and their names, routes, provider keys (sealed) and prices at one epoch."""

    epoch: int
    zone: str
    names: catalog.Names
    models: Mapping[UUID, catalog.Model]
    routes: Mapping[UUID, tuple[providers.Route, ...]]
    keys: Mapping[UUID, providers.ProviderKey]
    prices: Mapping[UUID, tuple[pricing.PriceVersion, ...]]
    limits: Mapping[UUID | None, tuple[Limit, ...]]
    """Limits that are the same for everybody: those of the whole under None, those of tags and provider keys by their id."""
    everyone: frozenset[UUID]
    """Tags that every member has."""

    def tags_of(self, tags: frozenset[UUID]) -> frozenset[UUID]:
        """A member's tags with those that everyone has."""
        return tags | self.everyone if self.everyone else tags

    def limits_for(self, tags: frozenset[UUID]) -> tuple[Limit, ...]:
        """The limits that match a member with these tags, beside the member's own."""
        if not self.limits:
            return ()
        found = list(self.limits.get(None, ()))
        for tag in sorted(self.tags_of(tags)):
            found += self.limits.get(tag, ())
        return tuple(found)

    def price_of(self, model_id: UUID, at: datetime) -> pricing.PriceVersion | None:
        """The price version of a model in force at `at`; None when it has no price."""
        return pricing.in_force(self.prices.get(model_id, ()), at)


class Worlds:
    """Holds the present world and loads the next one, once at a time however many ask."""

    def __init__(self, database: Database, *, zone: str) -> None:
        """`zone` is in force until an administrator has set another."""
        self._database = database
        self._zone = zone
        self._world: World | None = None
        self._loading: asyncio.Task[World] | None = None
        self._window: Window | None = None
        self.read_at_s = 0.0
        """When the present world was read, as `time.monotonic()` has it."""

    @property
    def loaded(self) -> bool:
        """Whether there is a world."""
        return self._world is not None

    @property
    def current(self) -> World:
        """The present world. Raises RuntimeError before the first load."""
        if self._world is None:
            raise RuntimeError("the world is not loaded yet")
        return self._world

    def month(self, at: datetime) -> Window:
        """The calendar month `at` lies in, in the organization's zone."""
        if self._window is None or not self._window.holds(at):
            self._window = month_window(self.current.zone, at)
        return self._window

    async def refresh(self, seen_epoch: int) -> World:
        """The world, loaded anew unless it changed since `seen_epoch` was seen to be stale. Raises StoreUnavailable."""
        world = self.current
        return world if world.epoch != seen_epoch else await self.reload()

    async def reload(self) -> World:
        """Loads the world anew; who asks while a load is on its way shares the next one. Raises StoreUnavailable."""
        if self._loading is not None:
            # What is on its way may have read before the change the caller has seen.
            await asyncio.wait({self._loading})
        if self._loading is None or self._loading.done():
            self._loading = asyncio.get_running_loop().create_task(self._load())
        return await asyncio.shield(self._loading)

    async def _load(self) -> World:
        began_s = time.monotonic()
        world = await load(self._database, zone=self._zone)
        if self._world is None or world.zone != self._world.zone:
            self._window = None
        self._world, self.read_at_s = world, began_s
        return world


async def load(database: Database, *, zone: str) -> World:
    """Reads the world in one snapshot. Raises StoreUnavailable."""
    async with database.transaction(repeatable_read=True) as tx:
        return await load_within(tx, zone=zone)


async def load_within(tx: Tx, *, zone: str) -> World:
    """Reads the world as the transaction sees it. `zone` is in force unless an administrator has set another."""
    epoch, chosen_zone = await read_world(tx)
    models = await catalog.load_models(tx)
    aliases = await catalog.load_aliases(tx)
    keys = await providers.load_keys(tx)
    routes = await providers.load_routes(tx)
    versions = await pricing.load_versions(tx)
    shared = await quotas.load_shared(tx)
    everyone = await identity.load_everyone_tags(tx)
    by_model: dict[UUID, list[providers.Route]] = {}
    for route in routes:
        by_model.setdefault(route.model_id, []).append(route)
    prices: dict[UUID, list[pricing.PriceVersion]] = {}
    for version in versions:
        prices.setdefault(version.model_id, []).append(version)
    limits: dict[UUID | None, list[Limit]] = {}
    for limit in shared:
        limits.setdefault(limit.subject_id, []).append(limit)
    return World(
        epoch=epoch,
        zone=chosen_zone or zone,
        names=catalog.index(models, aliases),
        models={model.id: model for model in models},
        routes={model_id: tuple(found) for model_id, found in by_model.items()},
        keys={key.id: key for key in keys},
        prices={model_id: tuple(found) for model_id, found in prices.items()},
        limits={subject_id: tuple(found) for subject_id, found in limits.items()},
        everyone=everyone,
    )
