"""Request bodies: one strict reading of JSON, keeping every value's own bytes.

A body is an object, UTF-8, without NaN, NUL, lone surrogates, a top-level key twice, nesting deeper than 64, or more values
than any request has. What passes can be put together again with some values replaced and all others byte for byte as they came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

import msgspec

from ai_api.core import values

DEPTH_MAX = 64
VALUES_MAX = 500_000
"""Texts, numbers, lists and objects together. Each costs some hundred bytes once it is read, and two where it stands."""

_VALUE_BYTES = 64
# Smaller bodies cannot hold enough to be worth a look.
_SURVEYED_BYTES = 2 * VALUES_MAX
_text = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
# A text that does not end is one all the same: what is no JSON is gone through once, too.
_parts = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[,\[{]', re.DOTALL)
_space = re.compile(rb"[ \t\r\n]*")
_WIDEST = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4", b"\\ud", b"\\uD")
"""What a text with characters of four bytes has in it, as they are or escaped."""
_TEXTS_LOOKED_AT_MAX = 20_000
_LOOK_BYTES = 65_536

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_whole = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()


Value = bytes | memoryview
"""A value as it came. A large one is seen where it stands: it may be most of the memory there is for a body."""


class BadBody(ValueError):
    """The body is not one the gateway takes. The text says why, without repeating the body."""


@values.value
class JsonBody:
    """A body, read twice: `fields` maps each top-level name to its value's bytes, `document` to its decoded value."""

    fields: dict[str, Value]
    document: dict[str, Any]
    size_bytes: int

    def put(self, name: str, value: bytes) -> None:
        """Puts a value, as JSON, in the place of a member's. Raises ValueError for what is none."""
        self.document[name] = decode(value)
        self.fields[name] = value

    def drop(self, name: str) -> None:
        """Takes a member out, where it is there."""
        self.document.pop(name, None)
        self.fields.pop(name, None)

    def forget(self, *, fields: bool) -> None:
        """Lets go of the document, and of the fields as well, for whoever has it."""
        self.document.clear()
        if fields:
            self.fields.clear()


def read(body: bytes | bytearray) -> JsonBody:
    """Reads a request body. Raises BadBody."""
    try:
        raw = _members.decode(body)
        document = _whole.decode(body)
    except UnicodeDecodeError:
        raise BadBody("The body is not valid UTF-8.") from None
    except msgspec.ValidationError as error:
        if "Expected `object`" in str(error):
            raise BadBody("The body must be a JSON object.") from None
        raise BadBody("The body holds a number that is out of range.") from None
    except msgspec.DecodeError:
        raise BadBody("The body is not valid JSON.") from None
    except RecursionError:
        raise BadBody(f"The body is nested deeper than {DEPTH_MAX} levels.") from None
    fields: dict[str, Value] = {name: _kept(value) for name, value in raw.items()}
    _refuse_repeated_keys(body, fields)
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX or b"\\u0000" in body:
        _inspect(document)
    return JsonBody(fields, document, len(body))


def document_bytes(body: bytes | bytearray) -> int:
    """About how much memory a body's document takes once it is read, from the body alone. Raises BadBody.

    A text is as wide as its widest character: one of them can make four bytes of each of its neighbours.
    """
    if len(body) < _SURVEYED_BYTES:
        return len(body)
    # Every value has one of these before it; a text may hold as many of them as it likes.
    values = body.count(b",") + body.count(b"[") + body.count(b"{")
    if values > VALUES_MAX:
        if next(islice(_parts.finditer(body), VALUES_MAX, None), None) is not None:
            raise BadBody(f"The body holds more than {VALUES_MAX:,} values.")
        values = VALUES_MAX
    size = values * _VALUE_BYTES
    if body.isascii() and b"\\u" not in body:
        return size + len(body)
    if values > _TEXTS_LOOKED_AT_MAX:
        return size + len(body) * 4
    return size + sum((part.end() - part.start()) * _width(body, *part.span()) for part in _parts.finditer(body))


