"""The ways in side by side: who becomes a member by one of them, what they have then, and what another password ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from ai_api.cli.admin import make_set_up_link, reset_password
from ai_api.portal.house import PortalSettings
from tests.integration.portal.test_oidc import START, is_page, sign_in
from tests.support.oidc import RealProvider, provider_at, real_provider
from tests.support.portal import PASSWORD, Caller, Portal, open_portal

pytestmark = pytest.mark.integration
MEMBERS, SYSTEM, RULES = "/api/admin/members", "/api/admin/system", "/api/admin/tag-rules"
ELSEWHERE = "203.0.113.9"
NEW = "another harbour of tin"


@pytest.fixture(scope="module")
def idp() -> Iterator[RealProvider]:
    with real_provider() as provider:
        yield provider


@pytest.fixture
async def portal(database: str, idp: RealProvider) -> AsyncIterator[Portal]:
    """One provider, which takes in nobody by itself."""
    settings = PortalSettings(public_url="http://portal.test", oidc=(provider_at(idp.url),))
    async with open_portal(database, settings=settings) as portal:
        yield portal


async def tags_by_rules(owner: Caller) -> dict[str, str]:
    """A tag for each rule, by the rule's kind: for everybody, for a domain, for a claim, and of a rule that is off."""
    made = {}
    for name, rule in (
        ("always", {"kind": "always"}),
        ("domain", {"kind": "domain", "value": "new.test"}),
        ("claim", {"kind": "claim", "claim": "groups", "value": "staff"}),
        ("off", {"kind": "always", "enabled": False}),
    ):
        made[name] = (await owner.client.post("/api/admin/tags", json={"name": name})).json()["id"]
        answer = await owner.client.post(RULES, json={"name": name, "tag_id": made[name], **rule})
        assert answer.status_code == 201, answer.text
    return made


async def tags_of(owner: Caller, member_id: object) -> set[str]:
    return {tag["name"] for tag in (await owner.client.get(f"{MEMBERS}/{member_id}")).json()["tags"]}


async def link(owner: Caller, member_id: object, verb: str) -> str:
    """The secret of a new link."""
    answer = await owner.client.post(f"{MEMBERS}/{member_id}/{verb}")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["url"].partition("#")[2])


async def follow(portal: Portal, kind: str, secret: str, **more: str) -> httpx.Response:
    return await portal.client().post(f"/api/auth/{kind}", json={"secret": secret, "password": PASSWORD, **more})


async def log_in(portal: Portal, identifier: str, password: str = PASSWORD) -> httpx.Response:
    return await portal.client().post("/api/auth/login", json={"identifier": identifier, "password": password})


async def test_a_newcomer_of_a_registered_domain_stays_out_or_gets_no_tags(portal: Portal, idp: RealProvider) -> None:
    """The organization's domains count whichever provider vouches, for a verified address, from the next sign-in on."""
    owner = await portal.owner()
    rules = await tags_by_rules(owner)
    idp.knows("nina", email="nina@New.test", email_verified=True, groups=["staff", "cooks"])
    assert is_page(await sign_in(portal.client(), idp, "nina"), 403, "oidc_not_registered")
    assert (await owner.client.patch(SYSTEM, json={"registration_domains": ["NEW.test"]})).status_code == 200
    for subject, email, verified, code in (
        ("otto", "otto@other.test", True, "oidc_not_registered"),
        ("under", "under@sub.new.test", True, "oidc_not_registered"),
        ("like", "like@anew.test", True, "oidc_not_registered"),
        ("not", "not@new.test", False, "oidc_email_unverified"),
    ):
        idp.knows(subject, email=email, email_verified=verified, groups=["staff"])
        assert is_page(await sign_in(portal.client(), idp, subject), 403, code), subject
    browser = portal.client()
    assert (await sign_in(browser, idp, "nina")).status_code == 302
    nina = (await browser.get("/api/me")).json()
    assert (nina["identifier"], nina["role"]) == ("nina@New.test", "member")
    assert await tags_of(owner, nina["id"]) == {"always", "domain", "claim"}
    assert (await owner.client.get(MEMBERS)).json()["items"][0]["id"] == nina["id"], "and nobody after her"
    async with portal.house.database.transaction() as tx:
        statement = text("SELECT action FROM audit_events WHERE target_id = :id ORDER BY id")
        actions = list((await tx.execute(statement, {"id": nina["id"]})).scalars())
    assert actions == ["member.create", "member.bind_identity", "member.tag_by_rules"]
    # Rules are for the first time: what an administrator takes away stays away.
    taken = {"member_ids": [nina["id"]]}
    answer = await owner.client.post(f"/api/admin/tags/{rules['claim']}/members/remove", json=taken)
    assert answer.status_code == 200, answer.text
    assert (await sign_in(portal.client(), idp, "nina")).status_code == 302
    assert await tags_of(owner, nina["id"]) == {"always", "domain"}
    # Whoever was made a member before signs in for the first time too; the domains are for those who were not.
    ada = await portal.member(identifier="ada@elsewhere.test")
    idp.knows("ada", email="ada@elsewhere.test", email_verified=True, groups="staff")
    assert (await sign_in(portal.client(), idp, "ada")).status_code == 302
    assert await tags_of(owner, ada.id) == {"always", "claim"}
    assert (await owner.client.patch(SYSTEM, json={"registration_domains": []})).status_code == 200
    idp.knows("late", email="late@new.test", email_verified=True)
    assert is_page(await sign_in(portal.client(), idp, "late"), 403, "oidc_not_registered")
    assert (await sign_in(portal.client(), idp, "nina")).status_code == 302, "who is a member stays one"


