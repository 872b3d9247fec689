"""The bytes a tokenizer may see of a text: also of one that brings it into its compatibility form first."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.wire.utf8 import bytes_read


# Made when they are needed: every worker collects this file, and one runs it.
def everything():
    return (chr(code) for code in range(0x11_0000) if not 0xD800 <= code < 0xE000)


def nfkc_bytes(text):
    return len(unicodedata.normalize("NFKC", text).encode())


def test_no_character_is_longer_afterwards_than_was_thought():
    for char in everything():
        assert bytes_read(char) >= max(len(char.encode()), nfkc_bytes(char)), hex(ord(char))


@st.deferred
def marks():
    return st.sampled_from([char for char in everything() if unicodedata.combining(char)])


@st.deferred
def letters():
    return st.sampled_from([char for char in everything() if unicodedata.decomposition(char)])


@given(st.text(letters | marks | st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_text_is_longer_afterwards_than_was_thought(text):
    assert bytes_read(text) >= max(len(text.encode()), nfkc_bytes(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("plain", 5),
        ("Grüße", 7),
        ("你好\uff0c世界", 15),
        ("and so on…", 12),
        ("\ufdfa", 33),
        ("½", 5),
        ("😀", 4),
    ],
)
def test_ordinary_text_counts_as_it_is(text, expected):
    assert bytes_read(text) == expected


def test_a_mark_that_parts_a_letter_from_its_accent():
    assert nfkc_bytes("á\u0323") == 5 > len("á\u0323".encode())
    assert bytes_read("á\u0323") >= 5
