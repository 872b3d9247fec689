"""Gemini's embedContent and batchEmbedContents: an answer in that dialect, always whole."""

from typing import Any

from tests.support.upstream.answer import Answer
from tests.support.upstream.embeddings import DIMENSIONS, vector


def whole(answer: Answer) -> dict[str, Any]:
    """A vector for each content, the same as the other dialect's; in an EmbedContentResponse, or that of a batch."""
    found = [{"values": vector(place, size or DIMENSIONS)} for place, size in enumerate(answer.ask.echo["dimensions"])]
    document: dict[str, Any] = {"embeddings": found} if answer.ask.echo["is_batch"] else {"embedding": found[0]}
    if answer.behaviour.usage_raw is not None:
        return document | {"usageMetadata": answer.behaviour.usage_raw}
    if answer.reported is not None:
        details = [{"modality": "TEXT", "tokenCount": answer.reported.input}]
        document["usageMetadata"] = {"promptTokenCount": answer.reported.input, "promptTokenDetails": details}
    return document
