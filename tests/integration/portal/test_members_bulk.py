"""Many members at once, what stops with one, and who answers for what is nobody."""

from __future__ import annotations

from sqlalchemy import text

from ai_api.setup import BATCH, LINES_MAX
from tests.integration.portal.examples_access import issued
from tests.support.portal import Caller, Portal

MEMBERS = "/api/admin/members"


def code_of(answer):
    return answer.json()["code"]


async def everybody(portal: Portal) -> int:
    async with portal.house.database.transaction() as tx:
        return (await tx.execute(text("SELECT count(*) FROM members"))).scalar_one()


async def test_one_wrong_line_spoils_the_others_or_is_not_named(portal: Portal, owner: Caller):
    await portal.member(identifier="Taken@example.test")
    tag = (await owner.client.post("/api/admin/tags", json={"name": "new"})).json()["id"]
    csv = (
        "\ufeffIdentifier,Name\n"
        "ana@example.test,Ana\n"
        "\n"
        "taken@EXAMPLE.test,Somebody\n"
        'bob@example.test,"Bob, the builder"\n'
        "Cy Cy <cy@example.test>\n"
        "ANA@example.test\n"
        "no identifier at all\n"
        f"{'x' * 255},X\n"
        "dee@example.test;Dee;Dee\n"
        f"eve@example.test\t{'n' * 201}\n"
        'fay@example.test,"un\n'
    )
    body = {"csv": csv, "tag_ids": [tag], "invite": True}
    before = await everybody(portal)
    dry = (await owner.client.post(f"{MEMBERS}/bulk?dry_run=true", json=body)).json()
    assert (dry["dry_run"], await everybody(portal)) == (True, before)
    told = (await owner.client.post(f"{MEMBERS}/bulk", json=body)).json()
    shape = [
        (line["line"], line["identifier"], line["display_name"], line["result"], line["code"]) for line in told["lines"]
    ]
    assert [(line["line"], line["result"], line["code"]) for line in dry["lines"]] == [
        (number, result, code) for number, _, _, result, code in shape
    ]
    assert not any(line["url"] or line["member_id"] for line in dry["lines"])
    assert shape == [
        (2, "ana@example.test", "Ana", "made", None),
        (4, "taken@EXAMPLE.test", "Somebody", "exists", None),
        (5, "bob@example.test", "Bob, the builder", "made", None),
        (6, "cy@example.test", "Cy Cy", "made", None),
        (7, "ANA@example.test", "ANA@example.test", "wrong", "repeated"),
        (8, "no identifier at all", "no identifier at all", "wrong", "bad_identifier"),
        (9, "x" * 255, "X", "wrong", "bad_identifier"),
        (10, "dee@example.test", "Dee Dee", "made", None),
        (11, "eve@example.test", "n" * 201, "wrong", "bad_name"),
        (12, "fay@example.test", "un", "made", None),
    ]
    assert (told["made"], told["exists"], told["wrong"]) == (5, 1, 4)
    for line in told["lines"]:
        assert (line["url"] is not None) == (line["result"] == "made")
        assert line["mailed"] is False
    of_tag = (await owner.client.get(f"/api/admin/tags/{tag}/members")).json()["items"]
    assert {each["identifier"] for each in of_tag} == {
        f"{name}@example.test" for name in ("ana", "bob", "cy", "dee", "fay")
    }
    secret = told["lines"][0]["url"].partition("#")[2]
    looked = await portal.client().post("/api/auth/invitation/look", json={"secret": secret})
    assert looked.json()["identifier"] == "ana@example.test"


