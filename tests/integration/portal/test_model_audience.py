"""How many members can see a model, and how many have it: as if each of them had been asked."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID, uuid4

import pytest

from ai_api import access, catalog
from ai_api.catalog import Model
from ai_api.identity import Member
from tests.integration.portal.examples_access import granted, moved
from tests.integration.portal.examples_catalog import MODELS, published
from tests.integration.portal.test_access_policy import id_of
from tests.integration.portal.test_tags import tag
from tests.support.plans import asked
from tests.support.portal import CLI, Caller, Portal

pytestmark = pytest.mark.integration
MEMBERS = "/api/admin/members"


async def told(admin: Caller, model_id: UUID) -> dict[str, Any]:
    answer = await admin.client.get(f"{MODELS}/{model_id}/audience")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def in_list(admin: Caller) -> dict[str, dict[str, Any]]:
    page = (await admin.client.get(MODELS, params={"limit": 200})).json()
    return {item["id"]: item["audience"] for item in page["items"]}


async def one_by_one(portal: Portal, people: list[Member], model: Model) -> int:
    """How many see it, asked of each of them as their own catalog is."""
    async with portal.house.database.transaction() as tx:
        seen = [await access.visible_models(tx, each.id) for each in people]
    return sum(model.id in {one.id for one in models} for models in seen)


async def test_who_sees_a_model_is_counted_by_another_rule(portal: Portal, owner: Caller, admin: Caller) -> None:
    dice = random.Random(28)
    tags = [await tag(admin, f"tag {number}") for number in range(4)]
    people = [owner.member, admin.member, *[await portal.member() for _ in range(12)]]
    for each in tags:
        some = [str(one.id) for one in dice.sample(people, dice.randrange(1, 9))]
        assert (await admin.client.post(f"{each}/members", json={"member_ids": some})).status_code == 200
    assert (await admin.client.patch(tags[3], json={"everyone": True})).status_code == 200
    gone = [await portal.member() for _ in range(2)]
    for one in gone:
        assert (await admin.client.post(f"{MEMBERS}/{one.id}/disable")).status_code == 200

    models = [await published(portal) for _ in range(24)]
    for model in models:
        named = dice.sample([*people, *gone], 6)
        first, second = dice.sample([id_of(each) for each in tags], 2)
        policy = {
            "access": dice.choice(["open", "restricted"]),
            "member_ids": [str(each.id) for each in named[: dice.randrange(4)]],
            "denied_member_ids": [str(each.id) for each in named[4 : 4 + dice.randrange(3)]],
            "tag_ids": [first][: dice.randrange(2)],
            "denied_tag_ids": [second][: dice.randrange(2)],
        }
        assert (await admin.client.put(f"{MODELS}/{model.id}/policy", json=policy)).status_code == 200
    async with portal.house.database.transaction() as tx:
        await catalog.archive(tx, CLI, models[0].id)
    listed = await in_list(admin)
    counts = set()
    for model in models:
        seeing = await one_by_one(portal, people, model)
        assert await told(admin, model.id) == {"seeing": seeing, "members": len(people), "holding": 0}
        assert listed[str(model.id)] == {"seeing": seeing, "members": len(people)}
        counts.add(seeing)
    assert listed[str(models[0].id)]["seeing"] == 0
    assert len(counts) > 3, "the dice fell the same way again and again"


async def test_who_has_a_model_no_more_is_counted(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    people = [await portal.member() for _ in range(4)]
    held = [await granted(portal, each, of=model) for each in people]
    await granted(portal, people[0])
    await moved(portal, held[0], "pause", by="admin")
    await moved(portal, held[1], "revoke", by="admin")
    assert (await told(admin, model.id))["holding"] == 3
    missing = await admin.client.get(f"{MODELS}/{uuid4()}/audience")
    assert (missing.status_code, missing.json()["code"]) == (404, "model_not_found")
    caller = await portal.caller()
    assert (await caller.client.get(f"{MODELS}/{model.id}/audience")).status_code == 403


async def test_more_members_are_more_questions(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    counts = []
    await told(admin, model.id)
    for _ in range(2):
        ids = [str((await portal.member()).id) for _ in range(5)]
        assert (
            await admin.client.put(f"{MODELS}/{model.id}/policy", json={"access": "restricted", "member_ids": ids})
        ).status_code == 200
        with asked(portal.house.database) as statements:
            assert (await told(admin, model.id))["seeing"] == 5
        counts.append(len(statements))
    assert counts[0] == counts[1]
