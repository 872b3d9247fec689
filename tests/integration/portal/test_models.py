"""The catalog through the portal: what is given is stored, deleting never opens anything, and policies are whole."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text

from ai_api import access, allocations, catalog, pricing, providers, setup
from ai_api.catalog import Draft
from ai_api.core.errors import Refusal
from ai_api.pricing import Prices
from ai_api.quotas import AllocationLimits
from ai_api.setup import Publication
from tests.integration.portal.examples_catalog import MODELS, connected, published, routed
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration

FULL = {
    "slug": "openai/gpt-5-mini",
    "display_name": "GPT-5 mini",
    "description": "Small and quick.",
    "operations": ["chat", "responses"],
    "context_tokens": 400_000,
    "output_tokens_max": 128_000,
    "hidden_reasoning": True,
    "capabilities": {"vision": True, "tools": False},
    "access": "open",
}


async def world(portal: Portal) -> list[catalog.Model]:
    async with portal.house.database.transaction() as tx:
        return await catalog.load_models(tx)


async def test_what_is_given_is_stored(portal: Portal, admin: Caller) -> None:
    made = await admin.client.post(MODELS, json=FULL)
    assert made.status_code == 201
    stored = (await admin.client.get(f"{MODELS}/{made.json()['id']}")).json()
    assert stored == made.json()
    assert {name: stored[name] for name in FULL} == FULL
    assert (stored["status"], stored["member_ids"], stored["allowed_members"]) == ("active", [], 0)
    changes = {
        "display_name": "Mini",
        "description": "",
        "operations": ["chat"],
        "context_tokens": None,
        "output_tokens_max": 1,
        "hidden_reasoning": False,
        "capabilities": {},
    }
    changed = await admin.client.patch(f"{MODELS}/{stored['id']}", json=changes)
    assert changed.status_code == 200
    assert {name: changed.json()[name] for name in changes} == changes
    assert changed.json()["slug"] == FULL["slug"]


async def test_a_model_is_restricted_unless_said_otherwise(portal: Portal, admin: Caller) -> None:
    made = await admin.client.post(MODELS, json={"slug": "a/b", "display_name": "B", "operations": ["chat"]})
    assert made.json()["access"] == "restricted"
    member = await portal.member()
    assert not access.verdict((await world(portal))[0], member.id, frozenset()).visible


UNPUBLISHABLE: list[tuple[dict[str, Any], int]] = [
    ({"slug": "nobody"}, 400),
    ({"slug": "OpenAI/gpt"}, 400),
    ({"slug": "a/../b"}, 400),
    ({"operations": []}, 422),
    ({"operations": ["telepathy"]}, 422),
    ({"context_tokens": 0}, 422),
    ({"context_tokens": "4096"}, 422),
    ({"context_tokens": 2**31}, 422),
    ({"capabilities": {"Vision": True}}, 400),
    ({"capabilities": {"vision": "yes"}}, 422),
    ({"access": "public"}, 422),
    ({"display_name": " "}, 422),
    ({"display_name": None}, 422),
    ({"description": "x" * 4001}, 422),
    ({"status": "archived"}, 422),
    ({"price": "1"}, 422),
]


async def test_what_cannot_be_published(portal: Portal, admin: Caller) -> None:
    for change, status in UNPUBLISHABLE:
        answer = await admin.client.post(MODELS, json={**FULL, **change})
        assert answer.status_code == status, change
        assert answer.json()["errors"], "a problem names the field at fault"
    assert await world(portal) == []


async def test_a_slug_is_taken_once_and_never_renamed(portal: Portal, admin: Caller) -> None:
    first = (await admin.client.post(MODELS, json=FULL)).json()
    again = await admin.client.post(MODELS, json=FULL)
    assert (again.status_code, again.json()["code"]) == (409, "slug_taken")
    renamed = await admin.client.patch(f"{MODELS}/{first['id']}", json={"slug": "openai/other"})
    assert renamed.status_code == 422
    nothing = await admin.client.patch(f"{MODELS}/{first['id']}", json={})
    assert nothing.status_code == 422


async def test_a_capability_named_like_a_secret_is_no_fault(portal: Portal, admin: Caller) -> None:
    made = await admin.client.post(MODELS, json={**FULL, "capabilities": {"secret": True, "password": False}})
    assert made.status_code == 201
    assert made.json()["capabilities"] == {"secret": True, "password": False}


async def test_a_policy_replaces_the_one_before(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    mei, tom = await portal.member(), await portal.member()
    path = f"{MODELS}/{model.id}/policy"

    async def visible() -> list[bool]:
        [loaded] = await world(portal)
        return [access.verdict(loaded, member.id, frozenset()).visible for member in (mei, tom)]

    assert await visible() == [False, False]
    given = await admin.client.put(path, json={"access": "restricted", "member_ids": [str(mei.id), str(mei.id)]})
    assert given.json()["member_ids"] == [str(mei.id)]
    assert await visible() == [True, False]
    await admin.client.put(path, json={"access": "restricted", "member_ids": [str(tom.id)]})
    assert await visible() == [False, True]
    opened = await admin.client.put(path, json={"access": "open", "member_ids": [str(tom.id)]})
    assert (opened.json()["access"], opened.json()["allowed_members"]) == ("open", 1)
    assert await visible() == [True, True]
    await admin.client.put(path, json={"access": "restricted", "member_ids": []})
    assert await visible() == [False, False]


async def test_a_policy_is_whole_or_refused(portal: Portal, admin: Caller) -> None:
    model, mei = await published(portal), await portal.member()
    path = f"{MODELS}/{model.id}/policy"
    await admin.client.put(path, json={"access": "restricted", "member_ids": [str(mei.id)]})
    unknown = await admin.client.put(path, json={"access": "open", "member_ids": [str(uuid4())]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "member_not_found")
    for bad in ({"access": "open"}, {"member_ids": []}, {"access": "open", "member_ids": ["x"]}):
        assert (await admin.client.put(path, json=bad)).status_code == 422
    kept = (await admin.client.get(f"{MODELS}/{model.id}")).json()
    assert (kept["access"], kept["member_ids"]) == ("restricted", [str(mei.id)])


async def test_archiving_hides_from_everybody_and_loses_nothing(portal: Portal, admin: Caller) -> None:
    model = await published(portal, access="open")
    route = await routed(portal, model, await connected(portal))
    path = f"{MODELS}/{model.id}"
    assert (await admin.client.post(f"{path}/archive")).json()["status"] == "archived"
    assert await world(portal) == []
    assert (await admin.client.get(path)).json()["status"] == "archived"
    assert (await admin.client.get(f"/api/admin/routes/{route.id}")).status_code == 200
    assert (await admin.client.post(f"{path}/unarchive")).json()["status"] == "active"
    assert [one.id for one in await world(portal)] == [model.id]


async def test_deleting_a_model_in_use_is_refused_and_opens_nothing(portal: Portal, admin: Caller) -> None:
    model, mei = await published(portal), await portal.member()
    path = f"{MODELS}/{model.id}"
    await admin.client.put(f"{path}/policy", json={"access": "restricted", "member_ids": [str(mei.id)]})
    route = await routed(portal, model, await connected(portal))
    refused = await admin.client.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert (await admin.client.delete(f"/api/admin/routes/{route.id}")).status_code == 204
    async with portal.house.database.transaction() as tx:
        limits = AllocationLimits(monthly_tokens=None, monthly_cost_nanos=None)
        grant = await allocations.grant(tx, CLI, member_id=mei.id, model_id=model.id, limits=limits)
        await allocations.move(tx, CLI, grant.id, "revoke", by="admin", reason="")
    refused = await admin.client.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use"), "a revoked allocation has records"
    kept = (await admin.client.get(path)).json()
    assert (kept["access"], kept["member_ids"]) == ("restricted", [str(mei.id)])


async def test_a_model_that_nothing_stands_on_goes_with_its_prices_and_policy(portal: Portal, admin: Caller) -> None:
    model, mei = await published(portal), await portal.member()
    path = f"{MODELS}/{model.id}"
    await admin.client.put(f"{path}/policy", json={"access": "restricted", "member_ids": [str(mei.id)]})
    priced = {"model_id": str(model.id), "in_force_from": None, "prices": {"input_usd": "1"}}
    assert (await admin.client.post("/api/admin/prices", json=priced)).status_code == 201
    assert (await admin.client.delete(path)).status_code == 204
    assert (await admin.client.get(path)).status_code == 404
    async with portal.house.database.transaction() as tx:
        left = await tx.execute(
            text("SELECT (SELECT count(*) FROM price_versions), (SELECT count(*) FROM access_rules)")
        )
        assert tuple(left.one()) == (0, 0)


async def test_unknown_ids_are_not_found(portal: Portal, admin: Caller) -> None:
    for path in (f"{MODELS}/{uuid4()}", f"{MODELS}/not-an-id"):
        assert (await admin.client.get(path)).status_code == 404
        assert (await admin.client.patch(path, json={"description": ""})).status_code == 404
        assert (await admin.client.delete(path)).status_code == 404
        assert (await admin.client.post(f"{path}/archive")).status_code == 404
        assert (await admin.client.post(f"{path}/unarchive")).status_code == 404
        policy = {"access": "open", "member_ids": []}
        assert (await admin.client.put(f"{path}/policy", json=policy)).status_code == 404


async def test_the_world_is_loaded_in_one_statement_however_many_models(portal: Portal) -> None:
    mei, tom = await portal.member(), await portal.member()
    for number in range(5):
        model = await published(portal)
        async with portal.house.database.transaction() as tx:
            named = [mei.id, tom.id][: number % 3]
            await catalog.set_policy(tx, CLI, model.id, access="restricted", member_ids=named)
    statements: list[str] = []
    engine = portal.house.database.engine.sync_engine

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        async with portal.house.database.transaction() as tx:
            models = await catalog.load_models(tx)
            loaded = len(statements)
            await providers.load_keys(tx)
            await providers.load_routes(tx)
            await pricing.load_versions(tx)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert (loaded, len(statements)) == (1, 4)
    assert sorted(len(model.allowed_members) for model in models) == [0, 0, 1, 1, 2]


async def test_lists_search_filter_sort_and_page(portal: Portal, admin: Caller) -> None:
    await published(portal, slug="openai/b", display_name="Second", operations=frozenset({"chat"}), access="open")
    await published(portal, slug="openai/a", display_name="Third")
    gone = await published(portal, slug="anthropic/c", display_name="First", operations=frozenset({"chat"}))
    await admin.client.post(f"{MODELS}/{gone.id}/archive")

    async def slugs(**query: Any) -> list[str]:
        answer = await admin.client.get(MODELS, params=query)
        assert answer.status_code == 200, answer.text
        return [item["slug"] for item in answer.json()["items"]]

    assert await slugs() == ["anthropic/c", "openai/a", "openai/b"]
    assert await slugs(sort="display_name") == ["anthropic/c", "openai/b", "openai/a"]
    assert await slugs(sort="-created_at") == ["anthropic/c", "openai/a", "openai/b"]
    assert await slugs(q="OPENAI/") == ["openai/a", "openai/b"]
    assert await slugs(q="third") == ["openai/a"]
    assert await slugs(q="%") == []
    assert await slugs(status="archived") == ["anthropic/c"]
    assert await slugs(access="open") == ["openai/b"]
    assert await slugs(operation="responses") == ["openai/a"]
    for sort in ("slug", "-slug", "display_name", "-created_at"):
        first = (await admin.client.get(MODELS, params={"limit": 2, "sort": sort})).json()
        second = (await admin.client.get(MODELS, params={"limit": 2, "sort": sort, "cursor": first["next"]})).json()
        seen = [item["slug"] for item in first["items"] + second["items"]]
        assert seen == await slugs(sort=sort)
        assert second["next"] is None
        assert "member_ids" not in first["items"][0], "a list does not carry allow-lists"
    other_order = (await admin.client.get(MODELS, params={"limit": 2, "sort": "created_at"})).json()["next"]
    assert (await admin.client.get(MODELS, params={"cursor": other_order})).status_code == 400


async def test_publishing_a_model_is_all_or_nothing(portal: Portal) -> None:
    anthropic = await connected(portal, provider="anthropic")
    draft = Draft(slug="anthropic/x", display_name="X", operations=frozenset({"responses"}))
    publication = Publication(model=draft, provider_key_id=anthropic.id, upstream_model="x")

    async def publish() -> None:
        async with portal.house.database.transaction() as tx:
            await setup.publish_model(tx, CLI, publication, now=portal.now())

    with pytest.raises(Refusal) as refused:
        await publish()
    assert refused.value.code == "operation_not_served"
    assert await world(portal) == []


async def test_publishing_again_at_every_start_changes_nothing(portal: Portal, admin: Caller) -> None:
    key = await connected(portal)
    draft = Draft(slug="local/small", display_name="Small", operations=frozenset({"chat"}), access="open")
    prices = Prices(input_nanos=10, output_nanos=20)
    publication = Publication(model=draft, provider_key_id=key.id, upstream_model="small", prices=prices)

    async def ensure() -> Any:
        async with portal.house.database.transaction() as tx:
            return await setup.ensure_model(tx, CLI, publication, now=portal.now())

    async def state() -> Any:
        async with portal.house.database.transaction() as tx:
            counts = "SELECT (SELECT epoch FROM world), (SELECT count(*) FROM audit_events)"
            return (
                (await tx.execute(text(counts))).one(),
                await catalog.load_models(tx),
                await providers.load_routes(tx),
                await pricing.load_versions(tx),
            )

    model_id = await ensure()
    before = await state()
    assert [len(part) for part in before[1:]] == [1, 1, 1]
    assert await ensure() == model_id
    assert await state() == before
    await admin.client.patch(f"{MODELS}/{model_id}", json={"display_name": "Ours"})
    await ensure()
    assert (await state())[1][0].display_name == "Ours"
