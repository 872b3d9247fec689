"""The lane for Gemini's embeddings of models that are called in OpenAI's dialect."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from ai_api.providers.lanes import over_embeddings
from ai_api.providers.port import Lane, LaneRequest, ReadWhole, StreamReader, UpstreamCall, WholeAnswer
from ai_api.wire import json_body
from ai_api.wire.embed_over_embeddings import count_of, from_embeddings, to_embeddings
from ai_api.wire.gemini_embed import is_batch


def embed_lanes(lanes: Mapping[str, Lane]) -> dict[str, Lane]:
    """Gemini's embeddings over each of these lanes of embeddings, by name."""
    return {over_embeddings(name): OverEmbeddingsLane(lane) for name, lane in lanes.items()}


class OverEmbeddingsLane:
    """Gemini's embeddings over a lane of embeddings. `loaded` is that lane's."""

    def __init__(self, embeddings: Lane) -> None:
        self._embeddings = embeddings

    @property
    def loaded(self) -> threading.Event | None:
        """As the lane's beneath."""
        return self._embeddings.loaded

    def ensure_loaded(self) -> None:
        """As the lane's beneath."""
        self._embeddings.ensure_loaded()

    def request(self, call: UpstreamCall) -> LaneRequest:
        """What to send. Raises Refusal for what this provider cannot be asked."""
        document = to_embeddings(call.document)
        fields = {"model": json_body.encode(call.upstream_model)}
        fields |= {name: json_body.encode(value) for name, value in document.items()}
        # The caller's own headers speak of a dialect that this provider does not.
        asked = replace(call, operation="embeddings", fields=fields, document=document, headers={})
        return self._embeddings.request(asked)

    def stream(self, call: UpstreamCall) -> StreamReader:
        """There is none."""
        raise TypeError(f"an answer to {call.operation} is not streamed")

    def whole(self, call: UpstreamCall) -> ReadWhole:
        """What reads a whole answer, and writes the caller's."""
        read = self._embeddings.whole(replace(call, operation="embeddings"))
        count, batch = count_of(call.fields), is_batch(call.fields)

        def whole(body: bytes) -> WholeAnswer:
            got = read(body)
            return replace(got, body=from_embeddings(got.body, got.usage, count=count, batch=batch))

        return whole