async def test_a_list_is_longer_than_one_transaction_or_than_all_of_them(portal: Portal, admin: Caller):
    lines = [f"m{number}@example.test" for number in range(BATCH + 1)]
    told = (await admin.client.post(f"{MEMBERS}/bulk", json={"lines": [*lines, lines[0].upper()]})).json()
    assert (told["made"], told["wrong"], told["lines"][-1]["code"]) == (BATCH + 1, 1, "repeated")
    before = await everybody(portal)
    for body, status, code in (
        ({"csv": "a\n" * (LINES_MAX + 1)}, 400, "too_many_lines"),
        ({"lines": ["a"] * (LINES_MAX + 1)}, 422, "invalid_fields"),
        ({"lines": ["", " "]}, 400, "nobody_named"),
        ({"lines": ["a"], "csv": "b"}, 422, "invalid_fields"),
        ({}, 422, "invalid_fields"),
        ({"lines": ["a"], "role": "owner"}, 403, "owner_required"),
        ({"lines": ["a"], "tag_ids": ["00000000-0000-7000-8000-000000000000"]}, 404, "tag_not_found"),
    ):
        answer = await admin.client.post(f"{MEMBERS}/bulk", json=body)
        assert (answer.status_code, code_of(answer)) == (status, code), body
    assert await everybody(portal) == before


async def test_nobody_knows_what_disabling_stops(portal: Portal, owner: Caller):
    member = await portal.member()
    await portal.token(member)
    browser = await portal.browser(member)
    for _ in range(2):
        await issued(portal, member)
    robot = await portal.member(kind="service", responsible_member_id=member.id, identifier="robot")
    path = f"{MEMBERS}/{member.id}"
    stops = await owner.client.post(f"{path}/disable?dry_run=true")
    told, one = (
        stops.json(),
        {"id": str(member.id), "identifier": member.identifier, "display_name": member.display_name},
    )
    assert told["members"] == {"count": 1, "first": [one]}
    assert [told[name]["count"] for name in ("credentials", "allocations", "models")] == [2, 0, 0]
    named = {"name": f"{member.identifier}: laptop", "stops_at": None}
    assert [{**each, "id": None} for each in told["credentials"]["first"]] == [{"id": None, **named}] * 2
    assert [told[name] for name in ("access_tokens", "sessions", "links", "identities", "open_calls")] == [
        1,
        1,
        0,
        0,
        0,
    ]
    robots = [{"id": str(robot.id), "identifier": "robot", "display_name": "robot"}]
    assert told["service_accounts"] == {"count": 1, "first": robots}
    assert (await browser.get("/api/me")).status_code == 200
    # What becomes of a service account somebody has to say.
    assert code_of(await owner.client.post(f"{path}/disable")) == "responsible_for_services"
    assert code_of(await owner.client.patch(path, json={"status": "disabled"})) == "responsible_for_services"
    robots = portal.client(await portal.token(robot))
    assert (await owner.client.post(f"{path}/disable", json={"service_accounts": "keep"})).status_code == 200
    assert code_of(await browser.get("/api/me")) == "session_ended"
    assert (await robots.get("/api/me")).status_code == 200
    unanswered = (await owner.client.get(MEMBERS, params={"unanswered": True})).json()["items"]
    assert [each["identifier"] for each in unanswered] == ["robot"]
    answered = (await owner.client.get(MEMBERS, params={"unanswered": False})).json()["items"]
    assert "robot" not in {each["identifier"] for each in answered}
    refused = await owner.client.post(f"{MEMBERS}/{robot.id}/access-tokens", json={"name": "t"})
    assert code_of(refused) == "bad_responsible_member"
    handed = {"responsible_member_id": str(owner.member.id)}
    assert (await owner.client.patch(f"{MEMBERS}/{robot.id}", json=handed)).status_code == 200
    assert (await owner.client.get(MEMBERS, params={"unanswered": True})).json()["items"] == []


async def test_the_service_accounts_of_somebody_who_left_go_on(portal: Portal, owner: Caller):
    member = await portal.member()
    robot = await portal.member(kind="service", responsible_member_id=member.id)
    client = portal.client(await portal.token(robot))
    body = {"service_accounts": "disable"}
    assert (await owner.client.post(f"{MEMBERS}/{member.id}/disable", json=body)).status_code == 200
    assert (await client.get("/api/me")).status_code == 401
    assert (await owner.client.get(f"{MEMBERS}/{robot.id}")).json()["status"] == "disabled"


