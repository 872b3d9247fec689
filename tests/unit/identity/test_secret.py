"""The form of an access token: recognizable, checkable without a look-up, and shown only in part."""

from __future__ import annotations

import hashlib
import re
import string

from hypothesis import given
from hypothesis import strategies as st

from ai_api.identity import secret as form

CHARACTERS = string.ascii_letters + string.digits + "_"


def test_a_new_one_is_valid_and_looks_as_scanners_expect() -> None:
    for _ in range(50):
        secret = form.new_secret()
        assert re.fullmatch("aiapi_pat_[0-9A-Za-z]{49}", secret)
        assert form.looks_valid(secret)


@given(st.integers(0, 100), st.integers(1, len(CHARACTERS) - 1))
def test_one_wrong_character_is_caught_without_a_look_up(place: int, shift: int) -> None:
    # What is drawn must not depend on the secret, which is another one each time.
    secret = form.new_secret()
    place %= len(secret)
    wrong = CHARACTERS[(CHARACTERS.index(secret[place]) + shift) % len(CHARACTERS)]
    assert not form.looks_valid(secret[:place] + wrong + secret[place + 1 :])


@given(st.text(max_size=80))
def test_any_other_text_is_none_and_no_error(text: str) -> None:
    assert not form.looks_valid(text)


def test_a_token_wrapped_in_anything_is_none() -> None:
    secret = form.new_secret()
    for wrong in (secret[:-1], secret + "0", secret + "\n", " " + secret, "\ud800" * 59, ""):
        assert not form.looks_valid(wrong)


def test_only_the_hash_of_the_whole_is_kept() -> None:
    secret = form.new_secret()
    assert form.hash_of(secret) == hashlib.sha256(secret.encode()).digest()


def test_what_is_shown_tells_tokens_apart_and_opens_nothing() -> None:
    secret = form.new_secret()
    assert form.display_of(secret) == f"aiapi_pat_{secret[10:16]}…{secret[-4:]}"
