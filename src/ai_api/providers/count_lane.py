"""The lane for questions about a call that is not made: how many tokens Anthropic, or Google, would make of its input."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from ai_api.providers.native import GENERATE_VERB, upstream_headers
from ai_api.providers.port import LaneRequest, ReadWhole, StreamFailure, StreamReader, UpstreamCall, WholeAnswer
from ai_api.wire import counts, json_body
from ai_api.wire.gemini_envelope import count_for_upstream

COUNTING: Final = "count tokens"
"""The name of the lane."""

_PATH: Final = "/count_tokens"
_VERB: Final = ":countTokens"


class CountLane:
    """Bytes through to where a provider counts the tokens of what it is asked in its own dialect. Its answer is whole."""

    loaded = None

    def ensure_loaded(self) -> None:
        """Nothing has to be loaded."""

    def request(self, call: UpstreamCall) -> LaneRequest:
        """The caller's body under the provider's name of the model."""
        url = call.key.wiring.urls[call.operation]
        if call.operation == "generate":
            url = url.removesuffix(GENERATE_VERB).replace("{model}", quote(call.upstream_model, safe="")) + _VERB
            fields = count_for_upstream(call.fields, call.upstream_model)
        else:
            url += _PATH
            fields = {**call.fields, "model": json_body.encode(call.upstream_model)}
        return LaneRequest(url, upstream_headers(call), json_body.write(fields))

    def stream(self, call: UpstreamCall) -> StreamReader:
        """There is none."""
        raise TypeError(f"a count of {call.operation} is not streamed")

    def whole(self, call: UpstreamCall) -> ReadWhole:
        """What gives the provider's body, once it is known to hold a count."""
        operation = call.operation

        def whole(body: bytes) -> WholeAnswer:
            if not counts.holds_count(operation, body):
                raise StreamFailure("upstream_interrupted", "The provider sent something that is no count.")
            return WholeAnswer(body, None, None)

        return whole
