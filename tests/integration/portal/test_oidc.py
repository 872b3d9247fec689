"""Signing in by OpenID Connect with a real provider: who comes in, as whom, and who does not."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text

from ai_api import identity
from ai_api.app import create_app
from ai_api.portal.auth.oidc import oidc_methods
from ai_api.portal.house import PortalSettings
from ai_api.settings import load_settings
from ai_api.sign_in import OidcProvider
from tests.support.oidc import RealProvider, provider_at, real_provider
from tests.support.portal import CLI, Portal, open_portal

pytestmark = pytest.mark.integration
START = "/api/auth/oidc/idp/start"


@pytest.fixture(scope="module")
def idp() -> Iterator[RealProvider]:
    with real_provider() as provider:
        yield provider


@pytest.fixture
async def portal(database: str, idp: RealProvider) -> AsyncIterator[Portal]:
    providers = (provider_at(idp.url, domains=("new.test",)),)
    async with open_portal(
        database, settings=PortalSettings(public_url="http://portal.test", oidc=providers)
    ) as portal:
        yield portal


async def to_provider(browser: httpx.AsyncClient, start: str = START) -> str:
    """Presses the button; gives where the browser is sent."""
    answer = await browser.get(start)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def come_back(browser: httpx.AsyncClient, location: str) -> httpx.Response:
    parts = urlsplit(location)
    assert f"{parts.scheme}://{parts.netloc}" == "http://portal.test"
    return await browser.get(f"{parts.path}?{parts.query}")


async def sign_in(browser: httpx.AsyncClient, idp: RealProvider, subject: str, start: str = START) -> httpx.Response:
    return await come_back(browser, idp.authorize(await to_provider(browser, start), subject))


def carry(browser: httpx.AsyncClient, name: str, value: str) -> None:
    """Puts a cookie into a browser in place of the one it has."""
    if name in dict(browser.cookies):
        browser.cookies.delete(name)
    browser.cookies.set(name, value, domain="portal.test")


def is_page(answer: httpx.Response, status: int, code: str) -> bool:
    """Whether somebody sees a page, safe and with the reason, and not JSON."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), answer.text
    assert "script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers or "aiapi_session" not in answer.headers["set-cookie"]
    return f"{code} · " in answer.text


async def test_a_member_signs_in_and_stays_the_same_whatever_their_address_becomes(portal: Portal, idp: RealProvider):
    member = await portal.member(identifier="Ana@Example.test")
    idp.knows("s-ana", email="ana@example.test", email_verified=True)
    browser = portal.client()
    answer = await sign_in(browser, idp, "s-ana", f"{START}?next=/app/models%3Fq%3D1")
    assert (answer.status_code, answer.headers["location"]) == (302, "/app/models?q=1")
    assert (await browser.get("/api/me")).json()["id"] == str(member.id)
    idp.knows("s-ana", email="ana.new@example.test")
    another = portal.client()
    assert (await sign_in(another, idp, "s-ana")).headers["location"] == "/app/"
    assert (await another.get("/api/me")).json()["id"] == str(member.id)
    listed = (await another.get("/api/me/sessions")).json()["items"]
    assert [each["method"] for each in listed] == ["oidc", "oidc"]
    idp.knows("s-other", email="ana@example.test", email_verified=True)
    assert is_page(await sign_in(portal.client(), idp, "s-other"), 409, "oidc_other_account")


async def test_everybody_at_the_provider_is_a_member(portal: Portal, idp: RealProvider):
    """Who becomes one is in the domains of the settings; an address counts only when it is verified, in so many words."""
    service = await portal.member(kind="service", responsible_member_id=(await portal.member()).id)
    await portal.member(identifier="bob@example.test")
    for subject, claims, code in (
        ("nobody", {"email": "nobody@example.test", "email_verified": True}, "oidc_not_registered"),
        ("look", {"email": "x@new.test.evil.test", "email_verified": True}, "oidc_not_registered"),
        ("at", {"email": "x@new.test@evil.test", "email_verified": True}, "oidc_not_registered"),
        ("service", {"email": service.identifier, "email_verified": True}, "oidc_not_registered"),
        ("no", {"email": "bob@example.test", "email_verified": False}, "oidc_email_unverified"),
        ("missing", {"email": "bob@example.test"}, "oidc_email_unverified"),
        ("word", {"email": "bob@example.test", "email_verified": "true"}, "oidc_email_unverified"),
        ("new", {"email": "carl@new.test", "email_verified": False}, "oidc_email_unverified"),
        ("none", {"email_verified": True}, "oidc_identifier_missing"),
    ):
        idp.knows(subject, **claims)
        assert is_page(await sign_in(portal.client(), idp, subject), 403, code), subject
    idp.knows("dora", email="Dora@NEW.test", email_verified=True, name="Dora <i>D</i>")
    browser = portal.client()
    assert (await sign_in(browser, idp, "dora")).status_code == 302
    me = (await browser.get("/api/me")).json()
    expected = {"identifier": "Dora@NEW.test", "display_name": "Dora <i>D</i>", "role": "member", "identity": "oidc"}
    assert {name: me[name] for name in expected} == expected
    async with portal.house.database.transaction() as tx:
        rows = await tx.execute(
            text("SELECT action FROM audit_events WHERE target_id = :id ORDER BY id"), {"id": me["id"]}
        )
        assert list(rows.scalars()) == ["member.create", "member.bind_identity"]