async def test_a_preview_refuses_nothing_that_the_write_would(portal: Portal, owner: Caller, admin: Caller):
    path = f"{MEMBERS}/{owner.member.id}"
    for answer, code in (
        (await owner.client.post(f"{path}/disable?dry_run=true"), "last_owner"),
        (await admin.client.post(f"{path}/disable?dry_run=true"), "owner_required"),
        (await owner.client.delete(f"{path}?dry_run=true"), "last_owner"),
        (await admin.client.delete(f"{path}?dry_run=true"), "owner_required"),
    ):
        assert code_of(answer) == code
    unused = await portal.member()
    await portal.browser(unused)
    stops = await owner.client.delete(f"{MEMBERS}/{unused.id}?dry_run=true")
    assert (stops.status_code, stops.json()["sessions"]) == (200, 1)
    assert (await owner.client.get(f"{MEMBERS}/{unused.id}")).status_code == 200
    assert (await owner.client.delete(f"{MEMBERS}/{unused.id}")).status_code == 204


async def test_a_lost_laptop_stays_signed_in(portal: Portal, owner: Caller, admin: Caller):
    member = await portal.member()
    browser = await portal.browser(member)
    path = f"{MEMBERS}/{member.id}/sessions"
    (shown,) = (await admin.client.get(path)).json()["items"]
    assert (shown["address"], shown["user_agent"]) == ("192.0.2.7", "a browser")
    assert (await admin.client.post(f"{path}/revoke")).json() == {"ended": 1}
    assert code_of(await browser.get("/api/me")) == "session_ended"
    assert (await admin.client.get(path)).json()["items"] == []
    refused = await admin.client.post(f"{MEMBERS}/{owner.member.id}/sessions/revoke")
    assert (refused.status_code, code_of(refused)) == (403, "owner_required")


async def test_an_administrator_makes_a_token_of_somebody_else(portal: Portal, owner: Caller, admin: Caller):
    """Only of service accounts; but anybody's token can be ended."""
    person = await portal.caller()
    refused = await owner.client.post(f"{MEMBERS}/{person.member.id}/access-tokens", json={"name": "t"})
    assert (refused.status_code, code_of(refused)) == (409, "only_for_service_accounts")
    robot = await portal.member(kind="service", responsible_member_id=person.member.id)
    path = f"{MEMBERS}/{robot.id}/access-tokens"
    made = (await admin.client.post(path, json={"name": "deploys"})).json()
    client = portal.client(made["secret"])
    assert (await client.get("/api/me")).json()["id"] == str(robot.id)
    listed = (await admin.client.get(path)).text
    assert made["id"] in listed
    assert made["secret"] not in listed
    stranger = f"{MEMBERS}/{person.member.id}/access-tokens/{made['id']}/revoke"
    assert code_of(await admin.client.post(stranger)) == "access_token_not_found"
    assert (await admin.client.post(f"{path}/{made['id']}/revoke")).json()["revoked_at"] is not None
    assert (await client.get("/api/me")).status_code == 401
    (token,) = (await owner.client.get(f"{MEMBERS}/{owner.member.id}/access-tokens")).json()["items"]
    of_owner = f"{MEMBERS}/{owner.member.id}/access-tokens/{token['id']}/revoke"
    assert code_of(await admin.client.post(of_owner)) == "owner_required"


async def test_nobodys_things_are_an_empty_list(portal: Portal, owner: Caller):
    for what in ("sessions", "access-tokens", "invitations"):
        answer = await owner.client.get(f"{MEMBERS}/00000000-0000-7000-8000-000000000000/{what}")
        assert (answer.status_code, code_of(answer)) == (404, "member_not_found")


async def test_everybody_on_a_list_has_another_role_than_was_said(portal: Portal, owner: Caller):
    told = (await owner.client.post(f"{MEMBERS}/bulk", json={"lines": ["a@b.test"], "role": "admin"})).json()
    assert (await owner.client.get(f"{MEMBERS}/{told['lines'][0]['member_id']}")).json()["role"] == "admin"
