"""The native lane: the caller's dialect is the provider's, so the body's bytes go on, and the answer's bytes come back.

Changed on the way there: the model's name, the usage option of chat streams, and a bound on output where the gateway must
set one. Changed on the way back: the model's name the caller used, and a usage chunk nobody asked for; of Gemini's answers
nothing, which name the version that answered and not the model that was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import quote

from ai_api.providers.port import LaneRequest, OpenKey, Operation, ReadWhole, StreamReader, UpstreamCall, WholeAnswer
from ai_api.wire import json_body, whole_answer
from ai_api.wire.anthropic_messages import MessagesStream, read_whole_message
from ai_api.wire.gemini_embed import embed_for_upstream, is_batch, read_embedded
from ai_api.wire.gemini_envelope import for_upstream, with_output_bound
from ai_api.wire.gemini_stream import GenerateStream, read_whole_generated
from ai_api.wire.openai_stream import ChatStream, ResponsesStream, read_kept_response, read_whole_chat
from ai_api.wire.operations import WHOLE_OPERATIONS, WholeOperation
from ai_api.wire.usage import Usage

GEMINI_KEY_HEADER = "x-goog-api-key"
"""Google's own dialect takes the key here, and refuses a request that carries it twice."""

GENERATE_VERB = ":generateContent"
"""How the address ends where Google is asked to answer, whole."""

_READ_WHOLE: Mapping[Operation, Callable[[bytes, str], tuple[bytes, Usage | None, str | None]]] = {
    "chat": read_whole_chat,
    "messages": read_whole_message,
}
_OF_GEMINI = frozenset({"generate", "embed"})
_EMBED_VERB, _EMBED_BATCH_VERB = ":embedContent", ":batchEmbedContents"
_ANTHROPIC_VERSION, _ANTHROPIC_BETA = "anthropic-version", "anthropic-beta"


class NativeLane:
    """Bytes through, for every operation that a provider has in the caller's own dialect."""

    loaded = None

    def ensure_loaded(self) -> None:
        """Nothing has to be loaded."""

    def request(self, call: UpstreamCall) -> LaneRequest:
        """The caller's body with only what must change."""
        if call.operation == "generate":
            return _generate_request(call)
        if call.operation == "embed":
            return _embed_request(call)
        fields = dict(call.fields)
        fields["model"] = json_body.encode(call.upstream_model)
        if call.operation == "chat" and call.stream:
            _ask_for_usage(call, fields)
        if call.output_tokens_max is not None:
            fields.update(dict.fromkeys(_bound_fields(call), json_body.encode(call.output_tokens_max)))
        return LaneRequest(
            url=_url_of(call.key.wiring.urls[call.operation], call.upstream_model),
            headers=upstream_headers(call),
            body=json_body.write(fields),
        )

    def stream(self, call: UpstreamCall) -> StreamReader:
        """A reader that lets bytes pass."""
        if call.operation == "chat":
            return ChatStream(shown_model=call.shown_model, wants_usage=call.wants_usage)
        if call.operation == "messages":
            return MessagesStream(shown_model=call.shown_model)
        if call.operation == "generate":
            return GenerateStream()
        return ResponsesStream(shown_model=call.shown_model, secret=call.key.secret)

    def whole(self, call: UpstreamCall) -> ReadWhole:
        """What gives the provider's body under the caller's model name."""
        if (row := WHOLE_OPERATIONS.get(call.operation)) is not None:
            return _read_by(row, call.shown_model)
        if call.operation == "generate":
            return _whole_generated
        if call.operation == "embed":
            return _whole_embedded
        if call.operation == "responses":
            return _read_response(call.shown_model, call.key.secret)
        read, shown_model = _READ_WHOLE[call.operation], call.shown_model
        return lambda body: WholeAnswer(*read(body, shown_model))


def _read_response(shown_model: str, secret: str | None) -> ReadWhole:
    def whole(body: bytes) -> WholeAnswer:
        shown, usage, finish_reason, kept_id = read_kept_response(body, shown_model)
        if finish_reason == "failed" and secret:
            # Words about a failure may repeat the key it failed with.
            shown = shown.replace(secret.encode(), b"[redacted]")
        return WholeAnswer(shown, usage, finish_reason, kept_id)

    return whole


def _read_by(row: WholeOperation, shown_model: str) -> ReadWhole:
    def whole(body: bytes) -> WholeAnswer:
        shown, usage = whole_answer.read(row, body, shown_model)
        return WholeAnswer(shown, usage, None)

    return whole


