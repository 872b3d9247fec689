"""Access policies with tags and denies, and previews of every write that decides who sees what."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from ai_api import access, catalog, identity
from ai_api.identity import Member
from tests.integration.portal.examples_catalog import MODELS, published
from tests.integration.portal.test_tags import TAGS, state, tag
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


async def sees(portal: Portal, model_id: UUID, *people: Member) -> list[bool]:
    """Whether each of these members sees a model, by the product's own verdict on what is stored."""
    async with portal.house.database.transaction() as tx:
        model = await catalog.get(tx, model_id)
        tags = await identity.tags_of_members(tx, [each.id for each in people])
        everyone = await identity.load_everyone_tags(tx)
    for found in tags.values():
        assert everyone <= {each.id for each in found}
    return [access.verdict(model, each.id, frozenset(one.id for one in tags[each.id])).visible for each in people]


async def put(caller: Caller, model: catalog.Model, query: str = "", **policy: Any) -> Any:
    body = {"access": "restricted", "member_ids": [], **policy}
    return await caller.client.put(f"{MODELS}/{model.id}/policy{query}", json=body)


async def test_a_policy_names_members_and_tags_to_allow_and_to_deny(portal: Portal, admin: Caller) -> None:
    model = await published(portal)
    staff, interns, everyone = await tag(admin, "staff"), await tag(admin, "interns"), await tag(admin, "all")
    mei, tom, ida = [await portal.member() for _ in range(3)]
    await admin.client.post(f"{staff}/members", json={"member_ids": [str(mei.id), str(tom.id)]})
    await admin.client.post(f"{interns}/members", json={"member_ids": [str(tom.id)]})

    given = await put(admin, model, tag_ids=[id_of(staff)])
    assert given.json()["tag_ids"] == [id_of(staff)]
    assert await sees(portal, model.id, mei, tom, ida) == [True, True, False]
    await put(admin, model, tag_ids=[id_of(staff)], denied_tag_ids=[id_of(interns)])
    assert await sees(portal, model.id, mei, tom, ida) == [True, False, False]
    both = await put(admin, model, tag_ids=[id_of(staff)], denied_tag_ids=[], denied_member_ids=[str(mei.id)])
    assert await sees(portal, model.id, mei, tom, ida) == [False, True, False]
    counted = {name: both.json()[name] for name in ("allowed_members", "allowed_tags", "denied_members", "denied_tags")}
    assert counted == {"allowed_members": 0, "allowed_tags": 1, "denied_members": 1, "denied_tags": 0}

    await put(admin, model, access="open", denied_member_ids=[], denied_tag_ids=[id_of(everyone)])
    assert await sees(portal, model.id, mei, tom, ida) == [True, True, True]
    await admin.client.patch(everyone, json={"everyone": True})
    assert await sees(portal, model.id, mei, tom, ida) == [False, False, False]


async def test_a_client_that_does_not_know_of_a_deny_takes_it_away(portal: Portal, admin: Caller) -> None:
    """A list that is left out stays; one that is given empty is emptied."""
    model, staff, interns = await published(portal), await tag(admin, "staff"), await tag(admin, "interns")
    mei, tom = await portal.member(), await portal.member()
    lists = {
        "tag_ids": [id_of(staff)],
        "denied_member_ids": [str(mei.id)],
        "denied_tag_ids": [id_of(interns)],
    }
    await put(admin, model, **lists)
    shown = (await put(admin, model, member_ids=[str(tom.id)])).json()
    assert {name: shown[name] for name in lists} == lists
    assert shown["member_ids"] == [str(tom.id)]
    none: dict[str, list[str]] = {name: [] for name in lists}
    shown = (await put(admin, model, access="open", **none)).json()
    assert {name: shown[name] for name in lists} == none


async def test_a_member_moves_from_allowed_to_denied_and_back(portal: Portal, admin: Caller) -> None:
    model, mei = await published(portal), await portal.member()
    for _ in range(2):
        await put(admin, model, member_ids=[str(mei.id)], denied_member_ids=[])
        assert await sees(portal, model.id, mei) == [True]
        shown = (await put(admin, model, denied_member_ids=[str(mei.id)])).json()
        assert (shown["member_ids"], shown["denied_member_ids"]) == ([], [str(mei.id)])
        assert await sees(portal, model.id, mei) == [False]


