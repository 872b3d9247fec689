"""What is believed of a provider: no document of any shape signs somebody in, or is anything but a refusal."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.seal import KeyRing
from ai_api.sign_in import OidcProvider, begin_flow, open_flow, seal_flow
from ai_api.sign_in.id_token import Expected, TokenRefused, keys_in, read_id_token
from ai_api.sign_in.oidc_rules import display_name_of, domain_of, identifier_of, may_register, moment_in

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ISSUER = "https://idp.example.test"
PROVIDER = OidcProvider(name="idp", label="IdP", issuer=ISSUER, client_id="gw", domains=("example.test",))
GOOGLE = OidcProvider(name="google", label="Google", issuer=ISSUER, client_id="gw", preset="google")
RING = KeyRing({"test": bytes(range(32))})
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
KEYS = keys_in({"keys": [KEY.as_dict(private=False)]})
EXPECTED = Expected(ISSUER, "gw", "n", "at", NOW)
GOOD = {"iss": ISSUER, "aud": "gw", "sub": "s", "nonce": "n", "iat": NOW.timestamp(), "exp": NOW.timestamp() + 60}

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def encoded(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def test_a_good_token_is_read():
    assert read_id_token(jwt.encode({"alg": "ES256", "kid": "k1"}, dict(GOOD), KEY), KEYS, EXPECTED)["sub"] == "s"


@given(
    st.sampled_from(["iss", "aud", "sub", "nonce", "exp", "iat", "nbf", "at_hash", "azp", "amr", "auth_time"]),
    documents,
)
def test_a_claim_of_any_shape_is_a_fault_or_signs_somebody_else_in(name, value):
    token = jwt.encode({"alg": "ES256", "kid": "k1"}, {**GOOD, name: value}, KEY)
    try:
        claims = read_id_token(token, KEYS, EXPECTED)
    except TokenRefused:
        return
    assert (claims["iss"], claims["nonce"]) == (ISSUER, "n")
    assert "gw" in claims["aud"]
    assert isinstance(claims["sub"], str)
    assert claims["sub"]


@given(documents | st.text(max_size=20).map(lambda text: {"alg": text, "kid": "k1"}), documents)
def test_a_token_of_any_shape_is_a_fault(header, claims):
    for token in (f"{encoded(header)}.{encoded(claims)}.AAAA", f"{encoded(header)}.{encoded(GOOD)}.", str(header)):
        with pytest.raises(TokenRefused):
            read_id_token(token, KEYS, EXPECTED)


@given(documents)
def test_keys_of_any_shape_are_a_fault(document):
    assert keys_in(document) is None
    good = KEY.as_dict(private=False)
    for listed in ([document, good], [{"kty": "RSA", "n": document}, {"kty": "oct", "k": "AA"}, good]):
        assert [key.kid for key in keys_in({"keys": listed})] == ["k1"]
    assert keys_in({"keys": document}) is None


def test_a_key_for_something_else_signs():
    assert keys_in({"keys": [{**KEY.as_dict(private=False), "use": "enc"}]}) is None
    assert keys_in({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}]}) is None


@given(st.text(max_size=60) | st.text(alphabet="abcdef0123456789._-", max_size=120))
def test_what_a_browser_carries_of_any_shape_is_a_fault(carried):
    with pytest.raises(Refusal, match="not begun in this browser"):
        open_flow(carried, RING, provider="idp", state="s", now=NOW)


def test_another_secret_of_ours_is_taken_for_a_trip():
    """What is sealed for a row and is no trip does not open as one, whatever it says."""
    for text in ("sk-upstream", "{}", "[]", json.dumps({"session_id": None, "expires_at": NOW.isoformat()})):
        row = uuid7()
        sealed = RING.seal(text, row)
        value = base64.urlsafe_b64encode(sealed.value).decode()
        with pytest.raises(Refusal, match="not begun in this browser"):
            open_flow(f"dGVzdA.{row.hex}.{value}", RING, provider="idp", state="s", now=NOW)


def test_a_trip_comes_back_as_it_went():
    flow = begin_flow(PROVIDER, redirect_uri="https://gw/cb", next_path="/app/ä", proves=uuid7(), now=NOW)
    carried = seal_flow(flow, RING)
    assert carried.isascii()
    assert flow.nonce not in carried
    assert flow.verifier not in carried
    assert open_flow(carried, RING, provider="idp", state=flow.state, now=NOW) == flow
    for wrong in ({"provider": "other"}, {"state": None}, {"state": "\ud800"}, {"now": NOW + timedelta(minutes=10)}):
        with pytest.raises(Refusal):
            open_flow(carried, RING, **{"provider": "idp", "state": flow.state, "now": NOW, **wrong})


@pytest.mark.parametrize(
    ("provider", "claims", "is_taken"),
    [
        (PROVIDER, {"email": "a@example.test", "email_verified": True}, True),
        (PROVIDER, {"email": "a@example.test", "email_verified": 1}, False),
        (PROVIDER, {"email": "a@example.test", "email_verified": "true"}, False),
        (PROVIDER, {"email": "a@example.test"}, False),
        (PROVIDER, {"email": ["a@example.test"], "email_verified": True}, False),
        (GOOGLE, {"email": "a@gmail.com", "email_verified": True}, True),
        (GOOGLE, {"email": "a@Example.test", "email_verified": True, "hd": "example.test"}, True),
        (GOOGLE, {"email": "a@example.test", "email_verified": True}, False),
        (GOOGLE, {"email": "a@example.test", "email_verified": True, "hd": "other.test"}, False),
        (GOOGLE, {"email": "a", "email_verified": True, "hd": None}, False),
    ],
)
def test_an_address_that_nobody_vouches_for_is_taken(provider, claims, is_taken):
    try:
        assert identifier_of(provider, claims) == claims["email"]
    except Refusal:
        assert not is_taken
    else:
        assert is_taken


def test_another_claim_is_taken_as_the_operator_says():
    provider = OidcProvider(name="i", label="I", issuer=ISSUER, client_id="gw", identifier_claim="preferred_username")
    assert identifier_of(provider, {"preferred_username": "ana"}) == "ana"


@pytest.mark.parametrize(
    ("identifier", "domain"),
    [
        ("a@B.test", "b.test"),
        ("a@b@c.test", None),
        ("@c.test", None),
        ("c.test", None),
        ("a@", None),
        ("eve@notexample.edu", "notexample.edu"),
        ("eve@x.example.edu", "x.example.edu"),
        ("eve@example.edu@evil.example", None),
    ],
)
def test_somebody_of_another_domain_registers(identifier, domain):
    assert domain_of(identifier) == domain
    assert not may_register(PROVIDER, identifier, ["example.edu", "cs.example.edu"])


@pytest.mark.parametrize("identifier", ["ana@example.edu", "ANA@CS.EXAMPLE.EDU"])
def test_nobody_of_the_organizations_domains_registers(identifier):
    assert not may_register(PROVIDER, identifier, [])
    assert may_register(PROVIDER, identifier, ["example.edu", "cs.example.edu"])


def test_a_newcomer_has_a_name_that_breaks_a_page_or_none():
    for name in ("", " ", 1, None, "a\nb", "a\u202eb"):
        assert display_name_of(PROVIDER, {"name": name}, identifier="a@b") == "a@b"
    assert display_name_of(PROVIDER, {"name": " Ana " + "x" * 300}, identifier="a@b") == "Ana " + "x" * 196


@given(documents)
def test_a_moment_of_any_shape_is_a_fault(value):
    moment = moment_in({"auth_time": value}, "auth_time")
    assert moment is None or moment.timestamp() == pytest.approx(float(value), abs=1e-6)
