"""Members through the portal: who may make, change and end whom, and that somebody always holds the keys."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from ai_api import identity
from ai_api.core.errors import Refusal
from ai_api.identity import Changes
from tests.support.portal import CLI, OWNER_RIGHTS, Caller, Portal

pytestmark = pytest.mark.integration
MEMBERS = "/api/admin/members"


async def epoch_of(portal: Portal, member_id: object) -> int:
    async with portal.house.database.transaction() as tx:
        row = await tx.execute(text("SELECT epoch FROM members WHERE id = :id"), {"id": member_id})
        return int(row.scalar_one())


async def test_a_person_is_made_found_and_changed(admin: Caller) -> None:
    made = await admin.client.post(MEMBERS, json={"identifier": " ada@example.test ", "display_name": "Ada"})
    assert made.status_code == 201
    member = made.json()
    assert member["identifier"] == "ada@example.test"
    assert (member["kind"], member["role"], member["status"]) == ("person", "member", "active")
    assert member["created_at"].endswith("Z")

    changed = await admin.client.patch(f"{MEMBERS}/{member['id']}", json={"display_name": "Ada L.", "role": "admin"})
    assert changed.status_code == 200
    assert changed.json()["role"] == "admin"
    opened = (await admin.client.get(f"{MEMBERS}/{member['id']}")).json()
    # Made by hand, and never there yet.
    assert opened == changed.json() | {"first_sign_in": "awaited"}


async def test_an_identifier_is_taken_in_whatever_case(admin: Caller) -> None:
    assert (await admin.client.post(MEMBERS, json={"identifier": "Ada", "display_name": "A"})).status_code == 201
    again = await admin.client.post(MEMBERS, json={"identifier": "aDA", "display_name": "B"})
    assert again.status_code == 409
    assert again.json()["code"] == "identifier_taken"
    assert again.json()["errors"][0]["field"] == "identifier"


@pytest.mark.parametrize("identifier", ["", "a b", "x" * 255, "a\x00b", "a\nb", "\ud800"])
async def test_what_can_be_no_identifier_is_refused(admin: Caller, identifier: str) -> None:
    body = '{"display_name":"A","identifier":' + json.dumps(identifier) + "}"
    answer = await admin.client.post(MEMBERS, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert "identifier" in answer.text


async def test_members_are_listed_page_by_page_searched_and_filtered(portal: Portal, admin: Caller) -> None:
    for number in range(5):
        await portal.member(identifier=f"page{number}@example.test", display_name=f"Page_{number}%")
    seen, cursor = [], None
    while True:
        query = {"q": "PAGE", "limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await admin.client.get(MEMBERS, params=query)).json()
        assert len(page["items"]) <= 2
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert {member["identifier"] for member in seen} == {f"page{number}@example.test" for number in range(5)}
    assert [member["id"] for member in seen] == sorted({member["id"] for member in seen}, reverse=True)
    assert (await admin.client.get(MEMBERS, params={"q": "_1%"})).json()["items"][0]["display_name"] == "Page_1%"
    owners = (await admin.client.get(MEMBERS, params={"role": "owner", "status": "active"})).json()["items"]
    assert [member["role"] for member in owners] == ["owner"]


async def test_only_owners_make_and_change_owners(admin: Caller, owner: Caller) -> None:
    draft = {"identifier": "new-owner", "display_name": "N", "role": "owner"}
    assert (await admin.client.post(MEMBERS, json=draft)).json()["code"] == "owner_required"
    for change in ({"role": "member"}, {"display_name": "Me"}, {"status": "disabled"}):
        refused = await admin.client.patch(f"{MEMBERS}/{owner.member.id}", json=change)
        assert (refused.status_code, refused.json()["code"]) == (403, "owner_required")
    refused = await admin.client.patch(f"{MEMBERS}/{admin.member.id}", json={"role": "owner"})
    assert refused.status_code == 403
    assert (await admin.client.delete(f"{MEMBERS}/{owner.member.id}")).status_code == 403
    assert (await owner.client.post(MEMBERS, json=draft)).status_code == 201


async def test_a_member_who_is_no_administrator_may_nothing_here(portal: Portal, owner: Caller) -> None:
    caller = await portal.caller("member")
    for method, path in (("GET", MEMBERS), ("POST", f"{MEMBERS}/{caller.member.id}/enable")):
        answer = await caller.client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "admin_required")
    raise_self = await caller.client.patch(f"{MEMBERS}/{caller.member.id}", json={"role": "admin"})
    assert raise_self.status_code == 403


async def test_the_last_active_owner_cannot_be_demoted_disabled_or_deleted(portal: Portal, owner: Caller) -> None:
    path = f"{MEMBERS}/{owner.member.id}"
    other = await portal.owner()
    assert (await owner.client.post(f"{MEMBERS}/{other.member.id}/disable")).status_code == 200
    for answer in (
        await owner.client.patch(path, json={"role": "admin"}),
        await owner.client.patch(path, json={"status": "disabled"}),
        await owner.client.post(f"{path}/disable"),
        await owner.client.delete(path),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    assert (await owner.client.get(path)).json()["role"] == "owner"


async def test_two_owners_who_demote_one_another_leave_one_owner(portal: Portal) -> None:
    for _ in range(5):
        first, second = await portal.owner(), await portal.owner()
        async with portal.house.database.transaction() as tx:
            everybody_else = {"ids": [first.member.id, second.member.id]}
            await tx.execute(text("UPDATE members SET role = 'admin' WHERE NOT id = ANY(:ids)"), everybody_else)
        answers = await asyncio.gather(
            first.client.patch(f"{MEMBERS}/{second.member.id}", json={"role": "member"}),
            second.client.post(f"{MEMBERS}/{first.member.id}/disable"),
        )
        assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 401], [200, 403])
        async with portal.house.database.transaction() as tx:
            left = await tx.execute(text("SELECT count(*) FROM members WHERE role = 'owner' AND status = 'active'"))
            assert left.scalar_one() == 1


async def test_whoever_demotes_second_waits_and_is_refused(portal: Portal) -> None:
    first, second = await portal.member("owner"), await portal.member("owner")
    to_member, now = Changes(role="member"), portal.now()
    async with portal.house.database.transaction() as one:
        await identity.change_member(one, CLI, first.id, to_member, by=OWNER_RIGHTS, now=now)

        async def demote_second() -> None:
            async with portal.house.database.transaction() as two:
                await identity.change_member(two, CLI, second.id, to_member, by=OWNER_RIGHTS, now=now)

        waiting = asyncio.create_task(demote_second())
        await asyncio.sleep(0.1)
        assert not waiting.done()
    with pytest.raises(Refusal) as refused:
        await waiting
    assert refused.value.code == "last_owner"


async def test_a_service_account_needs_an_active_person_who_answers_for_it(portal: Portal, admin: Caller) -> None:
    service = {"identifier": "robot", "display_name": "Robot", "kind": "service"}
    answer = await admin.client.post(MEMBERS, json=service)
    assert (answer.status_code, answer.json()["code"]) == (400, "responsible_member_needed")
    person = await portal.member()
    disabled = await portal.member()
    await admin.client.post(f"{MEMBERS}/{disabled.id}/disable")
    for nobody in (uuid4(), disabled.id):
        answer = await admin.client.post(MEMBERS, json=service | {"responsible_member_id": str(nobody)})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_responsible_member")
    made = await admin.client.post(MEMBERS, json=service | {"responsible_member_id": str(person.id)})
    assert made.status_code == 201
    path = f"{MEMBERS}/{made.json()['id']}"
    assert (await admin.client.patch(path, json={"responsible_member_id": None})).status_code == 422
    assert (await admin.client.patch(path, json={"responsible_member_id": str(disabled.id)})).status_code == 400

    refused = await admin.client.post(f"{MEMBERS}/{person.id}/disable")
    assert (refused.status_code, refused.json()["code"]) == (409, "responsible_for_services")
    assert refused.json()["details"]["service_accounts"] == ["robot"]
    assert (await admin.client.post(f"{path}/disable")).status_code == 200
    assert (await admin.client.post(f"{MEMBERS}/{person.id}/disable")).status_code == 200
    assert (await admin.client.post(f"{path}/enable")).json()["code"] == "bad_responsible_member"


async def test_a_service_account_is_never_an_owner(portal: Portal, owner: Caller) -> None:
    service = {"identifier": "r", "display_name": "R", "kind": "service", "responsible_member_id": str(owner.member.id)}
    answer = await owner.client.post(MEMBERS, json=service | {"role": "owner"})
    assert (answer.status_code, answer.json()["code"]) == (400, "service_owner")
    made = (await owner.client.post(MEMBERS, json=service | {"role": "admin"})).json()
    answer = await owner.client.patch(f"{MEMBERS}/{made['id']}", json={"role": "owner"})
    assert (answer.status_code, answer.json()["code"]) == (400, "service_owner")


async def test_disabling_stops_access_tokens_and_tells_every_replica(portal: Portal, admin: Caller) -> None:
    caller = await portal.caller("admin")
    before = await epoch_of(portal, caller.member.id)
    assert (await caller.client.get("/api/me")).status_code == 200
    assert (await admin.client.post(f"{MEMBERS}/{caller.member.id}/disable")).status_code == 200
    assert await epoch_of(portal, caller.member.id) != before
    assert (await caller.client.get("/api/me")).status_code == 401
    assert (await admin.client.post(f"{MEMBERS}/{caller.member.id}/enable")).status_code == 200
    assert (await caller.client.get("/api/me")).status_code == 200


async def test_deleting_is_for_members_nothing_refers_to(portal: Portal, admin: Caller) -> None:
    unused, responsible = await portal.member(), await portal.member()
    await portal.member(kind="service", responsible_member_id=responsible.id)
    assert (await admin.client.delete(f"{MEMBERS}/{unused.id}")).status_code == 204
    assert (await admin.client.get(f"{MEMBERS}/{unused.id}")).status_code == 404
    assert (await admin.client.delete(f"{MEMBERS}/{unused.id}")).status_code == 404
    refused = await admin.client.delete(f"{MEMBERS}/{responsible.id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert "service accounts" in refused.json()["detail"]
    assert (await admin.client.get(f"{MEMBERS}/{responsible.id}")).status_code == 200
