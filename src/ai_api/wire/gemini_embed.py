"""Embeddings in Gemini's dialect, `:embedContent` and `:batchEmbedContents`: what is read of them, and of what Google answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ai_api.wire import json_body
from ai_api.wire.envelope import Envelope, bad, model_of, optional, refuse_steering
from ai_api.wire.failures import StreamFailure
from ai_api.wire.gemini_envelope import for_upstream, refuse_another_model, refuse_foreign_files
from ai_api.wire.input_size import measure
from ai_api.wire.json_body import BadBody, JsonBody
from ai_api.wire.usage import Usage, count

REQUESTS = "requests"
"""What a batch is a list of. One request alone is the body itself."""


# `Any` because versions differ in what they send; the vectors are not decoded.
class _Answer(msgspec.Struct, rename="camel"):
    usage_metadata: Any = None
    error: Any = None


_answer = msgspec.json.Decoder(_Answer)


def embed(body: JsonBody, *, model: str) -> Envelope:
    """Reads `POST …/models/{model}:embedContent`. Raises Refusal (kind invalid or not_found)."""
    document = body.document
    refuse_steering(document)
    if is_batch(document):
        raise bad(f"{REQUESTS} are for batchEmbedContents.", REQUESTS)
    _check_request(document, model, "")
    return _envelope(document, model)


def embed_batch(body: JsonBody, *, model: str) -> Envelope:
    """Reads `POST …/models/{model}:batchEmbedContents`. Raises Refusal (kind invalid or not_found)."""
    document = body.document
    refuse_steering(document)
    refuse_another_model(document, model)
    if document.get("content") is not None:
        raise bad(f"content is for embedContent; give {REQUESTS}.", "content")
    requests = optional(document, REQUESTS, list)
    if not requests:
        raise bad(f"{REQUESTS} must be a list that is not empty.", REQUESTS)
    for number, request in enumerate(_read_again(body)):
        _check_request(request, model, f"{REQUESTS}[{number}].")
    return _envelope(document, model)


def is_batch(fields: Mapping[str, object]) -> bool:
    """Whether a body that was read as an envelope is a batch's."""
    return REQUESTS in fields


def embed_for_upstream(fields: Mapping[str, json_body.Value], upstream_model: str) -> dict[str, json_body.Value]:
    """The top-level fields of a body that was read as an envelope, with the provider's name of the model wherever one is and
    no other byte changed but space.
    """
    renamed = for_upstream(fields, upstream_model)
    if is_batch(fields):
        requests = (
            json_body.write(for_upstream(json_body.read(bytes(each)).fields, upstream_model))
            for each in json_body.items(fields[REQUESTS])
        )
        renamed[REQUESTS] = b"[" + b",".join(requests) + b"]"
    return renamed


def read_embedded(body: bytes) -> Usage | None:
    """What a whole answer of Google's says it has read; None where it says nothing.

    Raises StreamFailure where it is no JSON object, or reports an error.
    """
    try:
        answer = _answer.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise StreamFailure("upstream_interrupted", "The provider sent something that is no JSON object.") from None
    if answer.error is not None:
        raise StreamFailure("upstream_error", "The provider reported an error in its answer.")
    told = answer.usage_metadata if isinstance(answer.usage_metadata, dict) else {}
    # There is no output: a total stands for the input where nothing else does.
    read = count(told.get("promptTokenCount"))
    read = count(told.get("totalTokenCount")) if read is None else read
    return None if read is None else Usage(input_total=read)


def _envelope(document: Mapping[str, Any], model: str) -> Envelope:
    return Envelope(
        operation="embed",
        model=model_of({"model": model}),
        stream=False,
        wants_usage=False,
        output_tokens_max=0,
        output_field=None,
        choices=1,
        service_tier=None,
        input_size=measure("embed", document),
    )


def _read_again(body: JsonBody) -> Iterator[Mapping[str, Any]]:
    """The requests of a batch. What is read here must be what the provider reads: a name that stands in one twice is refused."""
    for number, each in enumerate(json_body.items(body.fields[REQUESTS])):
        try:
            yield json_body.read(bytes(each)).document
        except BadBody as error:
            raise bad(f"{REQUESTS}[{number}]: {error}", f"{REQUESTS}[{number}]") from None


def _check_request(request: Mapping[str, Any], model: str, path: str) -> None:
    refuse_another_model(request, model, f"{path}model")
    if not isinstance(request.get("content"), dict):
        raise bad(f"{path}content must be an object.", f"{path}content")
    refuse_foreign_files(request["content"], f"{path}content")
