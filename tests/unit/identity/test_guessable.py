"""Passwords that everybody tries first; and those that have nothing wrong with them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.identity.guessable import WEIGHT_MIN, guessed_words, weight_of
from ai_api.identity.passwords import check_password, generate_password


def refusal_of(password: str, *, identifier: str = "ana@example.test") -> str | None:
    try:
        check_password(password, identifier=identifier)
    except Refusal as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password1234!", "P@ssw0rd2024!!", "passwordpassword", "letmein-letmein", "qwertyuiop12",
        "1qaz2wsx3edc", "q1w2e3r4t5y6", "1234567890ab", "abcabcabcabd", "aaaabbbbccccd", "zyxwvutsrqpo", "Summer2024!!",
        "administrator", "iloveyou1234", "dragonmaster", "0987654321qwerty", "qazwsxedcrfv", "international",
        "justinbieber1", "123qwe123qwe", "1qaz2wsx3edc4rfv", "company-2024",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_taken(password: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_password(password, param="new")
    assert (refused.value.code, refused.value.param) == ("common_password", "new")
    assert password not in refused.value.message


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery", "turnip gravel ocean seventeen", "v7!kq-Zp0wXe", "dragon shadow master hunter",
        "我的密碼很長而且沒有人知道它", "Zürich, am Fluß, um 7",
    ],
)  # fmt: skip
def test_what_nobody_guesses_is_refused(password: str) -> None:
    assert refusal_of(password) is None
    # The same words are refused to whoever signs in as them, so they were looked at.
    assert refusal_of(password, identifier=password) == "bad_password"


@pytest.mark.parametrize("password", ["i am Ana.Lee, really", "xx ANA.LEE@example.test xx"])
def test_a_password_says_whose_it_is(password: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_password(password, identifier="ana.lee@example.test")
    assert refused.value.code == "bad_password"
    check_password(password, identifier="an@example.test")


@given(st.text(max_size=200))
def test_any_text_is_weighed(password: str) -> None:
    assert 0 <= weight_of(password) <= WEIGHT_MIN + 1


def test_a_word_counts_by_its_letters() -> None:
    assert all(weight_of(word) <= 2 for word in guessed_words())
    assert weight_of("password" * 8) < WEIGHT_MIN
    assert weight_of(generate_password()) >= WEIGHT_MIN


@pytest.mark.parametrize("password", ["a" * 1_024, "ab1" * 341, "".join(chr(33 + n * 7 % 90) for n in range(1_024))])
def test_a_long_password_stops_everybody(password: str) -> None:
    begun = time.process_time()
    weight_of(password)
    assert time.process_time() - begun < 0.25
