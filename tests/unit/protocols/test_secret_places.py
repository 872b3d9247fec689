"""Where a secret may be: the first place that holds something wins, and an empty place is no place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from ai_api.core.errors import Refusal
from ai_api.credentials.secret import hash_of, new_secret
from ai_api.protocols.secret import find, public_id
from ai_api.protocols.serve import credential_of

PLACES = ["x-gateway-authorization", "x-api-key", "x-goog-api-key", "api-key", "authorization"]
words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)


def headers(**places):
    return Headers({name.replace("_", "-"): value for name, value in places.items()})


@pytest.mark.parametrize("name", PLACES[:-1])
def test_a_bare_secret_in_each_of_its_headers(name):
    assert find(Headers({name: "sk-1"})) == "sk-1"
    assert find(Headers({name: "  sk-1 "})) == "sk-1"
    assert find(Headers({name.upper(): "sk-1"})) == "sk-1"


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("Bearer sk-1", "sk-1"),
        ("bearer sk-1", "sk-1"),
        ("BEARER   sk-1  ", "sk-1"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Bearersk-1", None),
        ("Basic c2stMQ==", None),
        ("sk-1", None),
        ("Token sk-1", None),
        ("", None),
    ],
)
def test_authorization_is_a_bearers(value, secret):
    assert find(headers(authorization=value)) == secret


@given(st.dictionaries(st.sampled_from(PLACES), words, min_size=1))
def test_the_first_place_that_holds_something_wins(given_places):
    sent = {name: f"Bearer {value}" if name == "authorization" else value for name, value in given_places.items()}
    assert find(Headers(sent)) == next(given_places[name] for name in PLACES if name in given_places)


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_header_does_not_hide_the_next_place(empty):
    assert (
        find(
            headers(
                x_gateway_authorization=empty,
                x_api_key=empty,
                x_goog_api_key=empty,
                api_key=empty,
                authorization="Bearer sk-1",
            )
        )
        == "sk-1"
    )


def test_the_gateways_own_header_takes_a_bare_secret_and_a_bearers():
    assert find(headers(x_gateway_authorization="sk-1")) == "sk-1"
    assert find(headers(x_gateway_authorization="bearer  sk-1")) == "sk-1"


def test_the_gateways_own_header_asks_for_the_credentials_name():
    assert public_id(headers(x_gateway_authorization="sk-1", x_gateway_id=" cred_1 ")) == "cred_1"
    assert public_id(headers(x_gateway_authorization="sk-1")) == ""
    assert public_id(headers(x_gateway_id="cred_1", x_api_key="sk-1")) is None


def test_other_headers_and_cookies_are_no_place():
    assert find(headers(cookie="x-api-key=sk-1", proxy_authorization="Bearer sk-1", x_auth_token="sk-1")) is None


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, "credential_missing"),
        ({"authorization": "Bearer "}, "credential_missing"),
        ({"authorization": "Bearer sk-aiapi-typing-mistake"}, "credential_unknown"),
        ({"x-api-key": "sk-proj-of-another-system"}, "credential_unknown"),
        ({"x-api-key": "\u00e9" * 60}, "credential_unknown"),
        ({"x-api-key": "x" * 10_000}, "credential_unknown"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_by_its_checksum_without_a_look_up(sent, code):
    with pytest.raises(Refusal) as refused:
        credential_of(Headers(sent))
    assert (refused.value.code, refused.value.kind) == (code, "unauthenticated")
    assert "typing-mistake" not in refused.value.message
    assert "another-system" not in refused.value.message


def test_a_well_formed_secret_is_known_by_its_hash_alone():
    secret = new_secret("sk-aiapi-")
    assert credential_of(headers(authorization=f"Bearer {secret}")) == hash_of(secret)