async def test_a_disabled_member_comes_in_by_the_other_door(portal: Portal, idp: RealProvider):
    owner = await portal.owner()
    member = await portal.member(identifier="eve@example.test")
    idp.knows("s-eve", email="eve@example.test", email_verified=True)
    browser = portal.client()
    assert (await sign_in(browser, idp, "s-eve")).status_code == 302
    assert (await owner.client.post(f"/api/admin/members/{member.id}/disable")).status_code == 200
    assert is_page(await sign_in(portal.client(), idp, "s-eve"), 403, "member_disabled")
    assert (await browser.get("/api/me")).status_code == 401


async def test_who_gets_an_address_at_the_provider_takes_a_member_over(portal: Portal, idp: RealProvider):
    """A member who has another way to sign in shows it first, in the same browser and a short time ago."""
    member = await portal.member(identifier="fay@example.test")
    async with portal.house.database.transaction() as tx:
        await identity.set_password(tx, CLI, member.id, password_hash="$argon2id$x", now=portal.now())
    idp.knows("s-fay", email="fay@example.test", email_verified=True)
    assert is_page(await sign_in(portal.client(), idp, "s-fay"), 409, "oidc_sign_in_first")
    stranger = await portal.browser(await portal.member())
    assert is_page(await sign_in(stranger, idp, "s-fay"), 409, "oidc_sign_in_first")
    left_open = await portal.browser(member)
    portal.clock.move(timedelta(minutes=10))
    assert is_page(await sign_in(left_open, idp, "s-fay"), 409, "oidc_sign_in_first")
    portal.clock.move(-timedelta(minutes=10))
    own = await portal.browser(member)
    assert (await sign_in(own, idp, "s-fay")).status_code == 302
    assert (await sign_in(portal.client(), idp, "s-fay")).status_code == 302


async def test_a_sign_in_leaves_the_session_before_it_open(portal: Portal, idp: RealProvider):
    await portal.member(identifier="gus@example.test")
    idp.knows("s-gus", email="gus@example.test", email_verified=True)
    browser = portal.client()
    await sign_in(browser, idp, "s-gus")
    before = browser.cookies["aiapi_session"]
    await sign_in(browser, idp, "s-gus")
    assert browser.cookies["aiapi_session"] != before
    old = portal.client()
    carry(old, "aiapi_session", before)
    assert (await old.get("/api/me")).json()["code"] == "session_ended"


async def test_a_trip_ends_in_a_browser_that_did_not_begin_it_or_twice_or_late(portal: Portal, idp: RealProvider):
    await portal.member(identifier="hal@example.test")
    idp.knows("s-hal", email="hal@example.test", email_verified=True)
    browser, other = portal.client(), portal.client()
    location = idp.authorize(await to_provider(browser), "s-hal")
    query = parse_qs(urlsplit(location).query)
    code, state = query["code"][0], query["state"][0]
    # A stranger's link in another browser, which is on a trip of its own or on none.
    assert is_page(await come_back(other, location), 400, "oidc_state_unknown")
    await to_provider(other)
    assert is_page(await come_back(other, location), 400, "oidc_state_unknown")
    callback = "http://portal.test/api/auth/oidc/idp/callback"
    carried = browser.cookies["aiapi_oidc"]
    for wrong in (
        f"?code={code}",
        f"?code={code}&state=",
        f"?code={code}&state=x{state}",
        f"?code={code}&state={state}&state={state}",
        "?error=access_denied&state=%ff",
        "",
    ):
        carry(browser, "aiapi_oidc", carried)
        assert is_page(await come_back(browser, callback + wrong), 400, "oidc_state_unknown"), wrong
        assert "aiapi_oidc" not in dict(browser.cookies)
    for cookie in (carried[:-4] + "AAAA", "a.b.c", "…", ""):
        headers = [(b"cookie", f"aiapi_oidc={cookie}".encode())]
        answer = await portal.client().get(location.removeprefix("http://portal.test"), headers=headers)
        assert is_page(answer, 400, "oidc_state_unknown"), cookie
    carry(browser, "aiapi_oidc", carried)
    assert (await come_back(browser, location)).status_code == 302
    carry(browser, "aiapi_oidc", carried)
    assert is_page(await come_back(browser, location), 400, "oidc_state_unknown")
    late = portal.client()
    location = idp.authorize(await to_provider(late), "s-hal")
    portal.clock.move(timedelta(minutes=10))
    assert is_page(await come_back(late, location), 400, "oidc_state_unknown")