def _width(body: bytes | bytearray, start: int, end: int) -> int:
    if any(body.find(sign, start, end) >= 0 for sign in _WIDEST):
        return 4
    narrow = body.find(b"\\u", start, end) < 0 and all(
        body[at : min(at + _LOOK_BYTES, end)].isascii() for at in range(start, end, _LOOK_BYTES)
    )
    return 1 if narrow else 2


def items(value: Value) -> list[Value]:
    """The items of a list out of a body that was read, each as it came."""
    return [_kept(each) for each in _items.decode(value)]


class Members(Mapping[str, Any]):
    """Values by top-level name, each decoded when it is asked for, so that nothing is kept but `fields`."""

    def __init__(self, fields: Mapping[str, Value]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> Any:
        return _whole.decode(self._fields[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def write(fields: Mapping[str, Value]) -> bytes:
    """A body from top-level names and the bytes of their values."""
    # In one go: a value may be most of the memory there is for it.
    parts = [part for name, value in fields.items() for part in (b",", encode(name), b":", value)]
    return b"".join((b"{", *parts[1:], b"}"))


def encode(value: object) -> bytes:
    """The compact JSON of a value."""
    return _encoder.encode(value)


def decode(data: bytes) -> Any:
    """Decoded JSON. Raises ValueError."""
    try:
        return _whole.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError("not valid JSON") from error


def members(data: bytes | memoryview) -> dict[str, bytes]:
    """An object's values by name, each as its own bytes. Raises ValueError for anything else."""
    try:
        return {name: bytes(value) for name, value in _members.decode(data).items()}
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError("not a JSON object") from error


def elements(data: bytes | memoryview) -> list[bytes]:
    """A list's values, each as its own bytes. Raises ValueError for anything else."""
    try:
        return [bytes(value) for value in _items.decode(data)]
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError("not a JSON list") from error


def _refuse_repeated_keys(body: bytes | bytearray, fields: Mapping[str, Value]) -> None:
    # A compact body is proven by its length alone.
    if len(body) == sum(map(len, fields.values())) + sum(len(encode(name)) + 2 for name in fields) + (
        1 if fields else 2
    ):
        return
    # The others are gone through: what the last reading of a name gave has to stand where the name is met first.
    at = _past_space(body, _past_space(body, 0) + 1)
    seen: set[str] = set()
    while body[at : at + 1] == b'"':
        key = _text.match(body, at)
        name = str(_whole.decode(key[0])) if key is not None else ""
        at = _past_space(body, key.end() if key is not None else at)
        at = _past_space(body, at + 1)
        if name in seen or not _begins(body, at, fields[name]):
            raise BadBody(f"The body gives {name[:64]!r} twice.")
        at = _past_space(body, at + len(fields[name]))
        if body[at : at + 1] not in (b",", b"}"):
            # A longer value that begins like the last one.
            raise BadBody(f"The body gives {name[:64]!r} twice.")
        seen.add(name)
        at = _past_space(body, at + 1)


def _kept(value: msgspec.Raw) -> Value:
    seen = memoryview(value)
    return seen if len(seen) > _LOOK_BYTES else bytes(seen)


def _begins(body: bytes | bytearray, at: int, value: Value) -> bool:
    if isinstance(value, bytes):
        return body.startswith(value, at)
    ends = range(0, len(value), _LOOK_BYTES)
    return all(body.startswith(bytes(value[start : start + _LOOK_BYTES]), at + start) for start in ends)


def _past_space(body: bytes | bytearray, at: int) -> int:
    space = _space.match(body, at)
    return at if space is None else space.end()


def _inspect(document: object) -> None:
    # Only what can hold more is remembered: a long list of numbers must not become a longer list of visits.
    pending: list[tuple[dict[str, Any] | list[Any], int]] = (
        [(document, 1)] if isinstance(document, (dict, list)) else []
    )
    while pending:
        node, depth = pending.pop()
        if depth > DEPTH_MAX:
            raise BadBody(f"The body is nested deeper than {DEPTH_MAX} levels.")
        for child in chain(node, node.values()) if isinstance(node, dict) else node:
            if isinstance(child, str):
                if "\x00" in child:
                    raise BadBody("The body holds a NUL character.")
            elif isinstance(child, (dict, list)):
                pending.append((child, depth + 1))
