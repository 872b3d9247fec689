"""The form of a secret: recognizable, checkable without a look-up, and shown only in part."""

import hashlib
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.credentials import secret as form

CHARACTERS = string.ascii_letters + string.digits + "_-"

PREFIX_CHARACTERS = string.ascii_lowercase + string.digits + "_-"
prefixes = st.text(PREFIX_CHARACTERS, min_size=1, max_size=20)


@given(prefixes)
def test_every_new_secret_is_valid_under_any_legal_prefix(prefix: str) -> None:
    secret = form.new_secret(prefix)
    assert re.fullmatch(re.escape(prefix) + "[0-9A-Za-z]{49}", secret)
    assert form.looks_valid(secret)


@pytest.mark.parametrize("prefix", ["", "a" * 21, "SK-", "sk.", "sk ", "é", "sk-\n", "sk-aiapi-\n"])
def test_an_illegal_prefix_is_refused(prefix: str) -> None:
    assert not form.is_legal_prefix(prefix)
    with pytest.raises(ValueError, match="prefix"):
        form.new_secret(prefix)


@given(st.integers(0, 100), st.integers(1, len(CHARACTERS) - 1))
def test_one_wrong_character_is_caught_without_a_look_up(place: int, shift: int) -> None:
    # What is drawn must not depend on the secret, which is another one each time.
    secret = form.new_secret("sk-aiapi-")
    place %= len(secret)
    wrong = CHARACTERS[(CHARACTERS.index(secret[place]) + shift) % len(CHARACTERS)]
    assert not form.looks_valid(secret[:place] + wrong + secret[place + 1 :])


@given(st.text(max_size=80))
def test_any_other_text_is_no_secret_and_no_error(text: str) -> None:
    assert not form.looks_valid(text)


def test_a_truncated_padded_or_wrapped_secret_is_no_secret() -> None:
    secret = form.new_secret("sk-aiapi-")
    for wrong in (secret[:-1], secret[1:], secret + "0", secret + "\n", " " + secret, f"Bearer {secret}", "", "\ud800"):
        assert not form.looks_valid(wrong), wrong


def test_all_256_bits_and_a_full_checksum_fit() -> None:
    assert 62**43 >= 2**256
    assert 62**42 < 2**256
    assert 62**6 >= 2**32


def test_secrets_do_not_repeat() -> None:
    assert len({form.new_secret("sk-") for _ in range(1_000)}) == 1_000
    assert len({form.new_public_id() for _ in range(1_000)}) == 1_000


def test_the_hash_is_sha256_of_the_whole_secret() -> None:
    secret = form.new_secret("sk-aiapi-")
    assert form.hash_of(secret) == hashlib.sha256(secret.encode()).digest()


def test_two_secrets_can_be_told_apart_by_what_is_shown_and_not_guessed() -> None:
    secret = form.new_secret("team_7-")
    shown = form.display_of(secret)
    assert shown == f"team_7-{secret[7:13]}…{secret[-4:]}"
    assert secret[13:-4] not in shown


def test_a_public_id_is_short_and_plain() -> None:
    assert re.fullmatch("cred_[0-9A-Za-z]{12}", form.new_public_id())
