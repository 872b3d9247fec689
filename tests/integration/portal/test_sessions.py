"""Sessions of browsers: one test for each way in which somebody else could act as their member."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ai_api.core import secret_form
from ai_api.portal.house import PortalSettings
from tests.support.portal import PASSWORD, Caller, Portal, open_portal


def code_of(answer):
    return answer.json()["code"]


async def test_a_browser_is_its_member_and_has_the_role_they_have_now(portal: Portal, owner: Caller):
    member = await portal.member("admin")
    browser = await portal.browser(member)
    assert (await browser.get("/api/me")).json()["identifier"] == member.identifier
    assert (await browser.get("/api/admin/members")).status_code == 200
    assert (await owner.client.patch(f"/api/admin/members/{member.id}", json={"role": "member"})).status_code == 200
    assert (await browser.get("/api/admin/members")).status_code == 403


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-csrf-token": ""}, "csrf_token_wrong"),
        ({"x-csrf-token": "A" * 43}, "csrf_token_wrong"),
        ({"origin": ""}, "foreign_origin"),
        ({"origin": "null"}, "foreign_origin"),
        ({"origin": "http://evil.test"}, "foreign_origin"),
        ({"origin": "http://portal.test.evil.test"}, "foreign_origin"),
        ({"origin": "https://portal.test"}, "foreign_origin"),
    ],
)
async def test_a_page_of_another_site_writes_in_a_members_name(portal: Portal, headers, code):
    browser = await portal.browser(await portal.member("admin"))
    for name, value in headers.items():
        if value:
            browser.headers[name] = value
        else:
            del browser.headers[name]
    answer = await browser.post("/api/admin/tags", json={"name": "red"})
    assert (answer.status_code, code_of(answer)) == (403, code)
    assert (await browser.get("/api/me")).status_code == 200


async def test_the_proof_of_one_session_is_good_for_another(portal: Portal):
    first, second = await portal.browser(await portal.member()), await portal.browser(await portal.member())
    second.headers["x-csrf-token"] = first.headers["x-csrf-token"]
    assert code_of(await second.post("/api/me/sessions/revoke-others")) == "csrf_token_wrong"


async def test_the_page_is_told_what_to_send_and_a_program_is_not(portal: Portal, owner: Caller):
    browser = await portal.browser(owner.member)
    assert (await browser.get("/api/me")).json()["csrf_token"] == browser.headers["x-csrf-token"]
    assert (await owner.client.get("/api/me")).json()["csrf_token"] is None


async def test_a_session_lives_for_ever(portal: Portal):
    """It ends when it is not used for its time, and in any case after its other time."""
    terms = portal.house.settings.sessions
    member = await portal.member()
    idle = await portal.browser(member)
    portal.clock.move(terms.idle)
    assert code_of(await idle.get("/api/me")) == "session_ended"
    used = await portal.browser(member)
    for _ in range(int(terms.absolute / terms.idle) * 2 - 1):
        portal.clock.move(terms.idle / 2)
        assert (await used.get("/api/me")).status_code == 200
    portal.clock.move(terms.idle / 2)
    assert code_of(await used.get("/api/me")) == "session_ended"


async def test_a_disabled_member_is_still_signed_in_and_again_when_enabled(portal: Portal, owner: Caller):
    member = await portal.member()
    for disable in (
        lambda: owner.client.post(f"/api/admin/members/{member.id}/disable"),
        lambda: owner.client.patch(f"/api/admin/members/{member.id}", json={"status": "disabled"}),
    ):
        browser = await portal.browser(member)
        assert (await disable()).status_code == 200
        assert code_of(await browser.get("/api/me")) == "session_ended"
        assert (await owner.client.post(f"/api/admin/members/{member.id}/enable")).status_code == 200
        assert code_of(await browser.get("/api/me")) == "session_ended"


async def test_a_member_does_not_know_where_they_are_signed_in_or_cannot_end_it(portal: Portal):
    member = await portal.member()
    here, there, stranger = [await portal.browser(each) for each in (member, member, await portal.member())]
    listed = (await here.get("/api/me/sessions")).json()["items"]
    assert [each["current"] for each in listed] == [False, True]
    assert {each["address"] for each in listed} == {"192.0.2.7"}
    other = listed[0]["id"]
    assert code_of(await stranger.post(f"/api/me/sessions/{other}/revoke")) == "session_not_found"
    assert (await here.post(f"/api/me/sessions/{other}/revoke")).status_code == 204
    assert code_of(await there.get("/api/me")) == "session_ended"
    again = await portal.browser(member)
    assert (await here.post("/api/me/sessions/revoke-others")).json() == {"ended": 1}
    assert code_of(await again.get("/api/me")) == "session_ended"
    assert (await here.get("/api/me")).status_code == 200
    assert (await stranger.get("/api/me")).status_code == 200


async def test_a_browser_left_open_gives_rights_away(portal: Portal):
    """What gives others power asks for a fresh proof; an access token was made with one."""
    admin = await portal.member("owner")
    browser = await portal.browser(admin)
    portal.clock.move(timedelta(minutes=10))
    key = {"provider": "openai", "name": "k", "secret": "sk-upstream-1"}
    attempts = [
        browser.post("/api/admin/members", json={"identifier": "x@y.z", "display_name": "X", "role": "admin"}),
        browser.patch(f"/api/admin/members/{admin.id}", json={"role": "member"}),
        browser.post("/api/me/access-tokens", json={"name": "t"}),
        browser.post("/api/admin/provider-keys", json=key),
    ]
    for attempt in attempts:
        answer = await attempt
        assert (answer.status_code, code_of(answer)) == (403, "proof_needed")
    assert (await browser.post("/api/admin/tags", json={"name": "red"})).status_code == 201
    program = portal.client(await portal.token(admin))
    assert (await program.post("/api/me/access-tokens", json={"name": "t"})).status_code == 201


async def test_a_name_that_leads_to_this_machine_is_taken_for_ours(database: str):
    """Without a public address a page may come from localhost or a number, never from a name somebody else chose."""
    async with open_portal(database, settings=PortalSettings()) as portal:
        browser = await portal.browser(await portal.member())
        for host, is_ours in (
            ("127.0.0.1:8080", True),
            ("localhost:8080", True),
            ("[::1]:8080", True),
            ("evil.test", False),
        ):
            browser.headers.update({"host": host, "origin": f"http://{host}"})
            answer = await browser.post("/api/me/sessions/revoke-others")
            assert answer.status_code == (200 if is_ours else 403), host


async def test_a_secret_of_a_session_is_kept_or_shown(portal: Portal, database: str):
    browser = await portal.browser(await portal.member())
    (cookie,) = list(browser.cookies.jar)
    shown = (await browser.get("/api/me/sessions")).text + (await browser.get("/api/me")).text
    assert cookie.value not in shown
    for answer in (await portal.client().get("/api/me"), await _with_cookie(portal, _mistyped(cookie.value))):
        assert answer.status_code == 401


async def test_any_cookie_is_somebody(portal: Portal, owner: Caller):
    """What has the form of a session's secret is none for that, nor is anything else that may be known of its member."""
    browser = await portal.browser(owner.member)
    (cookie,) = list(browser.cookies.jar)
    own = cookie.value
    assert own is not None
    prefix = own[: -secret_form.TAIL_CHARACTERS]
    hashed = secret_form.hash_of(own).hex()
    (listed,) = (await browser.get("/api/me/sessions")).json()["items"]
    wrong = [
        "1",
        "true",
        "admin",
        "owner",
        str(owner.member.id),
        listed["id"],
        owner.secret,
        hashed,
        own.swapcase(),
        f"{own}x",
    ]
    wrong += [own[:-1], secret_form.new(prefix), f"{prefix}{hashed}"]
    for name, value in (*((cookie.name, value) for value in wrong), ("session", own), (f"__Host-{cookie.name}", own)):
        stranger = portal.client()
        stranger.cookies.set(name, value)
        for path in ("/api/me", "/api/admin/members"):
            answer = await stranger.get(path)
            assert (answer.status_code, "set-cookie" in answer.headers) == (401, False), (name, value, path)