async def test_a_policy_that_cannot_be_meant_is_refused_whole(portal: Portal, admin: Caller) -> None:
    model, mei, staff = await published(portal), str((await portal.member()).id), id_of(await tag(admin, "staff"))
    await put(admin, model, member_ids=[mei])
    before = await state(portal)
    stranger = str(uuid4())
    for policy, status, code, field in (
        ({"member_ids": [mei], "denied_member_ids": [mei]}, 400, "allowed_and_denied", "denied_member_ids"),
        ({"denied_member_ids": [mei], "member_ids": [mei]}, 400, "allowed_and_denied", "denied_member_ids"),
        ({"tag_ids": [staff], "denied_tag_ids": [staff]}, 400, "allowed_and_denied", "denied_tag_ids"),
        ({"tag_ids": [stranger]}, 404, "tag_not_found", "tag_ids"),
        ({"denied_tag_ids": [stranger]}, 404, "tag_not_found", "denied_tag_ids"),
        ({"denied_member_ids": [stranger]}, 404, "member_not_found", "denied_member_ids"),
        ({"tag_ids": None}, 422, "invalid_fields", "tag_ids"),
        ({"denied_tag_ids": ["x"]}, 422, "invalid_fields", "denied_tag_ids.0"),
        ({"tag_ids": [staff] * 501}, 422, "invalid_fields", "tag_ids"),
        ({"denied_member_ids": [mei] * 5001}, 422, "invalid_fields", "denied_member_ids"),
    ):
        for query in ("", "?dry_run=true"):
            answer = await put(admin, model, query, **policy)
            assert (answer.status_code, answer.json()["code"]) == (status, code), policy
            assert answer.json()["errors"][0]["field"] == field
    assert await state(portal) == before


async def test_the_preview_of_a_policy_counts_who_gains_and_loses_and_changes_nothing(
    portal: Portal, admin: Caller
) -> None:
    model, staff = await published(portal, slug="acme/big"), await tag(admin, "staff")
    people = [await portal.member(display_name=f"Person {number}") for number in range(25)]
    gone = await portal.member()
    ids = [str(each.id) for each in people]
    await admin.client.post(f"{staff}/members", json={"member_ids": [*ids[1:], str(gone.id)]})
    await admin.client.post(f"/api/admin/members/{gone.id}/disable")
    await put(admin, model, member_ids=[ids[0], ids[1]])
    policy = {"tag_ids": [id_of(staff)], "denied_member_ids": [ids[2]]}

    before = await state(portal)
    answer = await put(admin, model, "?dry_run=true", **policy)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["dry_run"], found["models"]) == (True, ["acme/big"])
    # The first one loses it; the second keeps it, by the tag; the third is denied; who is disabled is not counted.
    named = {"id": ids[0], "identifier": people[0].identifier, "display_name": "Person 0"}
    assert found["loses"] == {"count": 1, "first": [named]}
    assert found["gains"]["count"] == 22
    assert [each["id"] for each in found["gains"]["first"]] == ids[3:23]
    assert await state(portal) == before

    seen_before = await sees(portal, model.id, *people)
    assert (await put(admin, model, "?dry_run=false", **policy)).json()["tag_ids"] == [id_of(staff)]
    seen_after = await sees(portal, model.id, *people)
    gained = [new and not old for old, new in zip(seen_before, seen_after, strict=True)]
    assert (sum(gained), sum(seen_before) - sum(seen_after) + sum(gained)) == (22, 1)
    assert (await put(admin, model, "?dry_run=true", **policy)).json()["gains"] == {"count": 0, "first": []}


