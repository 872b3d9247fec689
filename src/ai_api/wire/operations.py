"""Operations that are no conversations, one row each: a JSON object in, one whole JSON object out, never a stream.

A row says all there is to know of one. Its door, its description, how its envelope is read, how its input is measured, where its
provider serves it and how its answer is read are made from the row; so one more is one more row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Protocol

from ai_api.wire import embeddings, input_size
from ai_api.wire.envelope import Envelope, Operation, bad, flag, model_of, refuse_steering, text
from ai_api.wire.input_size import InputSize
from ai_api.wire.json_body import JsonBody
from ai_api.wire.usage import Usage


class ReadUsage(Protocol):
    """Reads the `usage` object of an answer; None where it has no usable count."""

    def __call__(self, told: Mapping[str, Any], *, service_tier: object = None) -> Usage | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeOperation:
    """One operation.

    `path` stands after `/v1` at the gateway, where it may be left out, and after a provider's base URL. `fields` are the JSON
    schemas of the fields that are described, beside `model`; those of `required` must be there. `size` measures a document's
    input, and raises Refusal for a field of a wrong form; `texts` are the texts whose bytes it adds up. `usage` is the meter.
    `output_tokens_max` is the most tokens an answer has: 0 for those that have none, None where the model's maximum holds.
    `names_model` says whether the answer repeats the model's name, in `model`.
    """

    name: Operation
    path: str
    title: str
    summary: str
    required: tuple[str, ...]
    fields: Mapping[str, Any] = field(hash=False)
    size: Callable[[Mapping[str, Any]], InputSize]
    texts: Callable[[Mapping[str, Any]], list[str]]
    usage: ReadUsage
    output_tokens_max: int | None
    names_model: bool

    @property
    def doors(self) -> tuple[str, ...]:
        """The gateway's paths, the described one first."""
        return (f"/v1{self.path}", self.path)

    def envelope(self, body: JsonBody) -> Envelope:
        """Reads a request. Raises Refusal (kind invalid)."""
        document = body.document
        refuse_steering(document)
        for name in self.required:
            if document.get(name) is None:
                raise bad(f"{name} is missing.", name)
        if flag(document, "stream"):
            raise bad(f"{self.title} are not streamed; send the request without stream.", "stream")
        return Envelope(
            operation=self.name,
            model=model_of(document),
            stream=False,
            wants_usage=False,
            output_tokens_max=self.output_tokens_max,
            output_field=None,
            choices=1,
            service_tier=text(document, "service_tier"),
            input_size=self.size(document),
        )


_TOKENS: Final = {"type": "array", "items": {"type": "integer"}, "minItems": 1}

WHOLE_OPERATIONS: Final[Mapping[str, WholeOperation]] = MappingProxyType(
    {
        row.name: row
        for row in (
            WholeOperation(
                name="embeddings",
                path="/embeddings",
                title="Embeddings",
                summary="Turns texts, or tokens, into vectors.",
                required=("input",),
                fields={
                    "input": {
                        "oneOf": [
                            {"type": "string"},
                            {"type": "array", "items": {"type": "string"}, "minItems": 1},
                            _TOKENS,
                            {"type": "array", "items": _TOKENS, "minItems": 1},
                        ]
                    },
                    "dimensions": {"type": "integer", "minimum": 1},
                    "encoding_format": {"type": "string", "enum": ["float", "base64"]},
                    "user": {"type": "string"},
                },
                size=embeddings.size,
                texts=embeddings.texts,
                usage=embeddings.usage,
                output_tokens_max=0,
                names_model=True,
            ),
        )
    }
)
"""The rows by name."""


def writes_tokens(operation: str) -> bool:
    """Whether an answer to an operation has tokens."""
    row = WHOLE_OPERATIONS.get(operation)
    return operation != "embed" if row is None else row.output_tokens_max != 0


def texts(operation: str, document: Mapping[str, Any]) -> list[str]:
    """The texts of a document whose bytes its envelope's size adds up, whatever the operation."""
    row = WHOLE_OPERATIONS.get(operation)
    return row.texts(document) if row is not None else input_size.texts(operation, document)
