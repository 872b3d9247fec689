"""Claims: what members take themselves, and how they could take more than that."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from ai_api import allocations, catalog
from ai_api.allocations import Action, By
from tests.integration.portal.examples_access import granted, model
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
MINE, MODELS = "/api/me/allocations", "/api/me/models"
DAY = {"metric": "cost", "window_kind": "day", "amount": "2.50"}


async def claimable(portal: Portal, admin: Caller, **fields: Any) -> dict[str, Any]:
    """A model that everybody sees and may take."""
    made = await model(portal)
    answer = await admin.client.patch(f"/api/admin/models/{made.id}", json={"claimable": True, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def claim(member: Caller, model_id: Any) -> Any:
    return await member.client.post(MINE, json={"model_id": str(model_id)})


async def moved(portal: Portal, allocation_id: str, action: Action, *, by: By = "admin") -> None:
    async with portal.house.database.transaction() as tx:
        await allocations.move(tx, CLI, UUID(allocation_id), action, by=by, reason="seen")


async def hide(portal: Portal, model_id: str) -> None:
    async with portal.house.database.transaction() as tx:
        await catalog.set_policy(tx, CLI, UUID(model_id), access="restricted")


async def test_a_claim_comes_without_its_limits_or_with_others(portal: Portal, admin: Caller) -> None:
    monthly = {"metric": "total_tokens", "window_kind": "month", "amount": 1000}
    wanted = await claimable(portal, admin, default_limits=[DAY, monthly])
    member = await portal.caller()
    made = await claim(member, wanted["id"])
    assert made.status_code == 201, made.text
    allocation = made.json()
    assert (allocation["state"], allocation["monthly_tokens"], allocation["model"]) == ("active", 1000, wanted["slug"])
    found = (await member.client.get(f"{MINE}/{allocation['id']}")).json()
    assert len(found.pop("every_limit")["allocation"]) == 2
    assert found == allocation
    limits = (await admin.client.get("/api/admin/limits", params={"subject_id": allocation["id"]})).json()["items"]
    assert {(each["metric"], each["amount"]) for each in limits} == {("cost", "2.50"), ("total_tokens", 1000)}
    again = await claim(member, wanted["id"])
    assert (again.status_code, again.json()["code"]) == (409, "allocation_exists")


async def test_a_default_limit_is_one_that_members_multiply(portal: Portal, admin: Caller) -> None:
    """Nothing that is shared out over credentials, nothing twice, nothing that cannot be a limit."""
    made = await model(portal)
    for wrong in (
        [{**DAY, "partition_by": "credential"}],
        [DAY, DAY],
        [{**DAY, "amount": 2}],
        [{**DAY, "window_kind": "sliding"}],
        [{**DAY, "zone": "Nowhere/Else"}],
    ):
        answer = await admin.client.patch(f"/api/admin/models/{made.id}", json={"default_limits": wrong})
        assert answer.status_code in {400, 409, 422}, answer.text
    assert (await admin.client.get(f"/api/admin/models/{made.id}")).json()["default_limits"] == []


async def test_of_ten_claims_at_once_two_are_made(portal: Portal, admin: Caller) -> None:
    wanted = await claimable(portal, admin)
    member = await portal.caller()
    answers = await asyncio.gather(*(claim(member, wanted["id"]) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


async def test_a_member_claims_what_is_stopped_closed_or_hidden(portal: Portal, admin: Caller) -> None:
    wanted = await claimable(portal, admin)
    closed = await model(portal)
    member = await portal.caller()
    assert (await claim(member, closed.id)).json()["code"] == "model_not_claimable"
    assert (await claim(member, uuid4())).status_code == 404
    allocation_id = (await claim(member, wanted["id"])).json()["id"]
    for action in ("pause", "quarantine"):
        await moved(portal, allocation_id, action)
        assert (await claim(member, wanted["id"])).json()["code"] == "allocation_exists"
    await hide(portal, wanted["id"])
    hidden, unknown = await claim(await portal.caller(), wanted["id"]), await claim(member, uuid4())
    assert hidden.status_code == unknown.status_code == 404
    assert {**hidden.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}


async def test_a_member_claims_again_what_was_revoked(portal: Portal, admin: Caller) -> None:
    wanted = await claimable(portal, admin, default_limits=[DAY])
    member = await portal.caller()
    allocation_id = (await claim(member, wanted["id"])).json()["id"]
    unlock = f"/api/admin/allocations/{allocation_id}/unlock"
    assert (await admin.client.post(unlock)).json()["code"] == "allocation_state_conflict"
    await admin.client.patch(f"/api/admin/allocations/{allocation_id}", json={"monthly_tokens": 10**9})
    await moved(portal, allocation_id, "revoke")
    assert (await claim(member, wanted["id"])).json()["code"] == "claim_locked"
    assert (await member.client.get(f"{MODELS}/{wanted['id']}")).json()["why_not"] == "claim_locked"
    locked = await admin.client.get("/api/admin/allocations", params={"claim_locked": True})
    assert [each["id"] for each in locked.json()["items"]] == [allocation_id]
    assert (await member.client.post(unlock)).status_code == 403
    unlocked = await admin.client.post(unlock, json={"reason": "talked"})
    assert (unlocked.json()["state"], unlocked.json()["claim_locked"]) == ("revoked", False)
    again = (await claim(member, wanted["id"])).json()
    assert (again["id"], again["state"], again["monthly_tokens"]) == (allocation_id, "active", None), (
        "and no other limits"
    )
    await moved(portal, allocation_id, "revoke")
    assert (await claim(member, wanted["id"])).json()["code"] == "claim_locked", "each revocation locks anew"


async def test_a_member_resumes_what_an_administrator_paused(portal: Portal, admin: Caller) -> None:
    wanted = await claimable(portal, admin)
    member = await portal.caller()
    one = f"{MINE}/{(await claim(member, wanted['id'])).json()['id']}"
    paused = await member.client.post(f"{one}/pause", json={"reason": "on holiday"})
    assert [paused.json()[name] for name in ("state", "paused_by", "state_reason")] == [
        "paused",
        "member",
        "on holiday",
    ]
    assert (await member.client.post(f"{one}/resume")).json()["state"] == "active"
    await moved(portal, one.rpartition("/")[2], "pause")
    refused = await member.client.post(f"{one}/resume")
    assert (refused.status_code, refused.json()["code"]) == (403, "allocation_action_forbidden")
    await moved(portal, one.rpartition("/")[2], "quarantine")
    assert (await member.client.post(f"{one}/resume")).json()["code"] == "allocation_state_conflict"


async def test_a_foreign_allocation_or_one_of_a_hidden_model_is_found(portal: Portal, admin: Caller) -> None:
    wanted, stranger, member = await claimable(portal, admin), await portal.caller(), await portal.caller()
    foreign = (await claim(stranger, wanted["id"])).json()["id"]
    hidden = await granted(portal, member.member)
    await hide(portal, str(hidden.model_id))
    for allocation_id in (foreign, str(hidden.id), str(uuid4())):
        one = f"{MINE}/{allocation_id}"
        for answer in (
            await member.client.get(one),
            await member.client.post(f"{one}/pause"),
            await member.client.post(f"{one}/resume"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "allocation_not_found")
    assert (await member.client.get(MINE)).json()["items"] == []
    async with portal.house.database.transaction() as tx:
        states = (await tx.execute(text("SELECT DISTINCT state FROM allocations"))).scalars().all()
    assert states == ["active"]


async def test_a_hidden_model_is_listed_counted_or_guessed(portal: Portal, admin: Caller) -> None:
    shown, hidden = await claimable(portal, admin, default_limits=[DAY]), await claimable(portal, admin)
    mine = await model(portal, "acme/Mine")
    await hide(portal, hidden["id"])
    member = await portal.caller()
    own = await granted(portal, member.member, of=mine)
    await granted(portal, member.member, of=await model(portal, "secret/one"))
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("UPDATE models SET access = 'restricted' WHERE slug = 'secret/one'"))
    prices = {"model_id": str(mine.id), "in_force_from": None, "prices": {"input_usd": "1.25", "output_usd": "10"}}
    assert (await admin.client.post("/api/admin/prices", json=prices)).status_code == 201
    portal.clock.offset_ms += 1000

    listed = (await member.client.get(MODELS)).json()["items"]
    assert [each["slug"] for each in listed] == ["acme/Mine", shown["slug"]]
    assert [each["access"] for each in listed] == ["granted", "claimable"]
    assert [each["why_not"] for each in listed] == ["already_granted", None]
    assert listed[0]["allocation"]["id"] == str(own.id)
    assert (listed[0]["prices"]["prices"]["input_usd"], listed[1]["prices"]) == ("1.25", None)
    assert [each["amount"] for each in listed[1]["default_limits"]] == ["2.50"]
    facets = (await member.client.get(f"{MODELS}/facets")).json()
    assert facets["provider"] == {"acme": 1, "openai": 1}
    assert (facets["access"], facets["operation"]) == ({"granted": 1, "claimable": 1}, {"chat": 2})
    for model_id in (hidden["id"], uuid4()):
        assert (await member.client.get(f"{MODELS}/{model_id}")).json()["code"] == "model_not_found"


async def test_pages_of_models_repeat_or_lose_some(portal: Portal, admin: Caller) -> None:
    slugs = [f"acme/{name}" for name in ("b", "a", "d", "c")]
    for slug in slugs:
        await model(portal, slug)
    member = await portal.caller()
    for sort, expected in (("slug", sorted(slugs)), ("-slug", sorted(slugs, reverse=True))):
        found, cursor = [], None
        while True:
            params = {"limit": 3, "sort": sort, **({"cursor": cursor} if cursor else {})}
            page = (await member.client.get(MODELS, params=params)).json()
            found += [each["slug"] for each in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
            last = cursor
        assert found == expected
    assert (await member.client.get(MODELS, params={"sort": "slug", "cursor": last})).json()["code"] == "bad_cursor"
    for params, count in (
        ({"q": "E/A"}, 1),
        ({"provider": "openai"}, 0),
        ({"access": "closed"}, 4),
        ({"capability": "vision"}, 0),
    ):
        assert len((await member.client.get(MODELS, params=params)).json()["items"]) == count, params
