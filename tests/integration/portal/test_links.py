"""Links with a secret: one test for each way in which one could let in whom it should not, or keep out whom it should let in."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import argon2
import pytest
from sqlalchemy import text

from ai_api import setup
from ai_api.cli.admin import ACTOR, make_set_up_link
from ai_api.portal.house import PortalSettings
from tests.support.portal import Caller, Portal, open_portal

PASSWORD = " correct horse battery "
MEMBERS = "/api/admin/members"


def code_of(answer):
    return answer.json()["code"]


def secret_in(url: str) -> str:
    """The secret of a link, which is in its fragment and nowhere else."""
    address, _, fragment = url.partition("#")
    assert "aiapi_" not in address
    return fragment


async def link(by: Caller, member_id, verb: str = "invite") -> str:
    answer = await by.client.post(f"{MEMBERS}/{member_id}/{verb}")
    assert answer.status_code == 201, answer.text
    return answer.json()["url"]


async def follow(portal: Portal, kind: str, secret: str, **more):
    return await portal.client().post(f"/api/auth/{kind}", json={"secret": secret, "password": PASSWORD, **more})


async def scalar(portal: Portal, statement: str, **values):
    async with portal.house.database.transaction() as tx:
        return (await tx.execute(text(statement), values)).scalar_one()


async def test_an_invitation_sets_no_password_or_signs_nobody_in(portal: Portal, owner: Caller):
    member = await portal.member(identifier="ana@example.test", display_name="ana")
    url = await link(owner, member.id)
    assert url.startswith("http://portal.test/app/invitation#aiapi_lnk_")
    secret = secret_in(url)
    looked = await portal.client().post("/api/auth/invitation/look", json={"secret": secret})
    assert looked.json() | {"expires_at": 0} == {
        "kind": "invitation", "identifier": "ana@example.test", "display_name": "ana", "expires_at": 0,
    }  # fmt: skip
    browser = portal.client()
    browser.headers["origin"] = "http://portal.test"
    body = {"secret": secret, "password": PASSWORD, "display_name": "Ana"}
    entered = await browser.post("/api/auth/invitation", json=body)
    assert entered.status_code == 200, entered.text
    me = (await browser.get("/api/me")).json()
    assert (me["id"], me["display_name"]) == (str(member.id), "Ana")
    assert me["csrf_token"] == entered.json()["csrf_token"]
    assert (await browser.get("/api/me/sessions")).json()["items"][0]["method"] == "link"
    stored = await scalar(portal, "SELECT password_hash FROM members WHERE id = :id", id=member.id)
    assert argon2.PasswordHasher().verify(stored, PASSWORD)
    # Who has a password is not invited again, and what happened can be read, without the secret.
    again = await owner.client.post(f"{MEMBERS}/{member.id}/invite")
    assert (again.status_code, code_of(again)) == (409, "invitation_accepted")
    listed = (await owner.client.get(f"{MEMBERS}/{member.id}/invitations")).text
    assert json.loads(listed)["items"][0]["used_at"] is not None
    audited = (await owner.client.get("/api/admin/audit", params={"target_id": str(member.id)})).text
    assert "member.accept_invitation" in audited
    assert secret not in listed + audited


async def test_a_link_is_used_twice(portal: Portal, owner: Caller):
    """Of many who follow it at the same moment one comes in; afterwards nobody."""
    member = await portal.member()
    secret = secret_in(await link(owner, member.id))
    answers = await asyncio.gather(*(follow(portal, "invitation", secret) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404, 404]
    assert await scalar(portal, "SELECT count(*) FROM sessions WHERE member_id = :id", id=member.id) == 1
    for answer in (await follow(portal, "invitation", secret), *(each for each in answers if each.status_code == 404)):
        assert code_of(answer) == "link_used_or_expired"
    assert (
        code_of(await portal.client().post("/api/auth/invitation/look", json={"secret": secret}))
        == "link_used_or_expired"
    )


async def test_a_link_that_is_over_lets_somebody_in(portal: Portal, owner: Caller):
    """Too old, sent again, ended, of another kind, of a member who was disabled meanwhile, mistyped, unknown: one answer."""
    over = []
    for kind, verb, lives in (("invitation", "invite", timedelta(days=7)), ("reset", "reset", timedelta(hours=1))):
        old = secret_in(await link(owner, (await portal.member()).id, verb))
        portal.clock.move(lives)
        over.append((kind, old))
    member = await portal.member()
    over.append(("invitation", secret_in(await link(owner, member.id))))
    over.append(("invitation", newest := secret_in(await link(owner, member.id))))
    revoked = (await owner.client.get(f"{MEMBERS}/{member.id}/invitations")).json()["items"][0]["id"]
    stranger = await portal.member()
    assert code_of(await owner.client.post(f"{MEMBERS}/{stranger.id}/invitations/{revoked}/revoke")) == "link_not_found"
    assert (await owner.client.post(f"{MEMBERS}/{member.id}/invitations/{revoked}/revoke")).status_code == 204
    live = secret_in(await link(owner, stranger.id))
    over += [("reset", live), ("invitation", f"{live[:-1]}{'a' if live[-1] != 'a' else 'b'}"), ("invitation", "x")]
    disabled = await portal.member()
    over.append(("reset", secret_in(await link(owner, disabled.id, "reset"))))
    await owner.client.post(f"{MEMBERS}/{disabled.id}/disable")
    await owner.client.post(f"{MEMBERS}/{disabled.id}/enable")
    assert newest
    for kind, secret in over:
        answer = await follow(portal, kind, secret)
        assert (answer.status_code, code_of(answer)) == (404, "link_used_or_expired"), kind
        assert secret not in answer.text or secret == "x"
    assert (await follow(portal, "invitation", live)).status_code == 200


async def test_a_bad_password_uses_the_link_up(portal: Portal, owner: Caller):
    secret = secret_in(await link(owner, (await portal.member()).id))
    for password in ("", "short", "aaaaaaaaaaaaaaaa"):
        answer = await portal.client().post("/api/auth/invitation", json={"secret": secret, "password": password})
        assert (answer.status_code, code_of(answer)) == (400, "bad_password")
    assert (await follow(portal, "invitation", secret)).status_code == 200


async def test_whoever_was_signed_in_stays_so_after_a_reset(portal: Portal, owner: Caller):
    member = await portal.member()
    other = await portal.browser(member)
    first = secret_in(await link(owner, member.id, "reset"))
    invitation = secret_in(await link(owner, member.id))
    assert (await follow(portal, "reset", first)).status_code == 200
    assert code_of(await other.get("/api/me")) == "session_ended"
    assert code_of(await follow(portal, "invitation", invitation)) == "link_used_or_expired"


async def test_another_sites_page_follows_a_link_in_somebodys_browser(portal: Portal, owner: Caller):
    secret = secret_in(await link(owner, (await portal.member()).id))
    for path in ("invitation", "reset", "set-up", "forgot", "invitation/look"):
        client = portal.client()
        client.headers["origin"] = "http://evil.test"
        answer = await client.post(
            f"/api/auth/{path}", json={"secret": secret, "password": PASSWORD, "identifier": "x"}
        )
        assert answer.status_code in {403, 422}, path
    assert (await follow(portal, "invitation", secret)).status_code == 200


async def test_an_administrator_becomes_owner_by_a_link(portal: Portal, owner: Caller, admin: Caller):
    """By resetting an owner's password, or by keeping the link of somebody who was made owner since."""
    for verb in ("invite", "reset"):
        answer = await admin.client.post(f"{MEMBERS}/{owner.member.id}/{verb}")
        assert (answer.status_code, code_of(answer)) == (403, "owner_required")
    rising = await portal.member()
    kept = secret_in(await link(admin, rising.id))
    assert (await owner.client.patch(f"{MEMBERS}/{rising.id}", json={"role": "owner"})).status_code == 200
    assert code_of(await follow(portal, "invitation", kept)) == "link_used_or_expired"
    assert (await follow(portal, "invitation", secret_in(await link(owner, rising.id)))).status_code == 200


