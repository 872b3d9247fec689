"""Request bodies: one strict reading of JSON, keeping every value's own bytes.

A body is an object, UTF-8, without NaN, NUL, lone surrogates, a top-level key twice, or nesting deeper than 64. What passes
can be put together again with some values replaced and all others byte for byte as they came.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

DEPTH_MAX = 64

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_whole = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()


class BadBody(ValueError):
    """The body is not one the gateway takes. The text says why, without repeating the body."""


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A body, read twice: `fields` maps each top-level name to its value's bytes, `document` to its decoded value."""

    fields: Mapping[str, bytes]
    document: Mapping[str, Any]
    size_bytes: int


def read(body: bytes) -> JsonBody:
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
    fields = {name: bytes(value) for name, value in raw.items()}
    _refuse_repeated_keys(body, fields)
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX or b"\\u0000" in body:
        _inspect(document)
    return JsonBody(fields, document, len(body))


def write(fields: Mapping[str, bytes]) -> bytes:
    """A body from top-level names and the bytes of their values."""
    return b"{" + b",".join(encode(name) + b":" + value for name, value in fields.items()) + b"}"


def encode(value: object) -> bytes:
    """The compact JSON of a value."""
    return _encoder.encode(value)


def decode(data: bytes) -> Any:
    """Decoded JSON. Raises ValueError."""
    try:
        return _whole.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError("not valid JSON") from error


def _refuse_repeated_keys(body: bytes, fields: Mapping[str, bytes]) -> None:
    # A compact body is proven by its length alone, one spaced as Python spaces it by putting it together again; only unusual
    # spacing and escaped keys need the slow look.
    if len(body) == sum(map(len, fields.values())) + sum(len(encode(name)) + 2 for name in fields) + (
        1 if fields else 2
    ):
        return
    if body == b"{" + b", ".join([encode(name) + b": " + value for name, value in fields.items()]) + b"}":
        return
    depth_one: list[list[str]] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        depth_one.append([name for name, _ in pairs])

    try:
        json.loads(body, object_pairs_hook=keep)
    except RecursionError:
        raise BadBody(f"The body is nested deeper than {DEPTH_MAX} levels.") from None
    seen: set[str] = set()
    for name in depth_one[-1]:
        if name in seen:
            raise BadBody(f"The body gives {name[:64]!r} twice.")
        seen.add(name)


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
