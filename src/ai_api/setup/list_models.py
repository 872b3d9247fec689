"""The catalog as somebody who keeps it sees it: what serves each model, what it costs, and whether it is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from ai_api import catalog, pricing
from ai_api.catalog import Filter, Model
from ai_api.core.db import Tx
from ai_api.core.page import Page
from ai_api.pricing import PriceVersion
from ai_api.setup import store_models
from ai_api.setup.store_models import Lack, RouteFound

ROUTES_SHOWN_MAX: Final = 5
"""Of a model with more routes these are the first ones; there is a list of all."""

Health = Literal["healthy", "standby", "cooling", "probing", "disabled"]
"""`standby` is well and waits until a route before it fails; calls never go by one that is `disabled`. One that has cooled
down is `probing` until a call has found it well: the next one tries it, alone."""

_ROUTES_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class RouteInShort:
    """A route by the name of its provider key. `cooling_until` is a moment in UTC; None for one that is well."""

    id: UUID
    provider_key_id: UUID
    provider_key: str
    health: Health
    cooling_until: datetime | None


@dataclass(frozen=True, slots=True)
class ModelAtWork:
    """A model with the first of its `routes_count` routes, its price of now, and its calls of a period, refused ones too."""

    model: Model
    routes: tuple[RouteInShort, ...]
    routes_count: int
    price: PriceVersion | None
    calls: int


async def list_models(
    tx: Tx,
    wanted: Filter,
    *,
    lacks: Lack | None,
    sort: str,
    limit: int,
    cursor: str | None,
    since: datetime,
    until: datetime,
    now: datetime,
) -> Page[ModelAtWork]:
    """One page of models; with `lacks` only active ones that have no price in force, or no route that calls may go by.

    Calls are those that began from `since` up to `until`, each the beginning of a quarter of an hour. Five statements,
    however many models there are. Raises Refusal `bad_sort`, `bad_cursor`.
    """
    if lacks is not None:
        wanted = replace(wanted, among=await store_models.lacking(tx, lacks, now=now))
    page = await catalog.page(tx, wanted, sort=sort, limit=limit, cursor=cursor)
    ids = [model.id for model in page.items]
    prices = await pricing.find_all_in_force(tx, ids, now)
    calls = await store_models.calls_of(tx, ids, since, until)
    routes: dict[UUID, list[RouteFound]] = defaultdict(list)
    for route in await store_models.routes_of(tx, ids, most=ROUTES_SHOWN_MAX):
        routes[route.model_id].append(route)
    return Page(
        [
            ModelAtWork(
                model=model,
                routes=tuple(_in_short(route, now) for route in routes[model.id]),
                routes_count=max((each.of_model for each in routes[model.id]), default=0),
                price=prices.get(model.id),
                calls=calls.get(model.id, 0),
            )
            for model in page.items
        ],
        page.next,
    )


async def health_of_routes(tx: Tx, model_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Health]:
    """How every route of these models is, by its id. One statement."""
    return {each.id: _health(each, now) for each in await store_models.routes_of(tx, model_ids, most=_ROUTES_MAX)}


def _in_short(route: RouteFound, now: datetime) -> RouteInShort:
    health = _health(route, now)
    until = None
    if health == "cooling" and route.until_ms is not None:
        until = datetime.fromtimestamp(route.until_ms / 1000, UTC)
    return RouteInShort(route.id, route.provider_key_id, route.provider_key, health, until)


def _health(route: RouteFound, now: datetime) -> Health:
    if not route.in_use:
        return "disabled"
    if route.until_ms is not None:
        return "cooling" if route.until_ms > now.timestamp() * 1000 else "probing"
    return "healthy" if route.is_first else "standby"
