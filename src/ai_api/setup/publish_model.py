"""Publishing a model that can be called at once: the catalog entry, one route and, where known, its price."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack
from uuid import UUID

from ai_api import catalog, identity, pricing, providers
from ai_api.audit import Actor
from ai_api.catalog import Draft
from ai_api.core.db import Tx
from ai_api.pricing import Prices
from ai_api.providers import RouteChanges, RouteDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A model, the way it is served, and its prices; None means the price is unknown, not that it is free."""

    model: Draft
    provider_key_id: UUID
    upstream_model: str
    prices: Prices | None = None


async def publish_model(tx: Tx, actor: Actor, publication: Publication, *, now: datetime) -> UUID:
    """The new model's id. All of it is stored in the transaction, or none.

    Raises the refusals of `catalog.publish`, `providers.add_route` and `pricing.publish`.
    """
    model = await catalog.publish(tx, actor, publication.model)
    await add_route(tx, actor, _route(model.id, publication))
    if publication.prices is not None:
        await pricing.publish(tx, actor, model.id, publication.prices, None, now=now)
    return model.id


async def ensure_model(tx: Tx, actor: Actor, publication: Publication, *, now: datetime) -> UUID:
    """The id of the model with the publication's slug, published if there is none, given the route if it has not that one.

    What an administrator has changed of an existing model since stays as it is, an archived one archived; prices are
    only given to a new model. Raises the refusals of `publish_model`.
    """
    model = await catalog.find(tx, publication.model.slug)
    if model is None:
        return await publish_model(tx, actor, publication, now=now)
    key_id, upstream_model = publication.provider_key_id, publication.upstream_model
    if await providers.find_route(tx, model.id, key_id, upstream_model) is None:
        await add_route(tx, actor, _route(model.id, publication))
    return model.id


async def add_route(tx: Tx, actor: Actor, draft: RouteDraft) -> providers.Route:
    """A new way to serve an existing model. Raises Refusal `model_not_found`, `tag_not_found`, and those of the route."""
    model = await catalog.get(tx, draft.model_id, lock=True)
    await _lock_tags(tx, draft.tag_ids)
    return await providers.add_route(tx, actor, draft, operations=model.operations)


async def revise_route(tx: Tx, actor: Actor, route_id: UUID, **changes: Unpack[RouteChanges]) -> providers.Route:
    """The route with the given fields stored. Raises Refusal `tag_not_found`, and those of `providers.revise_route`."""
    await _lock_tags(tx, changes.get("tag_ids", ()))
    return await providers.revise_route(tx, actor, route_id, **changes)


async def _lock_tags(tx: Tx, tag_ids: Collection[UUID]) -> None:
    """Keeps tags from being deleted while a route begins to name them. Raises Refusal `tag_not_found`."""
    for tag_id in sorted(set(tag_ids)):
        await identity.get_tag(tx, tag_id, lock=True)


def _route(model_id: UUID, publication: Publication) -> RouteDraft:
    return RouteDraft(
        model_id=model_id,
        provider_key_id=publication.provider_key_id,
        upstream_model=publication.upstream_model,
    )