async def test_cancelling_is_an_error_of_ours(portal: Portal, idp: RealProvider):
    browser = portal.client()
    location = await to_provider(browser, f"{START}?next=/app/keys")
    denied = idp.deny(location)
    assert is_page(await come_back(browser, denied), 403, "oidc_cancelled")
    state = parse_qs(urlsplit(location).query)["state"][0]
    answer = await come_back(browser, f"{denied}&state={state}")
    assert is_page(answer, 403, "oidc_cancelled")
    assert 'href="/api/auth/oidc/idp/start?next=%2Fapp%2Fkeys"' in answer.text
    state = parse_qs(urlsplit(await to_provider(browser)).query)["state"][0]
    location = f"http://portal.test/api/auth/oidc/idp/callback?error=<b>&error_description=<i>&state={state}"
    answer = await come_back(browser, location)
    assert is_page(answer, 502, "oidc_refused")
    assert "<b>" not in answer.text


async def test_after_signing_in_somebody_is_somewhere_else(portal: Portal):
    browser = portal.client()
    for path in (
        "//evil.test",
        "/\\evil.test",
        "https://evil.test",
        "/a//b",
        "/./x",
        "evil",
        "",
        "/a%0a".replace("%0a", "\n"),
    ):
        assert is_page(await browser.get(START, params={"next": path}), 400, "bad_next"), path
    assert is_page(await browser.get("/api/auth/oidc/other/start"), 404, "oidc_unknown")
    assert is_page(await browser.get("/api/auth/oidc/other/callback?code=1&state=1"), 404, "oidc_unknown")
    assert is_page(await browser.get(f"{START}?prove=perhaps"), 400, "bad_request")
    assert is_page(await browser.get(f"{START}?prove=true"), 401, "session_ended")


async def test_a_host_that_is_not_ours_gets_the_code(database: str, idp: RealProvider):
    """Without a public address the browser is sent back to localhost or a number, never to a name somebody else chose."""
    async with open_portal(database, settings=PortalSettings(oidc=(provider_at(idp.url),))) as portal:
        browser = portal.client()
        assert is_page(await browser.get(START, headers={"host": "evil.test"}), 403, "foreign_origin")
        location = (await browser.get(START, headers={"host": "localhost:8080"})).headers["location"]
        assert parse_qs(urlsplit(location).query)["redirect_uri"] == [
            "http://localhost:8080/api/auth/oidc/idp/callback"
        ]


async def test_a_replaced_account_keeps_its_member_out_for_ever(portal: Portal, idp: RealProvider):
    """An administrator takes the old account away; of owners only owners do, and nobody through another member."""
    owner, admin = await portal.owner(), await portal.admin()
    member = await portal.member(identifier="ida@example.test")
    idp.knows("old", email="ida@example.test", email_verified=True)
    idp.knows("new", email="ida@example.test", email_verified=True)
    assert (await sign_in(portal.client(), idp, "old")).status_code == 302
    assert is_page(await sign_in(portal.client(), idp, "new"), 409, "oidc_other_account")
    listed = (await admin.client.get(f"/api/admin/members/{member.id}/identities")).json()
    assert [(each["issuer"], each["subject"]) for each in listed["items"]] == [(idp.url, "old")]
    (bound,) = listed["items"]
    wrong = f"/api/admin/members/{admin.member.id}/identities/{bound['id']}"
    assert (await admin.client.delete(wrong)).json()["code"] == "identity_not_found"
    of_owner = f"/api/admin/members/{owner.member.id}/identities/{await portal.identity(owner.member)}"
    assert (await admin.client.delete(of_owner)).json()["code"] == "owner_required"
    assert (await owner.client.delete(of_owner)).status_code == 204
    assert (await admin.client.delete(f"/api/admin/members/{member.id}/identities/{bound['id']}")).status_code == 204
    assert (await sign_in(portal.client(), idp, "new")).status_code == 302
    assert is_page(await sign_in(portal.client(), idp, "old"), 409, "oidc_other_account")


async def test_a_setting_of_a_provider_is_dropped_on_the_way():
    given = {
        "preset": "google", "client_id": "gw", "client_secret": "a secret", "label": "Us", "scopes": "openid groups",
        "identifier_claim": "upn", "name_claim": "nick", "domains": "a.test", "private_network": True,
    }  # fmt: skip
    settings = load_settings(
        {},
        database_url="postgresql://x",
        encryption_keys=f"k:{base64.b64encode(bytes(32)).decode()}",
        oidc={"us": given},
    )
    provider = create_app(settings).portal.state.oidc["us"].provider
    assert provider == OidcProvider(
        **given
        | {
            "name": "us",
            "issuer": "https://accounts.google.com",
            "scopes": ("openid", "groups"),
            "domains": ("a.test",),
        }
    )
    assert "a secret" not in repr(provider)
    assert [each.start for each in oidc_methods(PortalSettings(oidc=(provider,)))] == ["/api/auth/oidc/us/start"]