async def test_the_preview_of_giving_and_taking_a_tag_changes_nothing(portal: Portal, admin: Caller) -> None:
    shown, hidden = (
        await published(portal, slug="acme/shown"),
        await published(portal, slug="acme/hidden", access="open"),
    )
    await published(portal, slug="acme/other", access="open")
    staff = await tag(admin, "staff")
    await put(admin, shown, tag_ids=[id_of(staff)])
    await put(admin, hidden, access="open", denied_tag_ids=[id_of(staff)])
    mei, tom = await portal.member(), await portal.member()
    await admin.client.post(f"{staff}/members", json={"member_ids": [str(tom.id)]})
    both = {"member_ids": [str(mei.id)], "identifiers": [tom.identifier]}
    for verb, person, seen in (("members", mei, [False, True]), ("members/remove", tom, [True, False])):
        before = await state(portal)
        found = (await admin.client.post(f"{staff}/{verb}?dry_run=true", json=both)).json()
        assert [found[side]["count"] for side in ("gains", "loses")] == [1, 1]
        assert {each["id"] for side in ("gains", "loses") for each in found[side]["first"]} == {str(person.id)}
        assert found["models"] == ["acme/hidden", "acme/shown"]
        assert await state(portal) == before
        assert await sees(portal, shown.id, person) + await sees(portal, hidden.id, person) == seen


async def test_the_preview_of_a_tag_for_everyone_changes_nothing(portal: Portal, admin: Caller) -> None:
    model, staff, unused = await published(portal), await tag(admin, "staff"), await tag(admin, "unused")
    await put(admin, model, tag_ids=[id_of(staff)])
    mei, _tom = await portal.member(), await portal.member()
    await admin.client.post(f"{staff}/members", json={"member_ids": [str(mei.id)]})
    before = await state(portal)
    found = (await admin.client.patch(f"{staff}?dry_run=true", json={"everyone": True})).json()
    # Tom, the owner and the administrator.
    assert (found["gains"]["count"], found["loses"]["count"]) == (3, 0)
    for path, change in ((staff, {"name": "Staff", "priority": 1}), (unused, {"everyone": True})):
        found = (await admin.client.patch(f"{path}?dry_run=true", json=change)).json()
        nobody = {"count": 0, "first": []}
        assert found == {"dry_run": True, "gains": nobody, "loses": nobody, "models": []}
    refused = await admin.client.patch(f"{staff}?dry_run=true", json={"name": "UNUSED"})
    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")
    assert (await admin.client.patch(f"{staff}?dry_run=perhaps", json={"priority": 1})).status_code == 422
    assert await state(portal) == before
    await admin.client.patch(staff, json={"everyone": True})
    found = (await admin.client.patch(f"{staff}?dry_run=true", json={"everyone": False})).json()
    assert (found["gains"]["count"], found["loses"]["count"]) == (0, 3)


async def test_a_large_organization_is_counted_to_its_end(portal: Portal, admin: Caller) -> None:
    model, staff = await published(portal), await tag(admin, "staff")
    people = """INSERT INTO members (id, identifier, display_name, role, epoch)
        SELECT gen_random_uuid(), 'many' || n, 'Many', 'member', n FROM generate_series(1, 4500) n"""
    tagged = "INSERT INTO member_tags (member_id, tag_id) SELECT id, :tag FROM members WHERE identifier LIKE 'many%9'"
    async with portal.house.database.transaction() as tx:
        await tx.execute(text(people))
        await tx.execute(text(tagged), {"tag": id_of(staff)})
    found = (await put(admin, model, "?dry_run=true", tag_ids=[id_of(staff)])).json()
    assert (found["gains"]["count"], len(found["gains"]["first"])) == (450, 20)
    found = (await put(admin, model, "?dry_run=true", access="open", denied_tag_ids=[id_of(staff)])).json()
    assert found["gains"]["count"] == 4050 + 2


async def test_only_administrators_preview(portal: Portal, admin: Caller) -> None:
    model, staff, member = await published(portal), await tag(admin, "staff"), await portal.caller()
    body = {"member_ids": [str(member.member.id)]}
    for answer in (
        await put(member, model, "?dry_run=true"),
        await member.client.post(f"{staff}/members?dry_run=true", json=body),
        await member.client.get(TAGS),
        await member.client.get(f"{staff}/members"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "admin_required")
