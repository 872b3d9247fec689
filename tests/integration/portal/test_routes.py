"""Routes through the portal: only ways that can serve something, each once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert

from ai_api import providers
from ai_api.core.errors import Refusal
from ai_api.providers.tables import route_health
from tests.integration.portal.examples_catalog import ROUTES, connected, published, routed
from tests.support.portal import CLI, Caller, Portal

TAGS = "/api/admin/tags"

pytestmark = pytest.mark.integration


async def loaded(portal: Portal) -> list[UUID]:
    async with portal.house.database.transaction() as tx:
        return [route.id for route in await providers.load_routes(tx)]


def written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def test_what_is_given_is_stored(portal: Portal, admin: Caller) -> None:
    model, key = await published(portal), await connected(portal)
    body = {"model_id": str(model.id), "provider_key_id": str(key.id), "upstream_model": "meta/Llama 3"}
    made = (await admin.client.post(ROUTES, json=body)).json()
    assert {name: made[name] for name in body} == body
    assert (made["priority"], made["weight"], made["status"]) == (100, 1, "active")
    timeouts = {"connect_s": 2.5, "first_byte_s": 900, "idle_s": 0.5, "total_s": 7_200}
    assert {name: made[name] for name in timeouts} == dict.fromkeys(timeouts)
    changes = {"upstream_model": "other", "priority": 0, "weight": 0, "status": "disabled", **timeouts}
    changed = await admin.client.patch(f"{ROUTES}/{made['id']}", json=changes)
    assert {name: changed.json()[name] for name in changes} == changes
    assert (await admin.client.get(f"{ROUTES}/{made['id']}")).json() == changed.json()
    assert await loaded(portal) == []
    back = await admin.client.patch(f"{ROUTES}/{made['id']}", json={"status": "active", "idle_s": None})
    assert {name: back.json()[name] for name in timeouts} == {**timeouts, "idle_s": None}
    other = (await admin.client.post(ROUTES, json={**body, "upstream_model": "third", **timeouts})).json()
    assert {name: other[name] for name in timeouts} == timeouts
    await admin.client.delete(f"{ROUTES}/{other['id']}")
    assert await loaded(portal) == [UUID(made["id"])]


async def test_a_route_that_could_serve_nothing_is_refused(portal: Portal, admin: Caller) -> None:
    model = await published(portal, operations=frozenset({"responses"}))
    key = await connected(portal, provider="anthropic")
    body = {"model_id": str(model.id), "provider_key_id": str(key.id), "upstream_model": "claude"}
    refused = await admin.client.post(ROUTES, json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "operation_not_served")
    assert refused.json()["details"] == {"served": ["chat", "messages"], "wanted": ["responses"]}
    assert await loaded(portal) == []


async def test_the_same_way_twice_is_refused(portal: Portal, admin: Caller) -> None:
    model, key = await published(portal), await connected(portal)
    await routed(portal, model, key, "a")
    second = await routed(portal, model, key, "b")
    body = {"model_id": str(model.id), "provider_key_id": str(key.id), "upstream_model": "a"}
    assert (await admin.client.post(ROUTES, json=body)).json()["code"] == "route_exists"
    clash = await admin.client.patch(f"{ROUTES}/{second.id}", json={"upstream_model": "a"})
    assert (clash.status_code, clash.json()["code"]) == (409, "route_exists")


UNROUTABLE: list[tuple[dict[str, Any], int]] = [
    ({"model_id": str(uuid4())}, 404),
    ({"provider_key_id": str(uuid4())}, 404),
    ({"model_id": "x"}, 422),
    ({"upstream_model": ""}, 422),
    ({"upstream_model": "a\nb"}, 400),
    ({"priority": -1}, 422),
    ({"weight": 1.5}, 422),
    ({"weight": "1"}, 422),
    ({"weight": 1_000_001}, 422),
    ({"connect_s": 0}, 422),
    ({"connect_s": 61}, 422),
    ({"idle_s": -1}, 422),
    ({"first_byte_s": "5"}, 422),
    ({"idle_s": True}, 422),
    ({"total_s": 86_401}, 422),
    ({"status": "disabled"}, 422),
]


async def test_what_cannot_be_routed(portal: Portal, admin: Caller) -> None:
    model, key = await published(portal), await connected(portal)
    body = {"model_id": str(model.id), "provider_key_id": str(key.id), "upstream_model": "a"}
    for change, status in UNROUTABLE:
        assert (await admin.client.post(ROUTES, json={**body, **change})).status_code == status, change
    assert await loaded(portal) == []


async def test_a_timeout_that_cannot_be_kept_is_stored(portal: Portal) -> None:
    route = await routed(portal, await published(portal), await connected(portal), "a", idle_s=2.0)
    for change in ({"connect_s": 0.0}, {"idle_s": -1.0}, {"first_byte_s": 3_600.5}, {"total_s": float("inf")}):
        with pytest.raises(Refusal) as refused:
            async with portal.house.database.transaction() as tx:
                await providers.revise_route(tx, CLI, route.id, **change)
        assert (refused.value.code, refused.value.param) == ("bad_timeout", next(iter(change)))
    with pytest.raises(Refusal, match="total_s"):
        await routed(portal, await published(portal), await connected(portal), "b", total_s=0)
    async with portal.house.database.transaction() as tx:
        assert (await providers.get_route(tx, route.id)) == route


async def test_a_route_added_while_its_model_is_deleted_never_hangs_in_the_air(portal: Portal, admin: Caller) -> None:
    key = await connected(portal)
    for number in range(6):
        model = await published(portal)
        body = {"model_id": str(model.id), "provider_key_id": str(key.id), "upstream_model": f"m{number}"}
        calls = [admin.client.delete(f"/api/admin/models/{model.id}"), admin.client.post(ROUTES, json=body)]
        answers = await asyncio.gather(*(calls if number % 2 else reversed(calls)))
        codes = [answer.status_code for answer in (answers if number % 2 else reversed(answers))]
        assert codes in ([204, 404], [409, 201])


async def test_unknown_ids_are_not_found(portal: Portal, admin: Caller) -> None:
    for path in (f"{ROUTES}/{uuid4()}", f"{ROUTES}/not-an-id"):
        assert (await admin.client.get(path)).status_code == 404
        assert (await admin.client.patch(path, json={"weight": 1})).status_code == 404
        assert (await admin.client.delete(path)).status_code == 404


async def test_lists_filter_sort_and_page(portal: Portal, admin: Caller) -> None:
    model, other, key = await published(portal), await published(portal), await connected(portal)
    for name, priority in (("a", 20), ("b", 10), ("c", 20)):
        await routed(portal, model, key, name, priority=priority)
    await routed(portal, other, key, "d", priority=5)

    async def names(**query: Any) -> list[str]:
        answer = await admin.client.get(ROUTES, params=query)
        assert answer.status_code == 200, answer.text
        return [item["upstream_model"] for item in answer.json()["items"]]

    assert await names() == ["d", "b", "a", "c"]
    assert await names(model_id=str(model.id)) == ["b", "a", "c"]
    assert await names(provider_key_id=str(uuid4())) == []
    assert await names(sort="-upstream_model", q="a") == ["a"]
    for sort in ("priority", "-priority", "-created_at"):
        seen, cursor = [], None
        while True:
            query = {"limit": 1, "sort": sort, **({"cursor": cursor} if cursor else {})}
            page = (await admin.client.get(ROUTES, params=query)).json()
            seen += [item["upstream_model"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == await names(sort=sort)
        assert sorted(seen) == ["a", "b", "c", "d"]
    assert (await admin.client.get(ROUTES, params={"model_id": "x"})).status_code == 422


async def test_a_route_that_cools_down_says_why_since_when_and_until_when(portal: Portal, admin: Caller) -> None:
    model, key = await published(portal), await connected(portal)
    route = await routed(portal, model, key, "a")
    well = await routed(portal, model, key, "b")
    # Not of a date in this file, which would have been over one day.
    until = portal.now().replace(microsecond=500_000) + timedelta(hours=1)
    until_ms = int(until.timestamp() * 1000)
    cooling = {"route_id": route.id, "code": "upstream_error", "turn": 2, "until_ms": until_ms, "told": False}
    async with portal.house.database.transaction() as tx:
        await tx.execute(insert(route_health).values(**cooling))
    shown = (await admin.client.get(f"{ROUTES}/{route.id}")).json()
    since = until - timedelta(seconds=10)  # The second time in a row.
    assert shown["cooling"] == {"code": "upstream_error", "turn": 2, "since": written(since), "until": written(until)}
    listed = {item["id"]: item for item in (await admin.client.get(ROUTES)).json()["items"]}
    assert listed[str(route.id)] == shown
    assert (listed[str(route.id)]["health"], listed[str(well.id)]["health"]) == ("cooling", "healthy")
    assert listed[str(well.id)]["cooling"] is None
    # Whoever changes a route has mended it, or believes so: the next call finds out.
    changed = (await admin.client.patch(f"{ROUTES}/{route.id}", json={"upstream_model": "c"})).json()
    assert changed["cooling"] is None
    assert (await admin.client.get(f"{ROUTES}/{route.id}")).json() == changed


async def test_a_list_says_that_a_route_cools_down_without_saying_why_or_fails_over_one_that_goes(
    portal: Portal, admin: Caller
) -> None:
    model, key = await published(portal), await connected(portal)
    route = await routed(portal, model, key, "a")
    until_ms = int((portal.now() + timedelta(hours=1)).timestamp() * 1000)
    cooling = {"route_id": route.id, "code": "upstream_error", "turn": 1, "until_ms": until_ms, "told": False}
    states: set[str] = set()

    async def come_and_go() -> None:
        while True:
            async with portal.house.database.transaction() as tx:
                await tx.execute(insert(route_health).values(**cooling))
            passing = await routed(portal, model, key, "b")
            async with portal.house.database.transaction() as tx:
                await tx.execute(delete(route_health))
            await admin.client.delete(f"{ROUTES}/{passing.id}")

    changing = asyncio.create_task(come_and_go())
    try:
        for _ in range(100):
            answer = await admin.client.get(ROUTES)
            assert answer.status_code == 200, answer.text
            (shown,) = (item for item in answer.json()["items"] if item["id"] == str(route.id))
            assert (shown["health"] == "cooling") == (shown["cooling"] is not None), shown
            states.add(shown["health"])
    finally:
        changing.cancel()
        await asyncio.wait({changing})
    assert changing.cancelled()
    assert states == {"healthy", "cooling"}


async def test_a_route_looks_well_before_a_call_has_found_it_so_or_where_its_key_is_off(
    portal: Portal, admin: Caller
) -> None:
    model, key, other = await published(portal), await connected(portal), await connected(portal)
    tried = await routed(portal, model, key, "a")
    spare = await routed(portal, model, key, "b", priority=200)
    off = await routed(portal, model, other, "c")
    past_ms = int(portal.now().timestamp() * 1000) - 1
    async with portal.house.database.transaction() as tx:
        told = {"route_id": tried.id, "code": "upstream_rate_limited", "turn": 1, "until_ms": past_ms, "told": True}
        await tx.execute(insert(route_health).values(**told))
    await admin.client.post(f"/api/admin/provider-keys/{other.id}/disable")
    items = {item["id"]: item for item in (await admin.client.get(ROUTES)).json()["items"]}
    assert {name: items[str(route.id)]["health"] for name, route in (("a", tried), ("b", spare), ("c", off))} == {
        "a": "probing",
        "b": "standby",
        "c": "disabled",
    }
    # The provider named the time: nobody wrote down when that was.
    assert items[str(tried.id)]["cooling"]["since"] is None


async def test_a_route_for_tags_outlives_them_or_names_none(portal: Portal, admin: Caller) -> None:
    model, key = await published(portal), await connected(portal)
    tags = [(await admin.client.post(TAGS, json={"name": name, "priority": 1})).json()["id"] for name in "ab"]
    body = {"model_id": str(model.id), "provider_key_id": str(key.id), "upstream_model": "m", "tag_ids": tags[::-1]}
    made = (await admin.client.post(ROUTES, json={**body, "tag_ids": [*tags, *tags]})).json()
    assert made["tag_ids"] == sorted(tags)
    unknown = await admin.client.patch(f"{ROUTES}/{made['id']}", json={"tag_ids": [str(uuid4())]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "tag_not_found")
    kept = await admin.client.delete(f"{TAGS}/{tags[0]}")
    assert (kept.status_code, kept.json()["code"], kept.json()["details"]["route_count"]) == (409, "tag_in_use", 1)
    changed = await admin.client.patch(f"{ROUTES}/{made['id']}", json={"tag_ids": [tags[1]]})
    assert changed.json()["tag_ids"] == [tags[1]]
    assert (await admin.client.delete(f"{TAGS}/{tags[0]}")).status_code == 204
    opened = await admin.client.patch(f"{ROUTES}/{made['id']}", json={"tag_ids": []})
    assert opened.json()["tag_ids"] == []
    assert (await admin.client.post(ROUTES, json={**body, "tag_ids": [tags[1]] * 101})).status_code == 422
