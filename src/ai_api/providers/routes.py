"""Routes: the ways a model is served."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import Page
from ai_api.providers import rules, store, store_pages
from ai_api.providers.health import Cooling
from ai_api.providers.provider_keys import get_key
from ai_api.providers.rules import Route, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDraft:
    """What an administrator says of a new route. A timeout of None is the setting's, whatever that is at the time of a call."""

    model_id: UUID
    provider_key_id: UUID
    upstream_model: str
    priority: int = 100
    weight: int = 1
    connect_s: float | None = None
    first_byte_s: float | None = None
    idle_s: float | None = None
    total_s: float | None = None
    tag_ids: Collection[UUID] = ()


class RouteChanges(TypedDict, total=False):
    """The fields to store; one that is absent stays as it is."""

    upstream_model: str
    priority: int
    weight: int
    status: Status
    connect_s: float | None
    first_byte_s: float | None
    idle_s: float | None
    total_s: float | None
    tag_ids: Collection[UUID]


async def add_route(tx: Tx, actor: Actor, draft: RouteDraft, *, operations: frozenset[str]) -> Route:
    """A new, active way to serve a model that offers `operations`. The caller has the model, and the tags, locked.

    Raises Refusal `bad_upstream_model`, `bad_priority`, `bad_weight`, `bad_timeout`, `too_many_tags`, `provider_key_not_found`,
    `operation_not_served` when the provider serves none of the operations, `route_exists`.
    """
    rules.check_upstream_model(draft.upstream_model)
    rules.check_balance(draft.priority, draft.weight)
    timeouts = {name: getattr(draft, name) for name in rules.TIMEOUT_S_MAX}
    rules.check_timeouts(timeouts)
    rules.check_tags(draft.tag_ids)
    key = await get_key(tx, draft.provider_key_id, lock=True)
    rules.check_served(key.wiring, operations, provider=key.provider)
    route_id = uuid7()
    values = {
        "id": route_id,
        "model_id": draft.model_id,
        "provider_key_id": draft.provider_key_id,
        "upstream_model": draft.upstream_model,
        "priority": draft.priority,
        "weight": draft.weight,
        **timeouts,
        "tag_ids": sorted(set(draft.tag_ids)),
    }
    if not await store.add_route(tx, values):
        raise _exists()
    route = await get_route(tx, route_id)
    await _note(tx, actor, "route.add", None, route)
    return route


async def revise_route(tx: Tx, actor: Actor, route_id: UUID, **changes: Unpack[RouteChanges]) -> Route:
    """The route with the given fields stored, taken for well again. The caller has the tags locked.

    Raises Refusal `route_not_found`, and those of `add_route` for its fields.
    """
    before = await _locked(tx, route_id)
    if "upstream_model" in changes:
        rules.check_upstream_model(changes["upstream_model"])
    rules.check_balance(changes.get("priority", before.priority), changes.get("weight", before.weight))
    rules.check_timeouts({name: value for name, value in dict(changes).items() if name in rules.TIMEOUT_S_MAX})  # type: ignore[misc]  # those are numbers or None
    values: dict[str, Any] = dict(changes)
    if "tag_ids" in changes:
        rules.check_tags(changes["tag_ids"])
        values["tag_ids"] = sorted(set(changes["tag_ids"]))
    if not await store.change_route(tx, route_id, values):
        raise _exists()
    await store.forget_coolings(tx, route_id=route_id)
    after = await get_route(tx, route_id)
    await _note(tx, actor, "route.change", before, after)
    return after


async def delete_route(tx: Tx, actor: Actor, route_id: UUID) -> None:
    """Deletes a route; records keep what they say of it. Raises Refusal `route_not_found`."""
    before = await _locked(tx, route_id)
    await store.remove_route(tx, route_id)
    await _note(tx, actor, "route.delete", before, None)


async def load_routes(tx: Tx) -> list[Route]:
    """All routes that are not disabled, by model, priority and id. One statement."""
    return await store.active_routes(tx)


async def get_route(tx: Tx, route_id: UUID) -> Route:
    """One route. Raises Refusal `route_not_found`."""
    route = await store.get_route(tx, route_id)
    if route is None:
        raise rules.route_not_found()
    return route


async def find_route(tx: Tx, model_id: UUID, provider_key_id: UUID, upstream_model: str) -> Route | None:
    """The one route of these three, which are unique together."""
    return await store.find_route(tx, model_id, provider_key_id, upstream_model)


async def count_routes(tx: Tx, model_id: UUID) -> int:
    """How many routes, disabled ones too, a model has."""
    return await store.count_routes(tx, model_id=model_id)


async def count_routes_naming(tx: Tx, tag_id: UUID) -> int:
    """How many routes, disabled ones too, are for members with this tag."""
    return await store.count_routes_naming(tx, tag_id)


async def page_routes(
    tx: Tx, wanted: store_pages.RouteFilter, *, sort: str = "priority", limit: int = 50, cursor: str | None = None
) -> Page[Route]:
    """One page of routes, by `priority`, `upstream_model` or `created_at`. Raises Refusal `bad_sort`, `bad_cursor`."""
    return await store_pages.page_routes(tx, wanted, sort=sort, limit=limit, cursor=cursor)


async def coolings(tx: Tx, route_ids: Sequence[UUID]) -> dict[UUID, Cooling]:
    """Why and until when these routes were left alone last, unless they have been found well since."""
    return await store.coolings(tx, route_ids)


async def _locked(tx: Tx, route_id: UUID) -> Route:
    route = await store.get_route(tx, route_id, lock=True)
    if route is None:
        raise rules.route_not_found()
    return route


async def _note(tx: Tx, actor: Actor, action: str, before: Route | None, after: Route | None) -> None:
    subject = before or after
    await note(
        tx,
        actor,
        action=action,
        target_kind="route",
        target_id=None if subject is None else subject.id,
        before=None if before is None else rules.audited_route(before),
        after=None if after is None else rules.audited_route(after),
    )
    await bump_world(tx)


def _exists() -> Refusal:
    message = "This model already has a route by that provider key to that upstream model. Change that one instead."
    return Refusal("route_exists", "conflict", message, param="upstream_model")
