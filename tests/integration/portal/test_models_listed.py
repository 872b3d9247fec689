"""What the list of models says of each: what serves it, what it costs and whether it is called, as it is and at no more cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from ai_api import catalog, providers, setup
from ai_api.catalog import Model
from ai_api.setup import OrganizationChanges
from ai_api.setup.list_models import ROUTES_SHOWN_MAX
from tests.integration.portal.examples_catalog import MODELS, PRICES, connected, published, routed
from tests.support.plans import asked
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
# It is 05:45 of the 23rd in Kathmandu.
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


async def listed(admin: Caller, **query: Any) -> dict[str, dict[str, Any]]:
    """The models of one page, by their slugs in the order of the page."""
    answer = await admin.client.get(MODELS, params=query)
    assert answer.status_code == 200, answer.text
    return {item["slug"]: item for item in answer.json()["items"]}


async def healths(admin: Caller, model: Model) -> list[tuple[str, str]]:
    routes = (await listed(admin))[model.slug]["routes"]
    return [(route["provider_key"], route["health"]) for route in routes]


async def cool(portal: Portal, route_id: UUID, until: datetime) -> None:
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            text("INSERT INTO route_health VALUES (:id, 'upstream_timeout', 2, :until_ms, true)"),
            {"id": route_id, "until_ms": int(until.timestamp() * 1000)},
        )


async def priced(admin: Caller, model: Model, *, in_force_from: datetime | None = None) -> None:
    begins = None if in_force_from is None else in_force_from.isoformat()
    body = {"model_id": str(model.id), "in_force_from": begins, "prices": {"input_usd": "1.25", "output_usd": "10"}}
    assert (await admin.client.post(PRICES, json=body)).status_code == 201


async def called(portal: Portal, model: Model, at: datetime, *, calls: int = 1, outcome: str = "ok") -> None:
    """A roll-up as settlements leave it."""
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO usage_quarters (quarter, model_id, model, outcome, calls) "
                "VALUES (date_bin('15 minutes', CAST(:at AS timestamptz), 'epoch'), :id, :slug, :outcome, :calls)"
            ),
            {"at": at, "id": model.id, "slug": model.slug, "outcome": outcome, "calls": calls},
        )


async def test_a_route_that_nothing_goes_by_looks_well(portal: Portal, admin: Caller) -> None:
    model, bare = await published(portal), await published(portal)
    keys = {name: await connected(portal, name=name) for name in ("one", "two", "three", "four", "five")}
    spare = await routed(portal, model, keys["one"], priority=200)
    first = await routed(portal, model, keys["two"], priority=50)
    assert await healths(admin, model) == [("two", "healthy"), ("one", "standby")]
    await routed(portal, model, keys["three"], priority=1, weight=0)
    await routed(portal, model, keys["four"], priority=50)
    off = await routed(portal, model, keys["five"], priority=2)
    assert (await admin.client.post(f"/api/admin/provider-keys/{keys['five'].id}/disable")).status_code == 200
    until = portal.now() + timedelta(minutes=2)
    await cool(portal, first.id, until)
    await cool(portal, spare.id, portal.now() - timedelta(seconds=1))  # One call is to find out.
    await cool(portal, off.id, until)
    shown = (await listed(admin))[model.slug]
    assert {route["provider_key"]: route["health"] for route in shown["routes"]} == {
        "two": "cooling",
        "four": "healthy",
        "one": "probing",
        "three": "disabled",
        "five": "disabled",
    }
    assert [route["provider_key"] for route in shown["routes"]][2:] == ["one", "three", "five"]
    told = {route["provider_key"]: route["cooling_until"] for route in shown["routes"]}
    assert abs(datetime.fromisoformat(told.pop("two")) - until) < timedelta(milliseconds=1)
    assert set(told.values()) == {None}
    assert (await listed(admin))[bare.slug]["routes"] == []


async def test_a_model_with_very_many_routes_fills_the_page(portal: Portal, admin: Caller) -> None:
    model, key = await published(portal), await connected(portal)
    for number in range(ROUTES_SHOWN_MAX + 2):
        await routed(portal, model, key, f"m{number}", priority=number)
    shown = (await listed(admin))[model.slug]
    assert (len(shown["routes"]), shown["routes_count"]) == (ROUTES_SHOWN_MAX, ROUTES_SHOWN_MAX + 2)
    assert [route["health"] for route in shown["routes"]] == ["healthy"] + ["standby"] * (ROUTES_SHOWN_MAX - 1)


async def test_a_model_nobody_can_call_or_price_is_not_found_by_that(portal: Portal, admin: Caller) -> None:
    key, other = await connected(portal), await connected(portal)
    slugs = ("whole/one", "no/price", "later/price", "no/route", "key/off", "route/off", "weight/none", "gone/model")
    models = {slug: await published(portal, slug=slug) for slug in slugs}
    for slug, model in models.items():
        if slug.endswith("/price"):
            await routed(portal, model, key)
        else:
            await priced(admin, model)
    await priced(admin, models["later/price"], in_force_from=portal.now() + timedelta(hours=1))
    cooling = await routed(portal, models["whole/one"], key)
    await cool(portal, cooling.id, portal.now() + timedelta(hours=1))
    await routed(portal, models["key/off"], other)
    off = await routed(portal, models["route/off"], key)
    await routed(portal, models["weight/none"], key, weight=0)
    async with portal.house.database.transaction() as tx:
        await providers.disable_key(tx, CLI, other.id)
        await catalog.archive(tx, CLI, models["gone/model"].id)
    assert (await admin.client.patch(f"/api/admin/routes/{off.id}", json={"status": "disabled"})).status_code == 200
    assert list(await listed(admin, lacks="price")) == ["later/price", "no/price"]
    assert list(await listed(admin, lacks="route")) == ["key/off", "no/route", "route/off", "weight/none"]
    assert list(await listed(admin, lacks="route", q="off", sort="-slug")) == ["route/off", "key/off"]
    assert await listed(admin, lacks="route", status="archived") == {}
    page = (await admin.client.get(MODELS, params={"lacks": "route", "limit": 3})).json()
    assert list(await listed(admin, lacks="route", cursor=page["next"])) == ["weight/none"]
    assert (await admin.client.get(MODELS, params={"lacks": "sense"})).status_code == 422
    shown = await listed(admin)
    assert shown["later/price"]["prices"] is None
    assert shown["no/route"]["prices"]["prices"] == {"input_usd": "1.25", "output_usd": "10.00"}
    portal.clock.move(timedelta(hours=2))
    assert list(await listed(admin, lacks="price")) == ["no/price"]


async def test_calls_of_yesterday_are_counted_as_todays(portal: Portal, admin: Caller) -> None:
    portal.clock.move(MIDNIGHT - portal.now())
    model, silent = await published(portal), await published(portal)
    for hours, calls in ((-6, 1), (-5, 10), (-0.25, 100), (0, 1_000), (23.75, 10_000), (24, 100_000)):
        await called(portal, model, MIDNIGHT + timedelta(hours=hours), calls=calls)
    await called(portal, model, MIDNIGHT, calls=1_000_000, outcome="cost_quota_exceeded")

    async def today(**query: str) -> int:
        shown = await listed(admin, **query)
        assert shown[silent.slug]["calls_today"] == 0
        return int(shown[model.slug]["calls_today"])

    assert await today(zone="UTC") == 1_011_000
    # Their day began at 18:15 UTC of the day before, and ends there.
    assert await today(zone="Asia/Kathmandu") == 1_001_110
    assert await today() == 1_011_000
    async with portal.house.database.transaction() as tx:
        changes = OrganizationChanges(organization_zone="Asia/Kathmandu")
        await setup.change_organization(tx, CLI, changes, configured_zone="UTC", address=None, now=portal.now())
    assert await today() == 1_001_110
    assert (await admin.client.get(MODELS, params={"zone": "Mars/Base"})).json()["code"] == "bad_time_zone"


async def test_a_longer_list_of_models_asks_the_database_more_often(portal: Portal, admin: Caller) -> None:
    counts = []
    # That the token was used is noted once a minute.
    await listed(admin)
    for _ in range(2):
        for _ in range(6):
            model = await published(portal)
            await routed(portal, model, await connected(portal))
            await priced(admin, model)
            await called(portal, model, portal.now())
        with asked(portal.house.database) as statements:
            assert len(await listed(admin)) in {6, 12}
        counts.append(len(statements))
    assert counts[0] == counts[1]