async def test_whoever_accepts_an_invitation_gets_no_tags_or_a_reset_gives_them_anew(portal: Portal) -> None:
    owner = await portal.owner()
    rules = await tags_by_rules(owner)
    member = await portal.member(identifier="mia@new.test")
    secret = await link(owner, member.id, "invite")
    assert await tags_of(owner, member.id) == set(), "nobody has come in yet"
    assert (await follow(portal, "invitation", secret)).status_code == 200
    assert await tags_of(owner, member.id) == {"always", "domain"}, "no provider says which groups she is in"
    taken = {"member_ids": [str(member.id)]}
    await owner.client.post(f"/api/admin/tags/{rules['always']}/members/remove", json=taken)
    assert (await follow(portal, "reset", await link(owner, member.id, "reset"))).status_code == 200
    assert await tags_of(owner, member.id) == {"domain"}


async def test_a_link_is_good_after_another_password_was_chosen(portal: Portal) -> None:
    """Whoever got hold of a letter of yesterday does not come in by it, however the password came to be another."""
    owner = await portal.owner()
    ana, ben = await portal.member(identifier="ana@new.test"), await portal.member(identifier="ben@new.test")
    for member in (ana, ben):
        await portal.give_password(member)
    of_ana, of_ben = await link(owner, ana.id, "reset"), await link(owner, ben.id, "reset")
    for wrong in ({"current": "not her password at all", "new": NEW}, {"current": PASSWORD, "new": "short"}):
        refused = await (await portal.browser(ana)).post("/api/me/password", json=wrong)
        assert refused.status_code in {400, 401, 403}, refused.text
    look = {"secret": of_ana}
    assert (await portal.client().post("/api/auth/invitation/look", json=look)).status_code == 200, "nothing changed"
    changed = await (await portal.browser(ana)).post("/api/me/password", json={"current": PASSWORD, "new": NEW})
    assert changed.status_code == 200, changed.text
    await reset_password(portal.house.database, identifier="BEN@new.test", password=NEW, now=portal.now())
    for secret, member in ((of_ana, ana), (of_ben, ben)):
        answer = await follow(portal, "reset", secret)
        assert (answer.status_code, answer.json()["code"]) == (404, "link_used_or_expired"), member.identifier
        listed = (await owner.client.get(f"{MEMBERS}/{member.id}/invitations")).json()["items"]
        assert [each["used_at"] for each in listed] == [None], "ended, and not followed"
        assert (await log_in(portal, member.identifier)).status_code == 401
        assert (await log_in(portal, member.identifier, NEW)).status_code == 200
    # By an access token as by a browser: there is no session that could be in the way.
    program = portal.client(await portal.token(ana))
    again = await link(owner, ana.id, "reset")
    assert (await program.post("/api/me/password", json={"current": NEW, "new": PASSWORD})).json() == {
        "csrf_token": None
    }
    assert (await follow(portal, "reset", again)).json()["code"] == "link_used_or_expired"


async def test_the_page_for_signing_in_does_not_know_what_to_offer(
    portal: Portal, idp: RealProvider, database: str
) -> None:
    """Every way in is named to whoever asks, with where its button leads and nothing that is secret."""
    said = (await portal.client().get("/api/auth/methods")).json()
    provider = {"name": "idp", "label": "The Provider", "start": START}
    assert said == {"password": True, "oidc": [provider], "sends_mail": False, "set_up_needed": True}
    assert (await portal.client().get(provider["start"])).headers["location"].startswith(idp.url)
    await portal.member("admin")
    assert (await portal.client().get("/api/auth/methods")).json()["set_up_needed"] is True, "nobody is owner"
    await portal.owner()
    assert (await portal.client().get("/api/auth/methods")).json() == said | {"set_up_needed": False}
    settings = PortalSettings(public_url="http://portal.test", sends_mail=True)
    async with open_portal(database, settings=settings) as other:
        said = (await other.client().get("/api/auth/methods")).json()
        assert said == {"password": True, "oidc": [], "sends_mail": True, "set_up_needed": False}


