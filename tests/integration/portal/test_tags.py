"""Tags through the portal: made, given, taken away and deleted, and what is announced of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.integration.portal.examples_catalog import MODELS, published
from tests.support.portal import Caller, Portal

pytestmark = pytest.mark.integration
TAGS, MEMBERS = "/api/admin/tags", "/api/admin/members"


async def tag(admin: Caller, name: str, **fields: Any) -> str:
    """The address of a new tag."""
    answer = await admin.client.post(TAGS, json={"name": name, **fields})
    assert answer.status_code == 201, answer.text
    return f"{TAGS}/{answer.json()['id']}"


async def test_a_tag_does_not_say_what_it_opens_and_closes(portal: Portal, admin: Caller) -> None:
    """Of many it says how many; what an open or archived model allows is decided by no tag."""
    opening, closing = await tag(admin, "opening"), await tag(admin, "closing")
    ids = {path: path.rpartition("/")[2] for path in (opening, closing)}
    slugs = []
    for place in range(6):
        made = await published(portal, slug=f"tagged/m{place}")
        policy = {
            "access": "open" if place == 5 else "restricted",
            "tag_ids": [ids[opening]],
            "denied_tag_ids": [ids[closing]] if place == 0 else [],
        }
        answer = await admin.client.put(f"{MODELS}/{made.id}/policy", json={"member_ids": [], **policy})
        assert answer.status_code == 200, answer.text
        if place == 4:
            archived = await admin.client.post(f"{MODELS}/{made.id}/archive")
            assert archived.status_code == 200, archived.text
        slugs.append(made.slug)
    nothing = {"models": 0, "slugs": []}
    one = (await admin.client.get(opening)).json()
    assert (one["opens"], one["closes"]) == ({"models": 4, "slugs": slugs[:4]}, nothing)
    listed = {each["name"]: each for each in (await admin.client.get(TAGS)).json()["items"]}
    assert (listed["opening"]["opens"], listed["opening"]["closes"]) == ({"models": 4, "slugs": slugs[:3]}, nothing)
    assert (listed["closing"]["opens"], listed["closing"]["closes"]) == (nothing, {"models": 1, "slugs": slugs[:1]})


async def state(portal: Portal) -> tuple[Any, ...]:
    """All that a write of tags may change: epochs, audit, tags and who has them."""
    async with portal.house.database.transaction() as tx:
        found = []
        for query in (
            "SELECT epoch FROM world",
            "SELECT id, epoch FROM members ORDER BY id",
            "SELECT count(*) FROM audit_events",
            "SELECT * FROM tags ORDER BY id",
            "SELECT * FROM member_tags ORDER BY member_id, tag_id",
            "SELECT model_id, member_id, tag_id, effect FROM access_rules ORDER BY id",
            "SELECT id, access FROM models ORDER BY id",
        ):
            found.append(tuple((await tx.execute(text(query))).all()))
        return tuple(found)


async def epochs(portal: Portal) -> tuple[int, dict[Any, int]]:
    world, members = (await state(portal))[:2]
    return world[0].epoch, {row.id: row.epoch for row in members}


async def ids_in(admin: Caller, path: str, **query: Any) -> list[str]:
    answer = await admin.client.get(f"{path}/members", params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_a_tag_is_made_read_changed_and_deleted(portal: Portal, admin: Caller) -> None:
    made = await admin.client.post(TAGS, json={"name": " Research ", "priority": 7, "everyone": True})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["name"], shown["priority"], shown["everyone"], shown["members"]) == ("Research", 7, True, 0)
    path = f"{TAGS}/{shown['id']}"
    nothing = {"models": 0, "slugs": []}
    assert (await admin.client.get(path)).json() == {**shown, "opens": nothing, "closes": nothing}
    plain = (await admin.client.post(TAGS, json={"name": "plain"})).json()
    assert (plain["priority"], plain["everyone"]) == (100, False)

    changed = await admin.client.patch(path, json={"name": "R&D", "priority": 0, "everyone": False})
    assert changed.status_code == 200
    assert {**shown, "name": "R&D", "priority": 0, "everyone": False} == {
        **changed.json(),
        "updated_at": shown["updated_at"],
    }
    assert (await admin.client.delete(path)).status_code == 204
    assert (await admin.client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 65},
        {"name": "a\nb"},
        {"name": None},
        {"name": "a", "priority": -1},
        {"name": "a", "priority": 1_000_001},
        {"name": "a", "priority": "1"},
        {"name": "a", "priority": None},
        {"name": "a", "everyone": "yes"},
        {"name": "a", "multiplier": 2},
    ],
    ids=str,
)
async def test_what_can_be_no_tag_is_refused_by_name(admin: Caller, body: dict[str, Any]) -> None:
    path = await tag(admin, "there already")
    for answer in (await admin.client.post(TAGS, json=body), await admin.client.patch(path, json=body)):
        assert answer.status_code == 422, body
        assert answer.json()["errors"]


async def test_a_name_is_taken_in_whatever_case(admin: Caller) -> None:
    await tag(admin, "Staff")
    other = await tag(admin, "interns")
    for answer in (
        await admin.client.post(TAGS, json={"name": "sTAFF"}),
        await admin.client.patch(other, json={"name": "STAFF"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
        assert answer.json()["errors"][0]["field"] == "name"
    assert (await admin.client.patch(other, json={"name": "Interns"})).status_code == 200


async def test_tags_are_listed_by_name_page_by_page_and_searched(admin: Caller) -> None:
    for name in ("delta", "Alpha", "charlie", "Bravo_1", "echo"):
        await tag(admin, name)
    seen, cursor = [], None
    while True:
        page = (await admin.client.get(TAGS, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        assert len(page["items"]) <= 2
        seen += [item["name"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["Alpha", "Bravo_1", "charlie", "delta", "echo"]
    found = (await admin.client.get(TAGS, params={"q": "O_"})).json()["items"]
    assert [item["name"] for item in found] == ["Bravo_1"]
    of_members = (await admin.client.get(MEMBERS, params={"limit": 1})).json()["next"]
    for query in ({"cursor": of_members}, {"cursor": "x"}):
        refused = await admin.client.get(TAGS, params=query)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")
    assert (await admin.client.get(TAGS, params={"everyone": "true"})).status_code == 422


async def test_unknown_ids_are_not_found(portal: Portal, admin: Caller) -> None:
    body = {"member_ids": [str((await portal.member()).id)]}
    for path in (f"{TAGS}/{uuid4()}", f"{TAGS}/not-an-id"):
        for dry_run in ("", "?dry_run=true"):
            assert (await admin.client.patch(f"{path}{dry_run}", json={"priority": 1})).status_code == 404
            assert (await admin.client.post(f"{path}/members{dry_run}", json=body)).status_code == 404
            assert (await admin.client.post(f"{path}/members/remove{dry_run}", json=body)).status_code == 404
        assert (await admin.client.get(path)).status_code == 404
        assert (await admin.client.delete(path)).status_code == 404
        assert (await admin.client.get(f"{path}/members")).status_code == 404


async def test_members_are_given_and_lose_a_tag_by_id_and_by_identifier(portal: Portal, admin: Caller) -> None:
    path = await tag(admin, "staff")
    people = [await portal.member(identifier=f"Person{number}@example.test") for number in range(5)]
    ids = [str(each.id) for each in people]
    both = {"member_ids": [ids[0], ids[1], ids[0]], "identifiers": ["person1@EXAMPLE.test", "person2@example.test"]}
    added = await admin.client.post(f"{path}/members", json=both)
    assert added.status_code == 200
    assert (added.json()["changed"], added.json()["unchanged"], added.json()["tag"]["members"]) == (3, 0, 3)
    assert await ids_in(admin, path) == ids[2::-1]

    again = await admin.client.post(f"{path}/members", json={"member_ids": ids})
    assert (again.json()["changed"], again.json()["unchanged"]) == (2, 3)
    first = (await admin.client.get(f"{path}/members", params={"limit": 3})).json()
    rest = (await admin.client.get(f"{path}/members", params={"limit": 3, "cursor": first["next"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next"] is None
    assert first["items"][0]["identifier"] == "Person4@example.test"
    assert await ids_in(admin, path, q="PERSON3") == [ids[3]]

    removed = await admin.client.post(f"{path}/members/remove", json={"identifiers": ["PERSON0@example.test"]})
    assert (removed.json()["changed"], removed.json()["tag"]["members"]) == (1, 4)
    assert await ids_in(admin, path) == ids[:0:-1]


async def test_saying_it_again_changes_nothing_and_leaves_no_trace(portal: Portal, admin: Caller) -> None:
    path, member = await tag(admin, "staff"), await portal.member()
    body = {"member_ids": [str(member.id)]}
    for verb in ("members", "members/remove"):
        await admin.client.post(f"{path}/{verb}", json=body)
        before = await state(portal)
        answer = await admin.client.post(f"{path}/{verb}", json=body)
        assert (answer.status_code, answer.json()["changed"], answer.json()["unchanged"]) == (200, 0, 1)
        assert await state(portal) == before


async def test_one_member_who_does_not_exist_and_nobody_is_changed(portal: Portal, admin: Caller) -> None:
    path, member = await tag(admin, "staff"), await portal.member()
    stranger = str(uuid4())
    before = await state(portal)
    for verb in ("members", "members/remove"):
        for body, field, unknown in (
            ({"member_ids": [str(member.id), stranger]}, "member_ids", stranger),
            ({"member_ids": [str(member.id)], "identifiers": ["no@body.test"]}, "identifiers", "no@body.test"),
        ):
            answer = await admin.client.post(f"{path}/{verb}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
            assert answer.json()["errors"][0]["field"] == field
            assert answer.json()["details"] == {"unknown": [unknown], "unknown_count": 1}
        for body in ({}, {"member_ids": []}):
            answer = await admin.client.post(f"{path}/{verb}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (400, "nobody_named")
        many = {"member_ids": [str(uuid4())] * 600, "identifiers": [f"x{number}" for number in range(1001)]}
        assert (await admin.client.post(f"{path}/{verb}", json=many)).status_code == 422
        many["identifiers"].pop()
        answer = await admin.client.post(f"{path}/{verb}", json=many)
        assert (answer.status_code, answer.json()["code"]) == (400, "too_many_members")
    assert await state(portal) == before


async def test_giving_and_taking_a_tag_is_announced_to_those_members_alone(portal: Portal, admin: Caller) -> None:
    path = await tag(admin, "staff")
    mei, tom = await portal.member(), await portal.member()
    for verb in ("members", "members/remove"):
        world, members = await epochs(portal)
        await admin.client.post(f"{path}/{verb}", json={"member_ids": [str(mei.id)]})
        world_after, members_after = await epochs(portal)
        assert world_after == world
        assert {each for each in members if members[each] != members_after[each]} == {mei.id}
        event = (await admin.client.get("/api/admin/audit", params={"limit": 1})).json()["items"][0]
        what = "added" if verb == "members" else "removed"
        assert event["after"] == {"name": "staff", what: [str(mei.id)]}
    assert tom.id in members


async def test_what_every_replica_must_know_of_a_tag_is_announced(portal: Portal, admin: Caller) -> None:
    path, member = await tag(admin, "staff"), await portal.member()
    await admin.client.post(f"{path}/members", json={"member_ids": [str(member.id)]})

    async def announced(*, members: set[Any]) -> bool:
        nonlocal known
        before, known = known, await epochs(portal)
        assert {each for each in before[1] if before[1][each] != known[1][each]} == members
        return before[0] != known[0]

    known = await epochs(portal)
    await admin.client.patch(path, json={"name": "Staff"})
    assert not await announced(members=set())
    for change in ({"priority": 3}, {"everyone": True}, {"everyone": False}):
        await admin.client.patch(path, json=change)
        assert await announced(members=set()), change
    await admin.client.delete(path)
    assert await announced(members={member.id})
    await tag(admin, "nobody's")
    assert not await announced(members=set())
    await tag(admin, "everybody's", everyone=True)
    assert await announced(members=set())


async def test_members_show_the_tags_that_apply_to_them(portal: Portal, admin: Caller) -> None:
    late, early = await tag(admin, "late", priority=200), await tag(admin, "early", priority=1)
    everyone = await tag(admin, "all", everyone=True)
    mei, tom = await portal.member(), await portal.member()
    for path in (late, early, everyone):
        await admin.client.post(f"{path}/members", json={"member_ids": [str(mei.id)]})

    def named(member: dict[str, Any]) -> list[tuple[str, bool]]:
        return [(each["name"], each["everyone"]) for each in member["tags"]]

    assert named((await admin.client.get(f"{MEMBERS}/{mei.id}")).json()) == [
        ("early", False),
        ("all", True),
        ("late", False),
    ]
    listed = {item["id"]: named(item) for item in (await admin.client.get(MEMBERS)).json()["items"]}
    assert listed[str(tom.id)] == [("all", True)]
    assert len(listed[str(mei.id)]) == 3
    assert named((await admin.client.post(f"{MEMBERS}/{tom.id}/disable")).json()) == [("all", True)]


async def test_deleting_a_tag_that_a_policy_or_a_limit_names_opens_what_it_closed(
    portal: Portal, admin: Caller
) -> None:
    path, model = await tag(admin, "interns"), await published(portal, slug="acme/secret", access="open")
    tag_id = path.rpartition("/")[2]
    policy = {"access": "open", "member_ids": [], "denied_tag_ids": [tag_id]}
    assert (await admin.client.put(f"{MODELS}/{model.id}/policy", json=policy)).status_code == 200
    await admin.client.post(f"{MODELS}/{model.id}/archive")
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO limits (id, subject_kind, tag_id, metric, window_kind, amount)"
                " VALUES (:id, 'tag', :tag_id, 'requests', 'day', 5)"
            ),
            {"id": uuid4(), "tag_id": tag_id},
        )
    before = await state(portal)
    refused = await admin.client.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "tag_in_use")
    assert refused.json()["details"] == {
        "models": ["acme/secret"],
        "model_count": 1,
        "limit_count": 1,
        "route_count": 0,
        "rule_count": 0,
    }
    assert "acme/secret" in refused.json()["detail"]
    assert await state(portal) == before

    await admin.client.put(f"{MODELS}/{model.id}/policy", json={**policy, "denied_tag_ids": []})
    refused = await admin.client.delete(path)
    assert (refused.json()["code"], refused.json()["details"]["model_count"]) == ("tag_in_use", 0)
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("DELETE FROM limits"))
    assert (await admin.client.delete(path)).status_code == 204


async def test_a_tag_is_deleted_while_it_is_given_and_named(portal: Portal, admin: Caller) -> None:
    """Whatever comes first: no deadlock, no fault, and nothing left that names what is gone."""
    people = [str((await portal.member()).id) for _ in range(6)]
    model = await published(portal)
    for number in range(6):
        path = await tag(admin, f"brief {number}")
        policy = {"access": "open", "member_ids": [], "denied_tag_ids": [path.rpartition("/")[2]]}
        answers = await asyncio.gather(
            admin.client.post(f"{path}/members", json={"member_ids": people}),
            admin.client.delete(path),
            admin.client.put(f"{MODELS}/{model.id}/policy", json=policy),
            admin.client.post(f"{path}/members", json={"member_ids": people[::-1]}),
            admin.client.post(f"{path}/members/remove", json={"member_ids": people[1:]}),
        )
        assert {answer.status_code for answer in answers} <= {200, 204, 404, 409}, [each.text for each in answers]
        gone = answers[1].status_code == 204
        assert gone == (answers[2].status_code == 404)
        assert (await admin.client.get(path)).status_code == (404 if gone else 200)
        shown = (await admin.client.get(f"{MODELS}/{model.id}")).json()
        assert len(shown["denied_tag_ids"]) == (0 if gone else 1)
        await admin.client.put(f"{MODELS}/{model.id}/policy", json={**policy, "denied_tag_ids": []})


async def test_ten_who_add_the_same_members_at_once_add_each_once(portal: Portal, admin: Caller) -> None:
    path = await tag(admin, "staff")
    people = [str((await portal.member()).id) for _ in range(8)]
    orders = [people[turn:] + people[:turn] for turn in range(8)]
    answers = await asyncio.gather(
        *(admin.client.post(f"{path}/members", json={"member_ids": order}) for order in orders)
    )
    assert [answer.status_code for answer in answers] == [200] * 8
    assert sum(answer.json()["changed"] for answer in answers) == 8
    assert sorted(await ids_in(admin, path)) == sorted(people)


async def test_a_deleted_member_has_no_tags(portal: Portal, admin: Caller) -> None:
    path, member = await tag(admin, "staff"), await portal.member()
    await admin.client.post(f"{path}/members", json={"member_ids": [str(member.id)]})
    assert (await admin.client.delete(f"{MEMBERS}/{member.id}")).status_code == 204
    assert await ids_in(admin, path) == []


async def test_a_member_of_a_tag_who_never_signed_in_is_called_active(portal: Portal, admin: Caller) -> None:
    awaited, about = await portal.member(), await portal.member()
    await (await portal.browser(about)).aclose()
    tag = (await admin.client.post(TAGS, json={"name": f"newcomers {awaited.id}"})).json()
    path = f"{TAGS}/{tag['id']}/members"
    ids = [str(awaited.id), str(about.id)]
    assert (await admin.client.post(path, json={"member_ids": ids})).status_code == 200

    async def said(who: Caller) -> dict[str, str | None]:
        return {each["id"]: each["first_sign_in"] for each in (await who.client.get(path)).json()["items"]}

    assert await said(admin) == {ids[0]: "awaited", ids[1]: None}
    assert (await admin.client.post(f"{MEMBERS}/{awaited.id}/invite")).status_code == 201
    portal.clock.move(timedelta(days=30))
    assert await said(await portal.caller(role="admin")) == {ids[0]: "link_expired", ids[1]: None}
