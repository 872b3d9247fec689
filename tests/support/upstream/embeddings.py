"""OpenAI embeddings: an answer in that dialect, always whole."""

import base64
import struct
from typing import Any

from tests.support.upstream.answer import Answer

DIMENSIONS = 8


def whole(answer: Answer) -> dict[str, Any]:
    """A list of vectors, one for each input; the same input at the same place always gives the same."""
    count, dimensions = answer.ask.echo["inputs"], answer.ask.echo["dimensions"] or DIMENSIONS
    vectors = [vector(index, dimensions) for index in range(count)]
    is_packed = answer.ask.echo["encoding_format"] == "base64"
    document: dict[str, Any] = {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": packed(each) if is_packed else each}
            for index, each in enumerate(vectors)
        ],
        "model": answer.model,
    }
    if answer.behaviour.usage_raw is not None:
        return document | {"usage": answer.behaviour.usage_raw}
    if answer.reported is not None:
        document["usage"] = {"prompt_tokens": answer.reported.input, "total_tokens": answer.reported.input}
    return document


def vector(index: int, dimensions: int) -> list[float]:
    """The vector of the input at a place: numbers that floats of four bytes hold exactly."""
    return [((index + place) % 16 - 8) / 16 for place in range(dimensions)]


def packed(numbers: list[float]) -> str:
    """A vector as base64 has it: floats of four bytes, the lowest first."""
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