async def test_a_link_is_made_for_whom_it_is_of_no_use(portal: Portal, owner: Caller):
    service = await portal.member(kind="service", responsible_member_id=owner.member.id)
    disabled, elsewhere = await portal.member(), await portal.member()
    await owner.client.post(f"{MEMBERS}/{disabled.id}/disable")
    async with portal.house.database.transaction() as tx:
        await tx.execute(text("UPDATE members SET identity = 'oidc' WHERE id = :id"), {"id": elsewhere.id})
    for member, code in (
        (service, "service_password"),
        (disabled, "member_disabled"),
        (elsewhere, "signs_in_elsewhere"),
    ):
        for verb in ("invite", "reset"):
            assert code_of(await owner.client.post(f"{MEMBERS}/{member.id}/{verb}")) == code


async def test_a_browser_left_open_hands_out_links(portal: Portal):
    browser = await portal.browser(await portal.member("owner"))
    member = await portal.member()
    portal.clock.move(timedelta(minutes=10))
    body = {"lines": ["a@b.test"], "invite": True}
    for answer in (
        await browser.post(f"{MEMBERS}/{member.id}/invite"),
        await browser.post(f"{MEMBERS}/{member.id}/reset"),
        await browser.post(f"{MEMBERS}/bulk", json=body),
        await browser.post(f"{MEMBERS}/bulk", json=body | {"invite": False, "role": "admin"}),
        await browser.post(f"{MEMBERS}/{member.id}/access-tokens", json={"name": "t"}),
    ):
        assert (answer.status_code, code_of(answer)) == (403, "proof_needed")