async def test_the_networks_of_the_portal_leave_a_way_in_open(portal: Portal, idp: RealProvider) -> None:
    """From elsewhere nobody begins or ends a trip to a provider, signs in or asks how; people see a page that says why."""
    owner = await portal.owner()
    await portal.member(identifier="ida@new.test")
    idp.knows("ida", email="ida@new.test", email_verified=True)
    inside, outside = portal.client(), portal.client(address=ELSEWHERE)
    location = idp.authorize((await inside.get(START)).headers["location"], "ida")
    changed = await owner.client.patch(SYSTEM, json={"portal_networks": ["192.0.2.0/24"]})
    assert changed.status_code == 200, changed.text
    callback = location.removeprefix("http://portal.test")
    outside.cookies.set("aiapi_oidc", inside.cookies["aiapi_oidc"], domain="portal.test")
    for path in (START, "/api/auth/oidc/nobody/start", callback, "/api/auth/oidc/idp/callback?error=access_denied"):
        answer = await outside.get(path)
        assert is_page(answer, 403, "network_not_allowed"), path
        assert ELSEWHERE in answer.text
        assert "set-cookie" not in answer.headers
    for answer in (
        await outside.get("/api/auth/methods"),
        await outside.post("/api/auth/login", json={"identifier": "x", "password": PASSWORD}),
        await outside.post("/api/auth/invitation/look", json={"secret": "x"}),
        await outside.post("/api/auth/forgot", json={"identifier": "x"}),
    ):
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (403, "network_not_allowed")
    assert (await inside.get(callback)).status_code == 302, "and from inside the trip ends well"
    assert (await inside.get("/api/me")).json()["identifier"] == "ida@new.test"


async def test_ways_in_answer_differently(portal: Portal) -> None:
    """A page takes the same from each of them: who they are now, what to send along, where to go, and a cookie."""
    url = (await make_set_up_link(portal.house.database, public_url="http://portal.test", now=portal.now()))[1]
    who = {"identifier": "ada@new.test", "display_name": "Ada"}
    entered = {"set-up": await follow(portal, "set-up", url.partition("#")[2], **who)}
    owner = await portal.owner()
    member = await portal.member(identifier="mia@new.test")
    entered["invitation"] = await follow(portal, "invitation", await link(owner, member.id, "invite"))
    entered["reset"] = await follow(portal, "reset", await link(owner, member.id, "reset"))
    entered["login"] = await log_in(portal, member.identifier)
    assert {name: answer.status_code for name, answer in entered.items()} == dict.fromkeys(entered, 200)
    shapes = {name: shape_of(answer.json()) for name, answer in entered.items()}
    assert shapes == dict.fromkeys(entered, shapes["login"])
    cookies = {name: cookie_without_its_value(answer) for name, answer in entered.items()}
    assert cookies == dict.fromkeys(entered, cookies["login"])
    for name, answer in entered.items():
        said, browser = answer.json(), portal.client()
        assert said["next"] == "/app/", name
        browser.cookies.set("aiapi_session", answer.cookies["aiapi_session"], domain="portal.test")
        me = await browser.get("/api/me")
        if name in {"invitation", "reset"}:
            # The reset ended the session of the invitation, not the login that of the reset: that was another browser.
            assert me.status_code == (401 if name == "invitation" else 200), name
            continue
        assert {field: me.json()[field] for field in said["member"]} == said["member"], name
        browser.headers.update({"x-csrf-token": said["csrf_token"], "origin": "http://portal.test"})
        assert (await browser.post("/api/me/sessions/revoke-others")).status_code == 200, name


def shape_of(document: Any) -> Any:
    """The names in a document, and of what type what stands under them is; nothing of what it says."""
    if isinstance(document, dict):
        return {name: shape_of(value) for name, value in document.items()}
    return type(document).__name__


def cookie_without_its_value(answer: httpx.Response) -> list[str]:
    (cookie,) = answer.headers.get_list("set-cookie")
    name, _, attributes = cookie.partition(";")
    return [name.partition("=")[0], *sorted(part.strip() for part in attributes.split(";"))]
