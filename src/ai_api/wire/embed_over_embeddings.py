"""Gemini's embeddings asked of models that are called in OpenAI's dialect: the request there, and the answer back. Pure.

content of text, one or many ──► input
outputDimensionality         ──► dimensions
data, by index               ──► values, the numbers as they came
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ai_api.core.errors import Refusal
from ai_api.wire import json_body
from ai_api.wire.envelope import bad
from ai_api.wire.failures import StreamFailure
from ai_api.wire.gemini_embed import REQUESTS, is_batch
from ai_api.wire.generate_over_chat_fields import many, members, whole, within
from ai_api.wire.strict import any_text
from ai_api.wire.usage import Usage

_REQUEST: Final = ("model", "content", "outputDimensionality", "embedContentConfig")
_ONLY_TEXT: Final = "This model embeds text alone."


class _Vector(msgspec.Struct):
    embedding: msgspec.Raw
    index: int | None = None


class _Answer(msgspec.Struct):
    data: list[_Vector]


_answer = msgspec.json.Decoder(_Answer)


def to_embeddings(document: Mapping[str, Any]) -> dict[str, Any]:
    """The request for embeddings that asks the same, without `model`.

    Raises Refusal (kind invalid) naming the field, for whatever it cannot say: nothing is left out in silence.
    """
    if not is_batch(document):
        text, dimensions = _request(document, "")
        return _asking([text], dimensions)
    given = members(document, "", ("model", REQUESTS)).get(REQUESTS)
    texts: list[str] = []
    asked: list[int | None] = []
    for request, path in many(given, REQUESTS):
        text, dimensions = _request(request, path)
        texts.append(text)
        asked.append(dimensions)
        if dimensions != asked[0]:
            raise _one_size(within(path, "outputDimensionality"))
    return _asking(texts, asked[0])


def from_embeddings(body: bytes, usage: Usage | None, *, count: int, batch: bool) -> bytes:
    """Google's answer out of one of OpenAI's to a request of `count` texts; `batch` says in which of its two forms.

    Raises StreamFailure where it does not hold one vector of numbers for each text.
    """
    vectors = _vectors(body, count)
    told = b"" if usage is None else b',"usageMetadata":' + json_body.encode({"promptTokenCount": usage.input_total})
    shown = [b'{"values":' + vector + b"}" for vector in vectors]
    if batch:
        return b'{"embeddings":[' + b",".join(shown) + b"]" + told + b"}"
    return b'{"embedding":' + shown[0] + told + b"}"


def count_of(fields: Mapping[str, json_body.Value]) -> int:
    """How many texts a body has that was read as an envelope."""
    return len(json_body.items(fields[REQUESTS])) if is_batch(fields) else 1


def _asking(texts: list[str], dimensions: int | None) -> dict[str, Any]:
    return {"input": texts} if dimensions is None else {"input": texts, "dimensions": dimensions}


def _request(request: object, path: str) -> tuple[str, int | None]:
    """The text of one request, and how many numbers its vector is to have; None where that is not said."""
    given = members(request, path, _REQUEST)
    dimensions = given.get("outputDimensionality")
    place = within(path, "outputDimensionality")
    if "embedContentConfig" in given:
        place = within(path, "embedContentConfig")
        config = members(given["embedContentConfig"], place, ("outputDimensionality",))
        place = within(place, "outputDimensionality")
        if dimensions is not None and "outputDimensionality" in config:
            raise bad(f"{place} is given twice. Give one of them.", place)
        dimensions = config.get("outputDimensionality", dimensions)
    if dimensions is not None:
        whole(dimensions, place, least=1)
    return _text(given.get("content"), within(path, "content")), dimensions


def _text(content: object, path: str) -> str:
    # Whose turn it is means nothing where there is no conversation: to Google neither.
    given = members(content, path, ("role", "parts"))
    parts = many(given.get("parts"), f"{path}.parts")
    return "\n".join(any_text(members(part, at, ("text",), _ONLY_TEXT).get("text"), f"{at}.text") for part, at in parts)


def _one_size(param: str) -> Refusal:
    return bad(f"{param} differs from the first one's; all vectors of a request have one size here.", param)


def _vectors(body: bytes, count: int) -> list[bytes]:
    """The vectors in the order of their texts, each as it came."""
    try:
        found = _answer.decode(body).data
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _not_embeddings() from None
    if all(each.index is not None for each in found):
        found = sorted(found, key=lambda each: each.index or 0)
        is_whole = [each.index for each in found] == list(range(count))
    else:
        # Servers that give no places answer in order.
        is_whole = len(found) == count and all(each.index is None for each in found)
    vectors = [bytes(each.embedding) for each in found]
    if not is_whole or not all(vector.startswith(b"[") for vector in vectors):
        raise _not_embeddings()
    return vectors


def _not_embeddings() -> StreamFailure:
    return StreamFailure("upstream_interrupted", "The provider sent something that is not one vector for each text.")
