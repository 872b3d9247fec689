"""Request bodies: what is refused, what passes untouched, and that nothing a client sends is anything but one of the two."""

import contextlib
import json
import sys
import time
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ai_api.wire.json_body import (
    DEPTH_MAX,
    VALUES_MAX,
    BadBody,
    Members,
    decode,
    document_bytes,
    encode,
    read,
    write,
)

# What JSON can say without the one character that no body may hold.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
scalars = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
documents = st.dictionaries(texts, values, max_size=6)
gaps = st.text(" \n\r\t", max_size=3)


@st.composite
def spelled_strings(draw, text=texts):
    """A JSON string, each character plain or escaped in one of the ways JSON has."""
    out = []
    for character in draw(text):
        plain = json.dumps(character, ensure_ascii=False)[1:-1]
        ways = [plain, json.dumps(character)[1:-1]]
        if ord(character) < 0x10000:
            ways += [f"\\u{ord(character):04x}", f"\\u{ord(character):04X}"]
        out.append(draw(st.sampled_from(ways + (["\\/"] if character == "/" else []))))
    return '"' + "".join(out) + '"'


@st.composite
def spelled_objects(draw, names):
    """An object with these top-level names in order, in any spacing, names and values in any spelling. Also its members."""
    members = []
    for name in names:
        spelled = draw(st.just(json.dumps(name)) | spelled_strings(st.just(name)))
        value = draw(values.map(json.dumps) | values.map(lambda each: json.dumps(each, indent=1)) | spelled_strings())
        members.append((spelled, value))
    parts = [f"{draw(gaps)}{name}{draw(gaps)}:{draw(gaps)}{value}{draw(gaps)}" for name, value in members]
    return f"{draw(gaps)}{{{','.join(parts) or draw(gaps)}}}{draw(gaps)}".encode(), members


@given(st.data())
def test_a_body_put_together_again_says_the_same_with_every_values_own_bytes(data):
    names = data.draw(st.lists(texts, unique=True, max_size=6))
    body, members = data.draw(spelled_objects(names))
    got = read(body)
    assert got.size_bytes == len(body)
    assert {name: value.decode() for name, value in got.fields.items()} == {
        json.loads(name): value for name, value in members
    }
    assert list(got.fields) == names
    assert got.document == json.loads(body)
    again = write(got.fields)
    assert read(again).fields == got.fields
    assert json.loads(again) == json.loads(body)


@given(documents)
def test_what_python_clients_send_is_read_whatever_their_spacing(document):
    for separators in ((",", ":"), (", ", ": "), (" ,", " :")):
        for ascii_only in (True, False):
            body = json.dumps(document, separators=separators, ensure_ascii=ascii_only).encode()
            assert read(body).document == document
    assert read(json.dumps(document, indent=2).encode()).document == document


@given(st.data())
def test_a_key_given_twice_is_refused_whatever_the_spacing_and_the_escapes(data):
    names = data.draw(st.lists(texts, unique=True, min_size=1, max_size=5))
    repeated = data.draw(st.sampled_from(names))
    at = data.draw(st.integers(0, len(names)))
    body, _ = data.draw(spelled_objects([*names[:at], repeated, *names[at:]]))
    with pytest.raises(BadBody, match="twice"):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"a","model":"b"}',
        b'{"model": "a", "model": "b"}',
        b'{"model":"a","stream":true,"\\u006dodel":"b"}',
        b'{ "model" : "a" ,\n "model" : "a" }',
        # As long as a compact body of the last values alone would be with one escape more.
        b'{"a":1,"a":1}',
        b'{"":1,"":2}',
        b'{"x":{"y":1},"x":{}}',
    ],
)
def test_the_second_model_of_a_body_cannot_hide_behind_the_first(body):
    with pytest.raises(BadBody, match="twice"):
        read(body)


