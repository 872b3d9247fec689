"""A provider that lies, or fails: one case for each way in which somebody could be signed in as another."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from ai_api.portal.house import PortalSettings
from tests.integration.portal.test_oidc import START, carry, come_back, is_page, to_provider
from tests.support.oidc import CLIENT_ID, Claims, Liar, lying_provider, provider_at
from tests.support.portal import Portal, open_portal

pytestmark = pytest.mark.integration
CALLBACK = "http://portal.test/api/auth/oidc/idp/callback?"


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    async with lying_provider() as liar:
        yield liar


@pytest.fixture
async def portal(database: str, liar: Liar) -> AsyncIterator[Portal]:
    settings = PortalSettings(public_url="http://portal.test", oidc=(provider_at(liar.url),))
    async with open_portal(database, settings=settings) as portal:
        liar.now = lambda: portal.now().timestamp()
        await portal.member(identifier="ana@example.test")
        yield portal


async def sign_in(portal: Portal, liar: Liar, browser: httpx.AsyncClient | None = None, start: str = START):
    browser = browser or portal.client()
    return await come_back(browser, CALLBACK + liar.authorize(await to_provider(browser, start)))


def encoded(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def unsigned(_liar: Liar, claims: Claims) -> str:
    return f"{encoded({'alg': 'none'})}.{encoded(claims)}."


def signed_with_our_secret(key: bytes, kid: str):
    def sign(_liar: Liar, claims: Claims) -> str:
        text = f"{encoded({'alg': 'HS256', 'kid': kid})}.{encoded(claims)}"
        digest = hmac.digest(key, text.encode(), hashlib.sha256)
        return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"

    return sign


def signed_by_a_stranger(liar: Liar, claims: Claims) -> str:
    return liar.signed(claims, key=ECKey.generate_key("P-256", {"kid": liar.key.kid}))


def signed_by_nobody_known(liar: Liar, claims: Claims) -> str:
    return liar.signed(claims, key=ECKey.generate_key("P-256", {"kid": "k9"}))


def altered(liar: Liar, claims: Claims) -> str:
    head, _, signature = liar.signed(claims).split(".")
    return f"{head}.{encoded({**claims, 'sub': 's-2'})}.{signature}"


def says(**changes: object):
    """An ID token with other claims; None takes one away."""

    def twist(claims: Claims) -> None:
        for name, value in changes.items():
            claims[name] = value
            if value is None:
                del claims[name]

    return twist


LIES = {
    "another nonce": says(nonce="x"),
    "no nonce": says(nonce=None),
    "a nonce that is no text": says(nonce=["x"]),
    "another issuer": says(iss="http://127.0.0.1:1"),
    "the issuer with a slash": lambda claims: claims.update(iss=claims["iss"] + "/"),
    "no issuer": says(iss=None),
    "another audience": says(aud="another"),
    "no audience": says(aud=None),
    "our audience among others, for another": says(aud=[CLIENT_ID, "another"], azp="another"),
    "our audience among others, for nobody": says(aud=[CLIENT_ID, "another"]),
    "over": lambda claims: claims.update(exp=claims["exp"] - 300 - 61),
    "without an end": says(exp=None),
    "an end that is no number": says(exp="2099"),
    "issued in a while": lambda claims: claims.update(iat=claims["iat"] + 63),
    "not yet good": lambda claims: claims.update(nbf=claims["iat"] + 63),
    "nobody": says(sub=None),
    "an empty subject": says(sub=""),
    "a subject that is no text": says(sub={"a": 1}),
    "a subject without end": says(sub="s" * 256),
    "of another access token": says(at_hash="x"),
}
FORGERIES = {
    "unsigned": unsigned,
    "HS256 with the client's secret": signed_with_our_secret(b"a secret/with+signs:in it", "k1"),
    "signed by a stranger under a known name": signed_by_a_stranger,
    "signed by a key that is not published": signed_by_nobody_known,
    "altered": altered,
    "no token": lambda _liar, _claims: "no.token.",
    "nothing": lambda _liar, _claims: "",
    "an array": lambda liar, _claims: f"{encoded([])}.{encoded([])}.x",
}


async def test_a_token_that_lies_signs_somebody_in(portal: Portal, liar: Liar):
    for name, twist in LIES.items():
        liar.twist = twist
        assert is_page(await sign_in(portal, liar), 502, "oidc_token_refused"), name
    liar.twist = lambda _claims: None
    for name, sign in FORGERIES.items():
        liar.sign = sign
        assert is_page(await sign_in(portal, liar), 502, "oidc_token_refused"), name
    pem = liar.key.as_pem(private=False)
    liar.sign = signed_with_our_secret(pem, "k1")
    assert is_page(await sign_in(portal, liar), 502, "oidc_token_refused"), "HS256 with the public key"
    liar.sign = None
    liar.userinfo = {"sub": "s-2"}
    assert is_page(await sign_in(portal, liar), 502, "oidc_token_refused"), "userinfo about somebody else"
    liar.userinfo = {}
    assert (await sign_in(portal, liar)).status_code == 302


async def test_an_honest_provider_is_turned_away_or_believed_too_much(portal: Portal, liar: Liar):
    """Clocks differ, secrets go where each takes them, and what is only answered goes behind what is signed."""
    for skew in (-359, 58):
        liar.now = lambda skew=skew: portal.now().timestamp() + skew
        assert (await sign_in(portal, liar)).status_code == 302, skew
    liar.now = lambda: portal.now().timestamp()
    liar.userinfo = {"email": "owner@example.test", "email_verified": True}
    await portal.member("owner", identifier="owner@example.test")
    browser = portal.client()
    assert (await sign_in(portal, liar, browser)).status_code == 302
    assert (await browser.get("/api/me")).json()["identifier"] == "ana@example.test"
    liar.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"]}
    portal.clock.move(timedelta(hours=1))
    assert (await sign_in(portal, liar)).status_code == 302
    assert liar.asked.count("discovery") == 2


async def test_a_callback_of_another_provider_is_taken(portal: Portal, liar: Liar):
    browser = portal.client()
    query = liar.authorize(await to_provider(browser))
    answer = await come_back(browser, f"{CALLBACK}{query}&iss=https%3A%2F%2Fevil.test")
    assert is_page(answer, 502, "oidc_token_refused")
    query = liar.authorize(await to_provider(browser))
    answer = await come_back(browser, f"{CALLBACK}{query}&iss={liar.url}&session_state=1&scope=openid&authuser=0")
    assert answer.status_code == 302


async def test_a_provider_that_fails_is_a_fault_of_ours(portal: Portal, liar: Liar):
    """Down, or talking nonsense: a page, and no storm of questions."""
    for change in (
        {"issuer": f"{liar.url}/"},
        {"issuer": None},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
    ):
        liar.discovery = change
        assert is_page(await portal.client().get(START), 502, "oidc_provider_failed"), change
    liar.discovery = {}
    liar.down = {"discovery"}
    before = len(liar.asked)
    for _ in range(3):
        assert is_page(await portal.client().get(START), 502, "oidc_provider_failed")
    assert len(liar.asked) == before + 1
    liar.down = set()
    portal.clock.move(timedelta(seconds=5))
    for endpoint in ("token", "userinfo"):
        liar.down = {endpoint}
        assert is_page(await sign_in(portal, liar), 502, "oidc_provider_failed"), endpoint
    liar.down = set()
    browser = portal.client()
    state = parse_qs(urlsplit(await to_provider(browser)).query)["state"][0]
    answer = await come_back(browser, f"{CALLBACK}code=unknown&state={state}")
    assert is_page(answer, 502, "oidc_provider_failed")
    for wrong in ({"id_token": None}, {"access_token": None}, {"access_token": "a\r\nb"}, {"id_token": 1}):
        liar.token_answer = wrong
        assert is_page(await sign_in(portal, liar), 502, "oidc_provider_failed"), wrong


async def test_a_new_key_of_the_provider_locks_everybody_out_or_makes_a_storm(portal: Portal, liar: Liar):
    assert (await sign_in(portal, liar)).status_code == 302
    liar.key = ECKey.generate_key("P-256", {"kid": "k2"})
    assert is_page(await sign_in(portal, liar), 502, "oidc_token_refused")
    portal.clock.move(timedelta(seconds=30))
    assert (await sign_in(portal, liar)).status_code == 302
    liar.sign = signed_by_nobody_known
    for _ in range(3):
        assert is_page(await sign_in(portal, liar), 502, "oidc_token_refused")
    assert liar.asked.count("keys") == 2
    assert liar.asked.count("discovery") == 1


async def test_a_browser_left_open_proves_itself(portal: Portal, liar: Liar):
    """Proving asks for the same member, in the same session, who showed the provider who they are on this very trip."""
    prove = f"{START}?prove=true&next=/app/keys"
    browser, other = portal.client(), portal.client()
    liar.twist = lambda claims: claims.update(auth_time=claims["iat"] - 3600)
    for each in (browser, other):
        assert (await sign_in(portal, liar, each)).status_code == 302
    csrf = (await browser.get("/api/me")).json()["csrf_token"]
    browser.headers.update({"x-csrf-token": csrf, "origin": "http://portal.test"})

    async def code_of_token_made() -> str | None:
        return (await browser.post("/api/me/access-tokens", json={"name": "t"})).json().get("code")

    assert await code_of_token_made() == "proof_needed"
    assert is_page(await sign_in(portal, liar, browser, prove), 403, "oidc_proof_old")
    liar.twist = lambda _claims: None
    assert is_page(await sign_in(portal, liar, browser, prove), 403, "oidc_proof_old")
    liar.twist = lambda claims: claims.update(auth_time=claims["iat"])
    liar.person["sub"] = "s-2"
    assert is_page(await sign_in(portal, liar, browser, prove), 403, "oidc_other_member")
    liar.person["sub"] = "s-1"
    location = await to_provider(browser, prove)
    asked = parse_qs(urlsplit(location).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    query = liar.authorize(location)
    own = browser.cookies["aiapi_session"]
    carry(browser, "aiapi_session", other.cookies["aiapi_session"])
    assert is_page(await come_back(browser, CALLBACK + query), 401, "session_ended")
    carry(browser, "aiapi_session", own)
    assert await code_of_token_made() == "proof_needed"
    answer = await sign_in(portal, liar, browser, prove)
    assert (answer.status_code, answer.headers["location"]) == (302, "/app/keys")
    assert browser.cookies["aiapi_session"] == own
    assert await code_of_token_made() is None
