"""Secrets leave text, however they are spelled, and ordinary text stays."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.identity import secret as access_token
from ai_api.observability import Redactor
from ai_api.observability.redact import MASK

CANARY = "cAnary9secret7value3here"
PATTERNS = [
    "sk-" + "a1B2" * 10,
    "sk-ant-api03-" + "Zz9_-" * 15,
    "sk-aiapi-" + "0" * 49,
    access_token.new_secret(),
    "AIza" + "S1y-_" * 7,
    "team_7-" + "aB3" * 17,
]


@pytest.mark.parametrize(
    "secret", PATTERNS, ids=["openai", "anthropic", "ours", "access_token", "google", "own_prefix"]
)
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "key {} end",
        "('{}',)",
        '{{"a": "{}"}}',
        "https://x.test/{}/y",
        "a={};b",
        "[{}]",
        "Bearer%20{}",
        "x_{}",
        "1{}",
    ],
)
def test_what_looks_like_a_secret_goes(secret: str, around: str) -> None:
    scrubbed = Redactor().scrub(around.format(secret))
    assert secret not in scrubbed
    assert MASK in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer {}",
        "authorization: bearer   {}",
        "Bearer {}",
        "Authorization: Basic {}",
        "x-api-key: {}",
        "X-Api-Key={}",
        "x-goog-api-key: {}",
        "api-key: {}",
        "X-Gateway-Authorization: {}",
        "[(b'x-api-key', b'{}')]",
        "{{'authorization': 'Bearer {}'}}",
        '{{"api_key": "{}"}}',
        '{{\\"password\\": \\"{}\\"}}',
        '{{\\\\\\"password\\\\\\": \\\\\\"{}\\\\\\"}}',
        "GET /v1beta/models?key={} HTTP/1.1",
        "/x?a=1&key={}&b=2",
        "postgresql://user:{}@host/db",
        "postgres://{}:{}@host:5432/db?x=1",
        "http://u:p@ss/{}@proxy:3128",
        "password={} host=x",
        "AI_API_DATABASE_URL... database_url='{}'",
        "Cookie: {}",
    ],
)
def test_what_is_named_as_a_secret_goes(text: str) -> None:
    line = text.format("u", CANARY) if text.count("{}") == 2 else text.format(CANARY)
    assert CANARY not in Redactor().scrub(line)
    assert CANARY not in Redactor().scrub(json.dumps({"event": line}))


def test_a_quoted_secret_goes_with_its_spaces() -> None:
    for line in ('"password": "correct horse battery"', "password='correct horse battery'"):
        assert "horse" not in Redactor().scrub(line)
    line = '{"password": "with \\"quotes\\" in it", "model": "gpt"}'
    assert Redactor().scrub(line) == f'{{"password": "{MASK}", "model": "gpt"}}'


@pytest.mark.parametrize(
    "text",
    [
        "GET /v1/models/gpt-5-mini 200 in 12 ms",
        "sk-aiapi-abc123…wxyz paused by admin",
        "aiapi_pat_abc123…wxyz was used",
        "01a1fd71-0027-7b02-a7c0-88848b2fbde9 settled, 1200 tokens",
        "postgresql://user@host/db answers again",
        "https://api.openai.com/v1/responses",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0bdeadbeef00aa11bb22cc",
        "the password is too short",
        "http://127.0.0.1:8080/app/",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert Redactor().scrub(text) == text


SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=8, max_size=60)


@given(SECRETS, st.text(max_size=30), st.text(max_size=30))
def test_what_was_learned_goes_in_every_spelling(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.learn(secret)
    for spelling in (secret, json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1], quote(secret, safe="")):
        assert MASK in redactor.scrub(spelling)
        if spelling not in MASK:
            assert redactor.scrub(f"\x00{spelling}\x00").replace(MASK, "") == "\x00\x00"
    assert MASK in redactor.scrub(before + "\x00" + secret + "\x00" + after)


def test_the_beginning_of_a_learned_secret_goes_too() -> None:
    redactor = Redactor()
    redactor.learn("correct-horse-battery-staple")
    assert redactor.scrub("cut: correct-horse-battery-st") == f"cut: {MASK}"
    assert redactor.scrub("correct-horse-b…") == "correct-horse-b…"


def test_secrets_that_begin_alike_do_not_hide_one_another() -> None:
    redactor = Redactor()
    for secret in ("same-beginning-1", "same-beginning-1-and-longer", "same-beginning-2"):
        redactor.learn(secret)
    assert redactor.scrub("same-beginning-1-and-longer same-beginning-2 same-beginning-1") == " ".join([MASK] * 3)


def test_what_is_held_is_bounded_and_the_oldest_goes_first() -> None:
    redactor = Redactor(learned_max=3)
    for number in range(5):
        redactor.learn(f"plain-words-{number}")
        redactor.learn("plain-words-used-again")
    assert [MASK in redactor.scrub(f"plain-words-{number}") for number in range(5)] == [False, False, False, True, True]
    assert MASK in redactor.scrub("plain-words-used-again")


def test_a_short_secret_takes_no_words_out() -> None:
    redactor = Redactor()
    redactor.learn("none")
    redactor.learn("")
    assert redactor.scrub("none of it") == "none of it"


@pytest.mark.parametrize(
    "evil",
    ["://a:" * 20_000, "password=" * 10_000, "password='" * 10_000, "bearer " * 15_000, "a" * 100_000, "aB" * 50_000,
     "\\" * 100_000, "x-api-key" + " " * 100_000, "sk-" * 30_000, '"password": "' + "\\" * 99_000],
)  # fmt: skip
def test_no_line_takes_long(evil: str) -> None:
    redactor = Redactor()
    for number in range(200):
        redactor.learn(base64.b64encode(str(number).encode() * 9).decode())
    started = time.process_time()
    redactor.scrub(evil)
    assert time.process_time() - started < 2
