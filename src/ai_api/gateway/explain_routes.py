"""The routes of a call that nobody makes: which would be tried, in which order, and what keeps the others from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from ai_api import providers, quotas
from ai_api.catalog import Model
from ai_api.core.db import Tx
from ai_api.core.ids import unix_ms_of
from ai_api.gateway import preflight, routing, tries
from ai_api.gateway.docket import Docket
from ai_api.gateway.explained import RouteSeen, Why
from ai_api.gateway.key_holds import charges_of
from ai_api.gateway.preflight import Permission
from ai_api.gateway.reasons import Chain, Situation
from ai_api.gateway.world import World
from ai_api.providers import ProviderKey, Route, RouteFilter, RouteHealth
from ai_api.quotas.rules import Demand, Granted, decide

ROUTES_MAX = 100


async def look_at_routes(tx: Tx, asked: Situation, model: Model | None) -> tuple[RouteSeen, ...]:
    """The routes of a model, by priority, and what keeps each from serving calls such as this one."""
    if model is None:
        return ()
    page = await providers.page_routes(tx, RouteFilter(model_id=model.id), limit=ROUTES_MAX)
    coolings = await providers.coolings(tx, [route.id for route in page.items])
    keys: dict[UUID, ProviderKey] = {}
    for key_id in {route.provider_key_id for route in page.items}:
        keys[key_id] = await providers.get_key(tx, key_id)
    return tuple(
        RouteSeen(route, keys[route.provider_key_id], _obstacle(route, asked, model), coolings.get(route.id))
        for route in page.items
    )


async def ask_service(
    tx: Tx, chain: Chain, asked: Situation, docket: Docket, looked: Sequence[RouteSeen]
) -> tuple[RouteSeen, ...]:
    """The check whether one of the call's routes would be tried; gives the routes with what that found of them."""
    permission, now_ms = docket.permission, unix_ms_of(docket.call_id)
    if permission is None or not permission.routes or docket.demand is None:
        chain.leave("service", {})
        return tuple(looked)
    health = RouteHealth()
    health.heard({each.route.id: each.cooling for each in looked if each.cooling is not None})
    turns = list(tries.in_service(routing.order(permission.routes, lambda: 0.0), docket, health, now_ms))
    with_room = [route.id for route, key in turns if await _has_room(tx, docket, key, asked.world)]
    refusal = None
    if not with_room:
        refusal = tries.key_is_full() if turns else tries.out_of_service(permission.routes, health, now_ms)
    chain.note("service", refusal, {"tried": with_room})
    found = _found(permission, {route.id for route, _ in turns}, with_room)
    return tuple(replace(each, why_not=each.why_not or found.get(each.route.id)) for each in looked)


def _found(permission: Permission, turns: set[UUID], with_room: Sequence[UUID]) -> Mapping[UUID, Why]:
    found: dict[UUID, Why] = {}
    for route, _ in permission.routes:
        if route.weight == 0:
            found[route.id] = "no_weight"
        elif route.id not in turns:
            found[route.id] = "cooling"
        elif route.id not in with_room:
            found[route.id] = "provider_key_limited"
    return found


def _obstacle(route: Route, asked: Situation, model: Model) -> Why | None:
    if route.status != "active":
        return "route_disabled"
    world = asked.world
    return preflight.obstacle(route, model, asked.operation, world, world.tags_of(asked.holder.tags))


async def _has_room(tx: Tx, docket: Docket, key: ProviderKey, world: World) -> bool:
    """Whether the key's own limits have room for what the call would hold of them."""
    charges = charges_of(docket, key, world)
    if not charges:
        return True
    balances = await quotas.balances_of(tx, [charge.account.id for charge in charges])
    return isinstance(decide(Demand(charges, docket.output_tokens, docket.output_tokens), balances), Granted)