def test_a_key_repeated_deeper_inside_is_the_callers_own_affair():
    assert read(b'{"a":{"b":1,"b":2}}').fields == {"a": b'{"b":1,"b":2}'}
    assert read(b'{ "a":{"b":1,"b":2}}').fields == {"a": b'{"b":1,"b":2}'}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not valid JSON"),
        (b"   ", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"a":1,}', "not valid JSON"),
        (b'{"a":1}x', "not valid JSON"),
        (b'{"a":1}{"a":1}', "not valid JSON"),
        (b'{"a":01}', "not valid JSON"),
        (b'{"a":tru}', "not valid JSON"),
        (b"{'a':1}", "not valid JSON"),
        (b"{a:1}", "not valid JSON"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
        ('{"a":1}'.encode("utf-16"), "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b"[{}]", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
        (b"1", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"true", "must be a JSON object"),
        (b'{"a":NaN}', "not valid JSON"),
        (b'{"a":[Infinity]}', "not valid JSON"),
        (b'{"a":-Infinity}', "not valid JSON"),
        (b'{"a":1e999}', "out of range"),
        (b'{"a":{"b":[-1e999]}}', "out of range"),
        (b'{"a":' + b"9" * 5000 + b"}", "out of range"),
        (b'{ "a":' + b"9" * 5000 + b"}", "out of range"),
        (b'{"a":"\x00"}', "not valid JSON"),
        (b'{"a":"\\u0000"}', "NUL"),
        (b'{"a":["b",{"c":"x\\u0000y"}]}', "NUL"),
        (b'{"a\\u0000":1}', "NUL"),
        (b'{"a":{"b\\u0000":1}}', "NUL"),
        (b'{"a":"\\ud800"}', "not valid"),
        (b'{"a":"\\udc00\\ud800"}', "not valid"),
        (b'{"\\ud800":1}', "not valid"),
        (b'{"a":["\\ud83d "]}', "not valid"),
        (b'{"a":"\xed\xa0\x80"}', "not valid"),
        (b'{"\xed\xa0\x80":1}', "not valid"),
        (b'{"a":"\xff"}', "not valid"),
        (b'{"a":"\xc0\xaf"}', "not valid"),
        (b'{"a":"caf\xe9"}', "not valid"),
        (b'{"a":"\xf0\x9f"}', "not valid"),
    ],
)
def test_malformed_json_non_objects_nan_nul_and_lone_surrogates_are_refused(body, why):
    with pytest.raises(BadBody, match=why):
        read(body)


def test_an_escaped_backslash_before_u0000_is_no_nul():
    assert read(b'{"a":"\\\\u0000"}').document == {"a": "\\u0000"}


@pytest.mark.parametrize(
    ("opening", "middle", "closing"), [(b"[", b"", b"]"), (b'{"k":', b"1", b"}"), (b'[{"k":', b"1", b"}]")]
)
def test_depth_64_passes_and_one_more_does_not(opening, middle, closing):
    step = opening.count(b"[") + opening.count(b"{")
    deepest = (DEPTH_MAX - 1) // step
    room = b"[" * (DEPTH_MAX - 1 - deepest * step), b"]" * (DEPTH_MAX - 1 - deepest * step)
    good = b'{"a":' + opening * deepest + room[0] + middle + room[1] + closing * deepest + b"}"
    assert read(good).fields
    with pytest.raises(BadBody, match="deeper than 64"):
        read(b'{"a":[' + good[5:-1] + b"]}")


@pytest.mark.parametrize(
    "body", [b'{"a":' + b"[" * 200_000, b'{"a":' * 100_000, b'{ "a":' + b"[" * 5000 + b"]" * 5000 + b"}"]
)
def test_a_bottomless_body_is_a_refusal_not_a_stack_overflow(body):
    with pytest.raises(BadBody):
        read(body)


def test_many_brackets_side_by_side_are_not_depth():
    assert read(b'{"a":[' + b",".join([b"[{}]"] * 500) + b"]}").fields


def read_or_refused(body):
    """The body as read, or the words it is refused with; anything else it raises is a defect."""
    try:
        return read(body)
    except BadBody as refused:
        return str(refused)


@given(st.binary(max_size=64))
@example(b'{"\\ud800":1,"\\ud800":2}')
def test_any_bytes_are_read_or_refused(body):
    assert read_or_refused(body)


