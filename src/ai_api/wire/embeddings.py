"""Embeddings, `POST /v1/embeddings`: what is given to be embedded, how much that is, and what the provider says it read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ai_api.core.errors import Refusal
from ai_api.wire.envelope import bad
from ai_api.wire.input_kinds import BEYOND_THE_BODY, STEERING
from ai_api.wire.input_reading import VISITS_MAX
from ai_api.wire.input_size import InputSize
from ai_api.wire.json_body import encode
from ai_api.wire.usage import Usage, count, served_tier
from ai_api.wire.utf8 import bytes_read

_STEERING = STEERING | {"input", "dimensions", "encoding_format"}
_PROMPT_COUNTS = ("prompt_tokens", "input_tokens", "total_tokens")


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What is to be embedded: `count` inputs, which are texts, or have so many tokens together."""

    texts: list[str]
    tokens: int
    count: int


def size(document: Mapping[str, Any]) -> InputSize:
    """The size of the input. Raises Refusal where it is no text, no array of texts, and no array of tokens or of those.

    Tokens count as what they are. What a field nobody here knows says may be read with each input, so it counts as often.
    """
    inputs = _inputs(document)
    is_too_much = inputs.count > VISITS_MAX
    beside_bytes = sum(map(bytes_read, _beside(document)))
    return InputSize(
        text_bytes=beside_bytes + (0 if is_too_much else sum(map(bytes_read, inputs.texts))),
        opaque_bytes=(inputs.count - 1) * beside_bytes,
        tokens=inputs.tokens,
        messages=inputs.count,
        inputs=inputs.count,
        unbounded="more inputs than are looked at" if is_too_much else _unbounded(document),
    )


def texts(document: Mapping[str, Any]) -> list[str]:
    """The texts whose bytes `size` adds up, for whoever counts their tokens. Raises Refusal as `size` does."""
    return [*_inputs(document).texts, *_beside(document)]


def usage(told: Mapping[str, Any], *, service_tier: object = None) -> Usage | None:
    """Reads the `usage` object of an answer; None where it has no usable count.

    Embeddings have no output: a total stands for the input where nothing else does (Voyage), and never for more than it.
    `service_tier` is the answer's own top-level field.
    """
    counts = [number for name in _PROMPT_COUNTS if (number := count(told.get(name))) is not None]
    return Usage(input_total=counts[0], service_tier=served_tier(service_tier)) if counts else None


def _inputs(document: Mapping[str, Any]) -> _Inputs:
    given = document.get("input")
    if isinstance(given, str):
        return _Inputs([given], 0, 1)
    if not isinstance(given, list):
        raise _malformed()
    kinds = set(map(type, given))
    if kinds == {str}:
        return _Inputs(given, 0, len(given))
    if kinds == {int}:
        return _Inputs([], len(given), 1)
    if kinds == {list} and all(set(map(type, each)) == {int} for each in given):
        return _Inputs([], sum(map(len, given)), len(given))
    raise _malformed()


def _malformed() -> Refusal:
    forms = (
        "a text, an array of texts, an array of tokens, or an array of arrays of tokens; none of the arrays is empty"
    )
    return bad(f"input must be {forms}.", "input")


def _beside(document: Mapping[str, Any]) -> list[str]:
    """What fields of no known meaning say: in doubt a model reads it."""
    return [
        encode({name: value}).decode()
        for name, value in document.items()
        if name not in _STEERING and value is not None and not isinstance(value, bool)
    ]


def _unbounded(document: Mapping[str, Any]) -> str | None:
    for name, value in document.items():
        # Some servers take messages or pictures beside the input: what these are read as does not stand in the body.
        if name in BEYOND_THE_BODY or (name not in _STEERING and isinstance(value, list)):
            return "a field of a kind not known"
    return None