async def test_a_session_goes_along_with_requests_of_other_sites_or_they_read_the_answers(database: str):
    """The cookie stays with this host, by TLS, for what is no other site's form; and nothing is ever shared with an origin."""
    async with open_portal(database, settings=PortalSettings(public_url="https://portal.test")) as portal:
        member = await portal.member()
        await portal.give_password(member)
        answer = await portal.client().post(
            "/api/auth/login", json={"identifier": member.identifier, "password": PASSWORD}
        )
        (cookie,) = answer.headers.get_list("set-cookie")
        name, *attributes = (part.strip() for part in cookie.lower().split(";"))
        assert name.startswith("__host-aiapi_session=")
        assert sorted(attributes) == ["httponly", "max-age=1209600", "path=/", "samesite=lax", "secure"]
        browser = await portal.browser(member)
        for origin in ("https://evil.test", "https://portal.test", "null"):
            for method, path in (
                ("GET", "/api/me"),
                ("GET", "/api/auth/methods"),
                ("OPTIONS", "/api/me/sessions/revoke-others"),
            ):
                headers = {"origin": origin, "access-control-request-method": "POST"}
                answer = await browser.request(method, path, headers=headers)
                assert [name for name in answer.headers if name.startswith("access-control-")] == [], (origin, path)
                assert answer.status_code == (405 if method == "OPTIONS" else 200), (origin, path)


async def _with_cookie(portal: Portal, secret: str):
    client = portal.client()
    client.cookies.set("aiapi_session", secret)
    return await client.get("/api/me")


def _mistyped(secret: str) -> str:
    return secret[:-1] + ("y" if secret.endswith("x") else "x")
