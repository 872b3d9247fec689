"""Cursors: what a list gave out comes back, and everything else is a refusal of ours, never an error further down."""

import base64
import json
from datetime import UTC
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.core.page import decode_cursor, encode_cursor, instant_in, place_in

storable = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)


def cursor_of(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


@given(st.lists(storable, min_size=1, max_size=4))
def test_a_cursor_gives_back_its_values(values):
    cursor = encode_cursor(*values)
    assert decode_cursor(cursor, len(values)) == tuple(values)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# %")


def test_a_list_ends_at_a_long_name_of_another_script():
    for name in ("文" * 256, "😀" * 256):
        values = (name, str(UUID(int=1)))
        assert decode_cursor(encode_cursor(*values), 2) == values


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!!!",
        "é",
        "\x00",
        cursor_of({"a": "b"}),
        cursor_of("ab"),
        cursor_of(None),
        cursor_of([]),
        cursor_of(["a"]),
        cursor_of(["a", "b", "c"]),
        cursor_of(["a", 1]),
        cursor_of(["a", None]),
        cursor_of(["a", ["b"]]),
        cursor_of(["a", "b\x00"]),
        cursor_of(["a", "\ud800"]),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 700).decode(),
        encode_cursor("a", "b" * 10_000),
    ],
)
def test_a_cursor_no_list_gave_out_is_refused(cursor):
    with pytest.raises(Refusal) as refused:
        decode_cursor(cursor, 2)
    assert (refused.value.code, refused.value.kind, refused.value.param) == ("bad_cursor", "invalid", "cursor")


def test_a_cursor_of_brackets_is_refused_however_deep_the_caller_stands():
    def from_depth(depth):
        return decode_cursor(base64.urlsafe_b64encode(b"[" * 700).decode(), 1) if depth == 0 else from_depth(depth - 1)

    with pytest.raises(Refusal):
        from_depth(400)


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
@example("A" * 10_000)
def test_any_text_is_a_cursor_or_refused(text):
    try:
        got = decode_cursor(text, 1)
    except Refusal as refused:
        got = refused
    assert got.code == "bad_cursor" if isinstance(got, Refusal) else len(got) == 1


@given(st.datetimes(timezones=st.timezones()))
def test_a_list_by_time_goes_on_where_it_ended(moment):
    try:
        at = moment.astimezone(UTC)
    except OverflowError:
        at = None
    cursor = encode_cursor("created_at", moment.isoformat(), str(UUID(int=7)))
    if at is None:
        with pytest.raises(Refusal):
            place_in(cursor, "created_at", instant_in)
    else:
        assert place_in(cursor, "created_at", instant_in) == (at, UUID(int=7))


@pytest.mark.parametrize(
    "values",
    [
        ("name", "2026-01-01T00:00:00+00:00", str(UUID(int=7))),
        ("created_at", "2026-01-01T00:00:00", str(UUID(int=7))),
        ("created_at", "0001-01-01T00:00:00+23:59", str(UUID(int=7))),
        ("created_at", "2026-01-01T00:00:00+00:00", "7"),
    ],
    ids=["another order", "no zone", "before the first year", "no id"],
)
def test_a_place_no_list_gave_out_is_refused(values):
    with pytest.raises(Refusal) as refused:
        place_in(encode_cursor(*values), "created_at", instant_in)
    assert refused.value.code == "bad_cursor"
