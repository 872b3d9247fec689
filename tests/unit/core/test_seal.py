"""Secrets at rest: they open for their own row under their own key, and for nothing else; nothing repeats them."""

import base64
import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.ids import uuid7
from ai_api.core.seal import KeyRing, Sealed, SealError

OLD, NEW = hashlib.sha256(b"old").digest(), hashlib.sha256(b"new").digest()
ROW = uuid7()
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


def encoded(key):
    return base64.b64encode(key).decode()


@given(texts)
def test_a_secret_opens_for_the_row_it_was_sealed_for(secret):
    ring = KeyRing({"k1": OLD})
    sealed = ring.seal(secret, ROW)
    assert ring.open(sealed, ROW) == secret
    assert sealed.key_id == "k1"


def test_the_same_secret_never_looks_the_same():
    ring = KeyRing({"k1": OLD})
    assert len({ring.seal("sk-1", ROW).value for _ in range(50)}) == 50


def test_a_secret_copied_to_another_row_does_not_open():
    ring = KeyRing({"k1": OLD})
    with pytest.raises(SealError):
        ring.open(ring.seal("sk-1", ROW), uuid7())


def test_bytes_that_are_no_text_are_changed():
    ring = KeyRing({"k": NEW})
    sealed = ring.seal_bytes(b"\xff\x00\xfe", ROW)
    assert ring.open_bytes(sealed, ROW) == b"\xff\x00\xfe"
    with pytest.raises(SealError):
        ring.open(sealed, ROW)


def test_the_first_key_seals_and_all_of_them_open():
    before = KeyRing({"old": OLD}).seal("sk-1", ROW)
    ring = KeyRing({"new": NEW, "old": OLD})
    assert ring.open(before, ROW) == "sk-1"
    assert ring.seal("sk-1", ROW).key_id == ring.current_id == "new"
    assert ring.current_id == "new"


def test_a_secret_labelled_with_another_key_does_not_open_even_if_that_is_the_same_key():
    ring = KeyRing({"a": OLD, "b": OLD, "c": NEW})
    sealed = ring.seal("sk-1", ROW)
    for label in ("b", "c"):
        with pytest.raises(SealError):
            ring.open(replace(sealed, key_id=label), ROW)


def test_a_key_that_is_gone_is_named():
    sealed = KeyRing({"old": OLD}).seal("sk-1", ROW)
    with pytest.raises(SealError, match="'old' is not in the ring"):
        KeyRing({"new": NEW}).open(sealed, ROW)


@given(st.integers(0, 35), st.integers(1, 255))
def test_no_byte_of_it_can_be_altered(at, change):
    ring = KeyRing({"k1": OLD})
    value = bytearray(ring.seal("sk-1234", ROW).value)
    value[at % len(value)] ^= change
    with pytest.raises(SealError):
        ring.open(Sealed("k1", bytes(value)), ROW)


@given(st.binary(max_size=60))
def test_any_bytes_in_its_place_do_not_open(value):
    with pytest.raises(SealError):
        KeyRing({"k1": OLD}).open(Sealed("k1", value), ROW)


def test_a_ring_is_read_from_its_text():
    ring = KeyRing.parse(f" k2:{encoded(NEW)}, k1:{encoded(OLD)} ")
    assert ring.current_id == "k2"
    assert ring.open(KeyRing({"k1": OLD}).seal("x", ROW), ROW) == "x"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        encoded(OLD),
        f":{encoded(OLD)}",
        f"k1:{encoded(OLD)},",
        f"k1:{encoded(OLD)},k1:{encoded(NEW)}",
        f"k-1:{encoded(OLD)}",
        f"1k:{encoded(OLD)}",
        f"{'k' * 33}:{encoded(OLD)}",
        f"k1:{encoded(OLD[:31])}",
        f"k1:{encoded(OLD + OLD)}",
        "k1:",
        f"k1:{encoded(OLD)[:-1]}",
        f"k1:{encoded(OLD)[:-2]}!!",
        f"k1:{encoded(OLD)} {encoded(NEW)}",
        "k1:" + base64.urlsafe_b64encode(b"\xff" * 32).decode(),
        f"k1:{OLD.hex()}",
        "k1:\u00e9" + encoded(OLD),
    ],
)
def test_a_malformed_ring_is_refused_without_repeating_a_word_of_it(text):
    with pytest.raises(ValueError, match=r"encryption key|id:base64") as refused:
        KeyRing.parse(text)
    error = refused.value
    while error is not None:
        told = f"{error!r} {error.args}"
        assert not any(text[at : at + 6] in told for at in range(len(text) - 5) if text[at : at + 6].strip("k1:, ="))
        error = error.__cause__


def test_a_secret_is_not_in_what_is_kept_or_shown():
    sealed = KeyRing({"k1": OLD}).seal("sk-very-secret", ROW)
    assert b"secret" not in sealed.value
    assert "secret" not in repr(sealed)
