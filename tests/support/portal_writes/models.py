"""Provider keys, models, aliases, routes and prices."""

from __future__ import annotations

from ai_api.catalog import read_registry
from tests.support.portal_writes.examples import change, deletion, verb, write
from tests.support.portal_writes.stage import Ask, Stage

# ── providers, models, routes, prices ────────────────────────────────────────────────────────────────────────────────
KEY, MODEL, ALIAS, ROUTE = (
    "/api/admin/provider-keys/{provider_key_id}",
    "/api/admin/models/{model_id}",
    "/api/admin/aliases/{alias_id}",
    "/api/admin/routes/{route_id}",
)


@write("POST", "/api/admin/provider-keys", epoch="world")
async def _(stage: Stage) -> Ask:
    body = {"provider": "openai", "name": f"key {stage.number()}", "secret": "sk-test-0123456789abcdef"}
    return Ask("/api/admin/provider-keys", body, 201)


change(KEY, Stage.provider_key, {"name": "Renamed"}, epoch="world")
deletion(KEY, Stage.provider_key, epoch="world")
verb(f"{KEY}/disable", Stage.provider_key, epoch="world")
verb(f"{KEY}/enable", Stage.provider_key, epoch="world", first="disable")
# Asking a provider changes nothing here; that somebody used the secret is written down. Nobody answers at this address.
verb(f"{KEY}/test", Stage.provider_key, epoch="none")
verb(f"{KEY}/discover", Stage.provider_key, epoch="none", status=502)


@write("POST", "/api/admin/models", epoch="world")
async def _(stage: Stage) -> Ask:
    body = {"slug": f"openai/new-{stage.number()}", "display_name": "New", "operations": ["chat"]}
    return Ask("/api/admin/models", body, 201)


change(MODEL, Stage.model, {"display_name": "Renamed"}, epoch="world")
deletion(MODEL, Stage.model, epoch="world")
verb(f"{MODEL}/archive", Stage.model, epoch="world")
verb(f"{MODEL}/unarchive", Stage.model, epoch="world", first="archive")
change(f"{MODEL}/policy", Stage.model, {"access": "open", "member_ids": []}, epoch="world", method="PUT")


@write("POST", "/api/admin/models/import", epoch="world")
async def _(stage: Stage) -> Ask:
    body = {"provider": "openai", "key": "gpt-5.1", "slug": f"openai/imported-{stage.number()}"}
    return Ask("/api/admin/models/import", body, 201)


@write("PUT", f"{MODEL}/registry-entry", epoch="none")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/models/{await stage.model()}/registry-entry", {"provider": "openai", "key": "gpt-5.1"})


@write("POST", f"{MODEL}/suggestion/apply", epoch="world")
async def _(stage: Stage) -> Ask:
    model_id = await stage.imported()
    return Ask(f"/api/admin/models/{model_id}/suggestion/apply", {"version": read_registry().version})


@write("POST", f"{MODEL}/suggestion/price", epoch="world")
async def _(stage: Stage) -> Ask:
    model_id = await stage.imported()
    return Ask(f"/api/admin/models/{model_id}/suggestion/price", {"version": read_registry().version}, 201)


@write("POST", "/api/admin/aliases", epoch="world")
async def _(stage: Stage) -> Ask:
    return Ask("/api/admin/aliases", {"name": f"new-{stage.number()}", "model_id": await stage.model()}, 201)


@write("PATCH", ALIAS, epoch="world")
async def _(stage: Stage) -> Ask:
    return Ask(f"/api/admin/aliases/{await stage.alias()}", {"model_id": await stage.model()})


deletion(ALIAS, Stage.alias, epoch="world")


@write("POST", "/api/admin/routes", epoch="world")
async def _(stage: Stage) -> Ask:
    body = {"model_id": await stage.model(), "provider_key_id": await stage.provider_key(), "upstream_model": "up"}
    return Ask("/api/admin/routes", body, 201)


change(ROUTE, Stage.route, {"weight": 7}, epoch="world")
deletion(ROUTE, Stage.route, epoch="world")


@write("POST", "/api/admin/prices", epoch="world")
async def _(stage: Stage) -> Ask:
    prices = {"input_usd": "1.25", "output_usd": "10"}
    return Ask("/api/admin/prices", {"model_id": await stage.model(), "in_force_from": None, "prices": prices}, 201)
