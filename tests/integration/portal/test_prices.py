"""Prices through the portal: exact, append-only, and in force from the moment they say."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ai_api import pricing
from ai_api.core.errors import Refusal
from ai_api.pricing import Prices
from tests.integration.portal.examples_catalog import PRICES, published
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration


async def input_nanos(portal: Portal, model_id: UUID, at: datetime) -> int | None:
    """The input price in force, as the gateway's world would say it."""
    async with portal.house.database.transaction() as tx:
        versions = [one for one in await pricing.load_versions(tx) if one.model_id == model_id]
    found = pricing.in_force(versions, at)
    return None if found is None else found.prices.input_nanos


def body(model_id: UUID, usd: str, moment: datetime | None = None) -> dict[str, Any]:
    began = None if moment is None else moment.isoformat()
    return {"model_id": str(model_id), "in_force_from": began, "prices": {"input_usd": usd}}


async def test_prices_are_exact_decimal_strings(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    prices = {
        "input_usd": "1.25",
        "cached_read_usd": "0.125",
        "output_usd": "10.00",
        "per_request_usd": "0.000000001",
        "tiers": [{"above_input_tokens": 200_000, "input_usd": "2.50", "output_usd": "15.00"}],
        "service_tiers": {"flex": {"input_usd": "0.625"}},
    }
    made = await admin.client.post(PRICES, json={"model_id": str(model.id), "in_force_from": None, "prices": prices})
    assert made.status_code == 201, made.text
    assert made.json()["prices"] == prices
    assert made.json()["source"] == "administrator"
    [listed] = (await admin.client.get(PRICES, params={"model_id": str(model.id)})).json()["items"]
    assert listed == made.json()


async def test_nobody_can_say_who_published_a_price(portal: Portal, admin: Caller) -> None:
    model, other = await published(portal), await published(portal)
    for usd in ("1", "2"):
        made = await admin.client.post(PRICES, json=body(model.id, usd))
        assert made.json()["published_by"] == admin.member.display_name
    async with portal.house.database.transaction() as tx:
        await pricing.publish(tx, CLI, other.id, Prices(input_nanos=1), None, now=portal.now())

    async def said(of: UUID) -> list[str | None]:
        page = (await admin.client.get(PRICES, params={"model_id": str(of)})).json()
        return [each["published_by"] for each in page["items"]]

    assert await said(model.id) == [admin.member.display_name] * 2
    assert await said(other.id) == [CLI.name]


async def test_an_unknown_price_is_not_free(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    assert await input_nanos(portal, model.id, portal.now()) is None
    empty = await admin.client.post(PRICES, json={"model_id": str(model.id), "in_force_from": None, "prices": {}})
    assert (empty.status_code, empty.json()["code"]) == (400, "prices_empty")
    await admin.client.post(PRICES, json=body(model.id, "0"))
    assert await input_nanos(portal, model.id, portal.now()) == 0


async def test_two_price_changes_on_one_day_do_not_collide_on_a_date(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    for usd in ("1", "2", "3"):
        assert (await admin.client.post(PRICES, json=body(model.id, usd))).status_code == 201
    assert await input_nanos(portal, model.id, portal.now() + timedelta(seconds=1)) == 3 * 10**9


async def test_of_versions_published_at_the_same_instant_the_last_is_in_force(portal: Portal) -> None:
    model, now = await published(portal), portal.now()
    async with portal.house.database.transaction() as tx:
        for nanos in (1, 2, 3):
            await pricing.publish(tx, CLI, model.id, Prices(input_nanos=nanos), None, now=now)
    assert await input_nanos(portal, model.id, now + timedelta(microseconds=2)) == 3
    assert await input_nanos(portal, model.id, now) == 1


async def test_a_replica_whose_clock_is_behind_still_has_the_last_word(portal: Portal) -> None:
    model, now = await published(portal), portal.now()
    async with portal.house.database.transaction() as tx:
        await pricing.publish(tx, CLI, model.id, Prices(input_nanos=1), None, now=now)
        await pricing.publish(tx, CLI, model.id, Prices(input_nanos=2), None, now=now - timedelta(milliseconds=500))
    assert await input_nanos(portal, model.id, now + timedelta(milliseconds=1)) == 2


async def test_published_at_the_same_time_none_is_lost(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    answers = await asyncio.gather(*(admin.client.post(PRICES, json=body(model.id, str(n))) for n in range(1, 7)))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len((await admin.client.get(PRICES)).json()["items"]) == 6


async def test_the_past_is_not_rewritten(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    refused = await admin.client.post(PRICES, json=body(model.id, "1", portal.now() - timedelta(seconds=1)))
    assert (refused.status_code, refused.json()["code"]) == (400, "price_in_the_past")
    assert refused.json()["errors"][0]["field"] == "in_force_from"


async def test_prices_to_come_wait_for_their_moment(portal: Portal, admin: Caller) -> None:
    model, now = await published(portal), portal.now()
    later = now + timedelta(days=30)
    assert (await admin.client.post(PRICES, json=body(model.id, "1"))).status_code == 201
    assert (await admin.client.post(PRICES, json=body(model.id, "9", later))).status_code == 201
    assert (await admin.client.post(PRICES, json=body(model.id, "2"))).status_code == 201
    assert await input_nanos(portal, model.id, now + timedelta(days=1)) == 2 * 10**9
    assert await input_nanos(portal, model.id, later - timedelta(microseconds=1)) == 2 * 10**9
    assert await input_nanos(portal, model.id, later) == 9 * 10**9
    assert await input_nanos(portal, model.id, now - timedelta(days=1)) is None
    again = await admin.client.post(PRICES, json=body(model.id, "8", later))
    assert (again.status_code, again.json()["code"]) == (409, "price_exists")


UNPUBLISHABLE: list[tuple[dict[str, Any], int, str | None]] = [
    ({"model_id": str(uuid4())}, 404, None),
    ({"prices": {"input_usd": 1.25}}, 400, "prices.input_usd"),
    ({"prices": {"input_usd": "1e3"}}, 400, "prices.input_usd"),
    ({"prices": {"input_usd": "-1"}}, 400, "prices.input_usd"),
    ({"prices": {"input_usd": "0.0000000001"}}, 400, "prices.input_usd"),
    ({"prices": {"input": "1"}}, 400, "prices.input"),
    ({"prices": [1]}, 422, "prices"),
    ({"in_force_from": "2030-01-01T00:00:00"}, 422, "in_force_from"),
    ({"in_force_from": "tomorrow"}, 422, "in_force_from"),
    ({"source": "me"}, 422, "source"),
]


async def test_what_cannot_be_published(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    for change, status, field in UNPUBLISHABLE:
        answer = await admin.client.post(PRICES, json={**body(model.id, "1"), **change})
        assert answer.status_code == status, change
        assert [error["field"] for error in answer.json()["errors"]] == ([] if field is None else [field])
    assert await input_nanos(portal, model.id, datetime(2100, 1, 1, tzinfo=UTC)) is None


async def test_the_moment_must_be_said(portal: Portal, admin: Caller) -> None:
    given = body((await published(portal)).id, "1")
    del given["in_force_from"]
    assert (await admin.client.post(PRICES, json=given)).status_code == 422


async def test_versions_are_never_changed_or_deleted(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    made = (await admin.client.post(PRICES, json=body(model.id, "1"))).json()
    for method in ("PATCH", "PUT", "DELETE"):
        assert (await admin.client.request(method, f"{PRICES}/{made['id']}")).status_code in {404, 405}
    with pytest.raises(Refusal):
        async with portal.house.database.transaction() as tx:
            await pricing.publish(tx, CLI, model.id, Prices(), None, now=portal.now())


async def test_lists_page_by_moment(portal: Portal, admin: Caller) -> None:
    model, other = await published(portal), await published(portal)
    for days in (1, 2, 3):
        moment = portal.now() + timedelta(days=days)
        await admin.client.post(PRICES, json=body(model.id, str(days), moment))
    await admin.client.post(PRICES, json=body(other.id, "7"))

    async def prices(**query: Any) -> list[str]:
        answer = await admin.client.get(PRICES, params=query)
        assert answer.status_code == 200, answer.text
        return [item["prices"]["input_usd"] for item in answer.json()["items"]]

    assert await prices() == ["3.00", "2.00", "1.00", "7.00"]
    assert await prices(model_id=str(model.id), sort="in_force_from") == ["1.00", "2.00", "3.00"]
    first = (await admin.client.get(PRICES, params={"limit": 3})).json()
    assert await prices(limit=3, cursor=first["next"]) == ["7.00"]
    assert (await admin.client.get(PRICES, params={"q": "x"})).status_code == 422