def upstream_headers(call: UpstreamCall) -> dict[str, str]:
    """Headers of a try: those of `headers_of`, and what of the client's is on the allow-list."""
    takes_key = call.operation in _OF_GEMINI and call.key.wiring.scheme == "header"
    auth = GEMINI_KEY_HEADER if takes_key else None
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream" if call.stream else "application/json",
        **call.headers,
        **headers_of(call.key, call.request_id, auth_header=auth),
    }
    return headers | _of_anthropic(call) if call.operation == "messages" else headers


def headers_of(key: OpenKey, request_id: str, *, auth_header: str | None = None) -> dict[str, str]:
    """What every request to a provider carries: the wiring's own headers, authentication, our request id.

    `auth_header` takes the bare secret, in the place of the wiring's.
    """
    headers = {
        # A vendor that compresses gives frames nobody here can read.
        "accept-encoding": "identity",
        "user-agent": "ai-api",
        "x-request-id": request_id,
        **key.wiring.headers,
    }
    if key.secret is not None and auth_header is not None:
        headers[auth_header] = key.secret
    elif key.secret is not None:
        headers[key.wiring.auth_header] = key.wiring.auth_prefix + key.secret
    return headers


def _of_anthropic(call: UpstreamCall) -> dict[str, str]:
    """The version the caller speaks, or else the wiring's, and the betas of both, each once."""
    given, own = call.headers, call.key.wiring.headers
    headers = {}
    if version := given.get(_ANTHROPIC_VERSION):
        headers[_ANTHROPIC_VERSION] = version
    said = (beta.strip() for each in (given, own) for beta in each.get(_ANTHROPIC_BETA, "").split(","))
    if betas := list(dict.fromkeys(beta for beta in said if beta)):
        headers[_ANTHROPIC_BETA] = ",".join(betas)
    return headers


def _generate_request(call: UpstreamCall) -> LaneRequest:
    """The model is in the path, and so is whether the answer is streamed: then always as events, however the caller has it."""
    url = _url_of(call.key.wiring.urls["generate"], call.upstream_model)
    if call.stream:
        url = url.removesuffix(GENERATE_VERB) + ":streamGenerateContent?alt=sse"
    fields = for_upstream(call.fields, call.upstream_model)
    if call.key.wiring.scheme == "google":
        # Vertex AI has it in the path alone.
        fields.pop("model", None)
    if call.output_tokens_max is not None:
        fields = with_output_bound(fields, call.output_tokens_max)
    return LaneRequest(url=url, headers=upstream_headers(call), body=json_body.write(fields))


def _embed_request(call: UpstreamCall) -> LaneRequest:
    url = _url_of(call.key.wiring.urls["embed"], call.upstream_model)
    if is_batch(call.fields):
        url = url.removesuffix(_EMBED_VERB) + _EMBED_BATCH_VERB
    fields = embed_for_upstream(call.fields, call.upstream_model)
    return LaneRequest(url=url, headers=upstream_headers(call), body=json_body.write(fields))


def _whole_embedded(body: bytes) -> WholeAnswer:
    return WholeAnswer(body, read_embedded(body), None)


def _ask_for_usage(call: UpstreamCall, fields: dict[str, bytes | memoryview]) -> None:
    """Has the provider tell a stream's usage, in the way it takes to be asked."""
    options = call.document.get("stream_options") or {}
    if not call.key.wiring.usage_unasked:
        if not call.wants_usage:
            fields["stream_options"] = json_body.encode({**options, "include_usage": True})
        return
    fields.pop("stream_options", None)
    if left := {name: value for name, value in options.items() if name != "include_usage"}:
        fields["stream_options"] = json_body.encode(left)


def _whole_generated(body: bytes) -> WholeAnswer:
    usage, finish_reason = read_whole_generated(body)
    return WholeAnswer(body, usage, finish_reason)


# A few models, asked for all the time.
@lru_cache(maxsize=1024)
def _url_of(template: str, model: str) -> str:
    """An address with a model's name in it: whole, or, for who has its publisher in the address, without what is before it."""
    return template.replace("{model}", quote(model, safe="")).replace(
        "{name}", quote(model.rpartition("/")[2], safe="")
    )


def _bound_fields(call: UpstreamCall) -> tuple[str, ...]:
    """The fields a bound on output goes into: all that the caller gave one in, since a server may honour either name."""
    if call.operation == "responses":
        return ("max_output_tokens",)
    if call.operation == "messages":
        return ("max_tokens",)
    given = tuple(name for name in ("max_completion_tokens", "max_tokens") if call.document.get(name) is not None)
    # OpenAI's reasoning models refuse the old name; many compatible servers do not know the new one.
    return given or ("max_completion_tokens" if call.key.provider in {"openai", "azure"} else "max_tokens",)
