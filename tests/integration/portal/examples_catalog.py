"""One working example of every write to provider keys, models, routes and prices, and the scene they play in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ai_api import catalog, providers, setup
from ai_api.catalog import Draft, Model
from ai_api.providers import KeyDraft, ProviderKey, Route, RouteDraft
from tests.support.portal import CLI, Portal

PROVIDER_KEYS = "/api/admin/provider-keys"
MODELS = "/api/admin/models"
ROUTES = "/api/admin/routes"
PRICES = "/api/admin/prices"

SECRET = "sk-example-0123456789-wxyz"  # the text of no real key
NOWHERE = "http://127.0.0.1:9/v1"
"""An address that refuses connections: asking a provider there ends at once, and not well."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class WorldExample:
    """A write that works once, and the audit action it leaves. `moves_world` says whether the world's epoch changes.

    `body` is None where none is sent. `status` is what it answers.
    """

    method: str
    route: str
    path: str
    body: dict[str, Any] | None
    status: int
    action: str
    moves_world: bool = True


async def connected(portal: Portal, **fields: Any) -> ProviderKey:
    """A new provider key: an OpenAI-compatible server unless told otherwise."""
    given = {"provider": "local", "name": f"key {next(_numbers)}", "secret": SECRET, **fields}
    if given["provider"] == "local":
        given = {"base_url": NOWHERE, "allow_private_network": True, **given}
    async with portal.house.database.transaction() as tx:
        return await providers.connect(tx, CLI, portal.house.ring, KeyDraft(**given))


async def published(portal: Portal, **fields: Any) -> Model:
    """A new model, of both operations unless told otherwise."""
    slug = f"example/model-{next(_numbers)}"
    given = {"slug": slug, "display_name": "A model", "operations": frozenset({"chat", "responses"}), **fields}
    async with portal.house.database.transaction() as tx:
        return await catalog.publish(tx, CLI, Draft(**given))


async def routed(portal: Portal, model: Model, key: ProviderKey, upstream_model: str = "m", **fields: Any) -> Route:
    """A new route."""
    draft = RouteDraft(model_id=model.id, provider_key_id=key.id, upstream_model=upstream_model, **fields)
    async with portal.house.database.transaction() as tx:
        return await setup.add_route(tx, CLI, draft)


async def catalog_examples(portal: Portal) -> list[WorldExample]:
    """An example of every write under the four areas, each on things of its own."""
    return [
        *await _provider_key_examples(portal),
        *await _model_examples(portal),
        *await _route_and_price_examples(portal),
    ]


async def _provider_key_examples(portal: Portal) -> list[WorldExample]:
    def on(
        key: ProviderKey, method: str, verb: str, *, action: str, body: dict[str, Any] | None = None, status: int = 200
    ) -> WorldExample:
        tail = f"/{verb}" if verb else ""
        route, path = f"{PROVIDER_KEYS}/{{provider_key_id}}{tail}", f"{PROVIDER_KEYS}/{key.id}{tail}"
        asks = verb in {"test", "discover"}
        return WorldExample(method, route, path, body, status, f"provider_key.{action}", moves_world=not asks)

    disabled = await connected(portal)
    async with portal.house.database.transaction() as tx:
        await providers.disable_key(tx, CLI, disabled.id)
    made = {"provider": "openai", "name": "OpenAI, team A", "secret": SECRET}
    return [
        WorldExample("POST", PROVIDER_KEYS, PROVIDER_KEYS, made, 201, "provider_key.connect"),
        on(await connected(portal), "PATCH", "", action="change", body={"name": "a new name"}),
        on(await connected(portal), "DELETE", "", action="delete", status=204),
        on(await connected(portal), "POST", "disable", action="disable"),
        on(disabled, "POST", "enable", action="enable"),
        on(await connected(portal), "POST", "test", action="test"),
        on(await connected(portal), "POST", "discover", action="discover", status=502),
    ]


async def _model_examples(portal: Portal) -> list[WorldExample]:
    def on(
        model: Model, method: str, verb: str, *, action: str, body: dict[str, Any] | None = None, status: int = 200
    ) -> WorldExample:
        tail = f"/{verb}" if verb else ""
        route, path = f"{MODELS}/{{model_id}}{tail}", f"{MODELS}/{model.id}{tail}"
        return WorldExample(method, route, path, body, status, f"model.{action}")

    archived = await published(portal)
    async with portal.house.database.transaction() as tx:
        await catalog.archive(tx, CLI, archived.id)
    member = await portal.member()
    made = {"slug": "openai/gpt-example", "display_name": "GPT example", "operations": ["chat"]}
    policy = {"access": "restricted", "member_ids": [str(member.id)]}
    return [
        WorldExample("POST", MODELS, MODELS, made, 201, "model.publish"),
        on(await published(portal), "PATCH", "", action="change", body={"output_tokens_max": 4096}),
        on(await published(portal), "DELETE", "", action="delete", status=204),
        on(await published(portal), "POST", "archive", action="archive"),
        on(archived, "POST", "unarchive", action="unarchive"),
        on(await published(portal), "PUT", "policy", action="policy", body=policy),
    ]


async def _route_and_price_examples(portal: Portal) -> list[WorldExample]:
    model, key = await published(portal), await connected(portal)
    changed, deleted = await routed(portal, model, key, "changed"), await routed(portal, model, key, "deleted")
    made = {"model_id": str(model.id), "provider_key_id": str(key.id), "upstream_model": "added"}
    priced = {"model_id": str(model.id), "in_force_from": None, "prices": {"input_usd": "1.25", "output_usd": "10"}}

    def on(route_id: UUID) -> tuple[str, str]:
        return f"{ROUTES}/{{route_id}}", f"{ROUTES}/{route_id}"

    return [
        WorldExample("POST", ROUTES, ROUTES, made, 201, "route.add"),
        WorldExample("PATCH", *on(changed.id), {"weight": 5}, 200, "route.change"),
        WorldExample("DELETE", *on(deleted.id), None, 204, "route.delete"),
        WorldExample("POST", PRICES, PRICES, priced, 201, "price.publish"),
    ]