@given(documents, st.data())
def test_a_damaged_body_is_read_or_refused(document, data):
    body = bytearray(json.dumps(document, ensure_ascii=data.draw(st.booleans())).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body)))
        piece = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"\\", b"\\u", b"\\ud800", b"{", b"]", b",", b"\x00"])
        )
        body[at : at + data.draw(st.integers(0, 3))] = piece
    assert read_or_refused(bytes(body))


def test_many_keys_and_one_of_them_twice_do_not_stop_the_event_loop():
    body = b"{ " + b",".join(b'"k%d":1' % number for number in range(30_000)) + b',"last":1,"last":2}'
    started = time.process_time()
    with pytest.raises(BadBody, match="twice"):
        read(body)
    assert time.process_time() - started < 1.0


def test_looking_into_a_body_takes_little_memory_of_its_own():
    body = b'{"a":[' + b",".join([b"0"] * 200_000) + b'],"b":[' + b",".join([b"[]"] * 100) + b"]}"
    tracemalloc.start()
    try:
        document = decode(body)
        plain = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        got = read(body)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert got.document == document
    # The document a second time, and each value's bytes; nothing per number.
    assert peak < 2 * plain + 4 * len(body)


@given(values)
def test_encode_and_decode_are_each_others_opposite(value):
    assert decode(encode(value)) == value


@given(st.binary(max_size=40))
@example(b"[" * 100_000)
@example(b"\xff")
@example(b"1e999")
def test_decode_raises_value_error_and_nothing_else(data):
    try:
        told = encode(decode(data)).decode()
    except ValueError as refused:
        told = str(refused)
    assert told


def test_more_values_than_any_request_has_are_read():
    for each in (b"[]", b'""', b"{}", b"1", b'"\\u00e9"', b'{"a":1}'):
        with pytest.raises(BadBody, match="500,000 values"):
            document_bytes(b'{"x":[' + b",".join([each] * (VALUES_MAX + 1)) + b"]}")
    text = encode({"x": "," * 3 * VALUES_MAX})
    assert document_bytes(text) >= len(text)


@pytest.mark.parametrize(
    ("text", "times"),
    [("word", 1), ("w\u00e9rd", 2), ("\u732b", 2), ("\U0001f4a9" + "word" * 100, 4), ('"\\' * 10, 1)],
    ids=["ascii", "latin", "wide", "one of four bytes", "escapes"],
)
def test_a_text_takes_more_memory_than_was_thought(text, times):
    value = text * (2_000_000 // len(text))
    for body in (encode({"x": value}), json.dumps({"x": value}).encode()):
        thought = document_bytes(body)
        assert thought >= sys.getsizeof(json.loads(body)["x"]) - 100
        assert thought <= len(body) * max(times, 4 if b"\\u" in body else 1) + 10_000


def test_what_is_no_json_is_looked_at_again_and_again():
    """A text that never ends, of escaped quotes: gone through once, not once from each of them."""
    began = time.monotonic()
    for end in (b"", b"\\", b'"'):
        for piece in (b'\\"', b"\\", b'"'):
            with contextlib.suppress(BadBody):
                document_bytes(b'{"x":"\xc3\xa9' + piece * 200_000 + end)
    # Gone through once it takes a second; from each of them, minutes.
    assert time.monotonic() - began < 20


def test_a_large_value_is_kept_twice():
    large = encode({"model": "m", "x": "y" * 1_000_000})
    fields = read(large).fields
    assert isinstance(fields["x"], memoryview)
    assert fields["x"].obj is not None
    assert write(fields) == large
    assert read(bytearray(large)).fields == fields
    spaced = b'{ "x" : "' + b"y" * 1_000_000 + b'" , "model":"m"}'
    assert read(spaced).fields == fields
    with pytest.raises(BadBody, match="twice"):
        read(b'{ "x" : "' + b"y" * 100_000 + b'z", "x" : "' + b"y" * 100_000 + b'"}')


def test_values_are_decoded_when_they_are_asked_for():
    body = encode({"model": "m", "x": [1, None]})
    members = Members(read(body).fields)
    assert (dict(members), len(members), members.get("y")) == ({"model": "m", "x": [1, None]}, 2, None)