async def test_a_link_leads_where_nobody_is(database: str):
    """Without a public address it leads to this machine or its number; a name in a request could be anybody's."""
    async with open_portal(database, settings=PortalSettings()) as portal:
        owner, member = await portal.owner(), await portal.member()
        for host, status in (("127.0.0.1:8080", 201), ("evil.test", 409)):
            answer = await owner.client.post(f"{MEMBERS}/{member.id}/invite", headers={"host": host})
            assert answer.status_code == status
            assert answer.json().get("url", "").startswith("http://127.0.0.1:8080/app/") is (status == 201)
        assert code_of(answer) == "public_url_needed"


async def test_a_set_up_link_makes_a_second_first_owner(portal: Portal):
    database, now = portal.house.database, portal.now()
    _, url = await make_set_up_link(database, public_url="http://portal.test", now=now)
    _, newer = await make_set_up_link(database, public_url="http://portal.test", now=now)
    assert newer.startswith("http://portal.test/app/set-up#aiapi_lnk_")
    body = {"identifier": "ada@example.test", "display_name": "Ada", "password": PASSWORD}

    async def post(url: str, identifier: str):
        said = body | {"secret": secret_in(url), "identifier": identifier}
        return await portal.client().post("/api/auth/set-up", json=said)

    assert code_of(await post(url, "ada@example.test")) == "link_used_or_expired"
    answers = await asyncio.gather(*(post(newer, f"ada{number}@example.test") for number in range(3)))
    assert min(answer.status_code for answer in answers) == 200
    assert {code_of(answer) for answer in answers if answer.status_code != 200} <= {
        "owner_exists",
        "link_used_or_expired",
    }
    assert await scalar(portal, "SELECT count(*) FROM members WHERE role = 'owner'") == 1
    assert await scalar(portal, "SELECT count(*) FROM sessions WHERE method = 'link'") == 1
    with pytest.raises(Exception, match="owner already"):
        await make_set_up_link(database, public_url="http://portal.test", now=now)
    # Made before there was an owner, followed after.
    async with database.transaction() as tx:
        await tx.execute(text("UPDATE members SET role = 'member'"))
        _, third = await setup.make_set_up_link(tx, ACTOR, public_url="http://portal.test", now=now)
    await portal.owner()
    assert code_of(await post(third, "eve@example.test")) == "owner_exists"
    assert await scalar(portal, "SELECT count(*) FROM members WHERE role = 'owner'") == 1
