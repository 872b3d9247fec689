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
from ai_api.providers import Cooling
from ai_api.setup import store_keys, store_models
from ai_api.setup.audience import audience
from ai_api.setup.store_models import Lack, RouteFound

ROUTES_SHOWN_MAX: Final = 5
"""Of a model with more routes these are the first ones; there is a list of all."""

Health = Literal["healthy", "standby", "cooling", "probing", "disabled"]
"""`standby` is well and waits until a route before it fails; calls never go by one that is `disabled`. One that has cooled
down is `probing` until a call has found it well: the next one tries it, alone."""

_ROUTES_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class RouteAtWork:
    """How a route is, and the last time that it was left alone; None for one that has been found well since."""

    health: Health
    cooling: Cooling | None


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
    """A model with the first of its `routes_count` routes, its price of now, and its calls of a period, refused ones too.

    `seeing` of the `members` who are active see it.
    """

    model: Model
    routes: tuple[RouteInShort, ...]
    routes_count: int
    price: PriceVersion | None
    calls: int
    seeing: int
    members: int


async def list_models(
    tx: Tx,
    wanted: Filter,
    *,
    lacks: Lack | None,
    served_by: UUID | None,
    sort: str,
    limit: int,
    cursor: str | None,
    since: datetime,
    until: datetime,
    now: datetime,
) -> Page[ModelAtWork]:
    """One page of models; with `lacks` only active ones that have no price in force, or no route that calls may go by; with
    `served_by` only active ones that a route in use leads to by this provider key.

    Calls are those that began from `since` up to `until`, each the beginning of a quarter of an hour. Nine statements at most,
    however many models there are. Raises Refusal `bad_sort`, `bad_cursor`.
    """
    page = await catalog.page(
        tx,
        replace(wanted, among=await _among(tx, lacks, served_by, now=now)),
        sort=sort,
        limit=limit,
        cursor=cursor,
    )
    ids = [model.id for model in page.items]
    prices = await pricing.find_all_in_force(tx, ids, now)
    calls = await store_models.calls_of(tx, ids, since, until)
    seen = await audience(tx, page.items)
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
                seeing=seen.seeing[model.id],
                members=seen.members,
            )
            for model in page.items
        ],
        page.next,
    )


async def _among(tx: Tx, lacks: Lack | None, served_by: UUID | None, *, now: datetime) -> Collection[UUID] | None:
    """The models that both leave over; None for all."""
    lacking = None if lacks is None else await store_models.lacking(tx, lacks, now=now)
    if served_by is None:
        return lacking
    served = await store_keys.served_by(tx, served_by)
    return served if lacking is None else served & lacking


async def routes_at_work(tx: Tx, model_ids: Collection[UUID], *, now: datetime) -> dict[UUID, RouteAtWork]:
    """How every route of these models is and why, by its id. One statement: the one is never older than the other."""
    found = await store_models.routes_of(tx, model_ids, most=_ROUTES_MAX)
    return {each.id: RouteAtWork(_health(each, now), each.cooling) for each in found}


def _in_short(route: RouteFound, now: datetime) -> RouteInShort:
    health = _health(route, now)
    until = None
    if health == "cooling" and route.cooling is not None:
        until = datetime.fromtimestamp(route.cooling.until_ms / 1000, UTC)
    return RouteInShort(route.id, route.provider_key_id, route.provider_key, health, until)


def _health(route: RouteFound, now: datetime) -> Health:
    if not route.in_use:
        return "disabled"
    if route.cooling is not None:
        return "cooling" if route.cooling.until_ms > now.timestamp() * 1000 else "probing"
    return "healthy" if route.is_first else "standby"
