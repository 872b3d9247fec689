"""The lane for questions about a call that is not made: how many tokens Anthropic would make of its input."""

from __future__ import annotations

from typing import Final

from ai_api.providers.native import upstream_headers
from ai_api.providers.port import LaneRequest, ReadWhole, StreamFailure, StreamReader, UpstreamCall, WholeAnswer
from ai_api.wire import json_body
from ai_api.wire.usage import count

COUNTING: Final = "count tokens"
"""The name of the lane."""

_PATH: Final = "/count_tokens"


class CountLane:
    """Bytes through to where Anthropic counts the tokens of messages. Its answer is whole."""

    loaded = None

    def ensure_loaded(self) -> None:
        """Nothing has to be loaded."""

    def request(self, call: UpstreamCall) -> LaneRequest:
        """The caller's body under the provider's name of the model."""
        fields = {**call.fields, "model": json_body.encode(call.upstream_model)}
        url = call.key.wiring.urls[call.operation] + _PATH
        return LaneRequest(url, upstream_headers(call), json_body.write(fields))

    def stream(self, call: UpstreamCall) -> StreamReader:
        """There is none."""
        raise TypeError(f"a count of {call.operation} is not streamed")

    def whole(self, _call: UpstreamCall) -> ReadWhole:
        """What gives the provider's body, once it is known to hold a count."""
        return _counted


def _counted(body: bytes) -> WholeAnswer:
    try:
        answer = json_body.decode(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or count(answer.get("input_tokens")) is None:
        raise StreamFailure("upstream_interrupted", "The provider sent something that is no count.")
    return WholeAnswer(body, None, None)
