"""Gemini's dialect: `POST /v1beta/models/{model}:generateContent` and the other verbs, also under `/v1`.

The model may have slashes, as they are or percent-encoded; what follows the last colon is the verb. A credential may stand in
the query, as Google's own may: it is taken out of it before anybody else sees it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ai_api.protocols import secret
from ai_api.protocols.count_input import CountAnswer, counted_answers
from ai_api.protocols.gemini_list import AsList
from ai_api.protocols.openapi import GEMINI_ANSWERS, GEMINI_BODIES, GEMINI_REFUSALS, GEMINI_WHOLE_ANSWERS
from ai_api.protocols.serve import CallAnswer, DataPlane
from ai_api.wire import gemini_embed, gemini_envelope
from ai_api.wire.envelope import Envelope, Operation, bad
from ai_api.wire.json_body import JsonBody

PREFIXES = ("/v1beta/models/", "/v1/models/")

_KEY = "key"
_KNOWN_QUERY = frozenset({"alt", "$alt", "prettyPrint", "$prettyPrint"})


class _ReadOf(Protocol):
    def __call__(self, body: JsonBody, *, model: str) -> Envelope: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verb:
    """What a model can be asked. `answers` are those that are described; `is_counted` says that it is no call but a question
    of how large its input is.
    """

    name: str
    summary: str
    operation: Operation
    read: _ReadOf
    answers: Mapping[int | str, dict[str, Any]]
    is_streamed: bool = False
    is_counted: bool = False


_VERBS: Final[Mapping[str, _Verb]] = MappingProxyType(
    {
        "generateContent": _Verb(
            name="generate_content",
            summary="Answers contents, whole, in Gemini's dialect.",
            operation="generate",
            read=partial(gemini_envelope.generate, stream=False),
            answers=GEMINI_ANSWERS,
        ),
        "streamGenerateContent": _Verb(
            name="stream_generate_content",
            summary="Answers contents as a JSON array that grows, or with `?alt=sse` as server-sent events, in Gemini's dialect.",
            operation="generate",
            read=partial(gemini_envelope.generate, stream=True),
            answers=GEMINI_ANSWERS,
            is_streamed=True,
        ),
        "countTokens": _Verb(
            name="count_content_tokens",
            summary="Says how many tokens contents have, without making the call. It costs nothing.",
            operation="generate",
            read=gemini_envelope.count_tokens,
            answers=counted_answers("generate", GEMINI_ANSWERS, GEMINI_REFUSALS),
            is_counted=True,
        ),
        "embedContent": _Verb(
            name="embed_content",
            summary="Turns one content into a vector, in Gemini's dialect.",
            operation="embed",
            read=gemini_embed.embed,
            answers=GEMINI_WHOLE_ANSWERS,
        ),
        "batchEmbedContents": _Verb(
            name="batch_embed_contents",
            summary="Turns contents into vectors, in Gemini's dialect.",
            operation="embed",
            read=gemini_embed.embed_batch,
            answers=GEMINI_WHOLE_ANSWERS,
        ),
    }
)


class Door(Protocol):
    """What answers a request. A defect is told in `dialect`."""

    dialect: str

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answers the request in `scope`."""
        ...


class GeminiDoors:
    """Finds the door of a request whose path names its model."""

    def __init__(self, plane: DataPlane) -> None:
        self._plane = plane

    def find(self, scope: Scope) -> Door | None:
        """What answers a request; None where that is none of these doors."""
        path: str = scope["path"]
        prefix = next((each for each in PREFIXES if path.startswith(each)), None)
        if prefix is None or scope["method"] != "POST":
            return None
        model, _, verb = path.removeprefix(prefix).rpartition(":")
        if not model or verb not in _VERBS:
            return None
        return self._door(_VERBS[verb], model, scope)

    def _door(self, verb: _Verb, model: str, scope: Scope) -> GeminiAnswer | GeminiCount:
        door = GeminiCount if verb.is_counted else GeminiAnswer
        return door(self._plane, verb, model, query_of(scope))

    def router(self) -> APIRouter:
        """The doors as the framework knows them."""
        doors = APIRouter(tags=["Calls"])
        for prefix in PREFIXES:
            for written, verb in _VERBS.items():
                doors.add_api_route(
                    f"{prefix}{{model:path}}:{written}",
                    self._endpoint(verb),
                    methods=["POST"],
                    name=verb.name,
                    description=verb.summary,
                    response_model=None,
                    responses=dict(verb.answers),
                    openapi_extra=GEMINI_BODIES[written],
                    include_in_schema=prefix == PREFIXES[0],
                )
        return doors

    def _endpoint(self, verb: _Verb) -> Callable[..., Awaitable[Response]]:
        async def answer(request: Request, model: str) -> Response:
            return self._door(verb, model, request.scope)

        return answer


class GeminiAnswer(CallAnswer):
    """One call of `model` in Gemini's dialect."""

    def __init__(self, plane: DataPlane, verb: _Verb, model: str, query: Mapping[str, str]) -> None:
        super().__init__(plane, "gemini", verb.operation, _reader(verb, model, query))
        self._is_listed = verb.is_streamed and _alt(query) != "sse"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request in `scope`."""
        await super().__call__(with_key_in_header(scope), receive, AsList(send) if self._is_listed else send)


class GeminiCount(CountAnswer):
    """One question of how many tokens `model` would be given to read."""

    def __init__(self, plane: DataPlane, verb: _Verb, model: str, query: Mapping[str, str]) -> None:
        super().__init__(plane, "gemini", verb.operation, _reader(verb, model, query))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request in `scope`."""
        await super().__call__(with_key_in_header(scope), receive, send)


def query_of(scope: Scope) -> dict[str, str]:
    """The parameters of a request's query but for the credential; of a repeated one the last."""
    raw: bytes = scope["query_string"]
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True) if raw else []
    return {name: value for name, value in pairs if name != _KEY}


def with_key_in_header(scope: Scope) -> Scope:
    """The request with the credential of its query in a header, unless there is one already, and no longer in the query."""
    raw: bytes = scope["query_string"]
    if b"key" not in raw and b"%" not in raw:
        return scope
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
    given = next((value for name, value in pairs if name == _KEY), None)
    if given is None:
        return scope
    headers = list(scope["headers"])
    if secret.find(Headers(scope=scope)) is None:
        headers.append((b"x-goog-api-key", given.encode("latin-1", "replace")))
    left = urlencode([(name, value) for name, value in pairs if name != _KEY])
    return {**scope, "headers": headers, "query_string": left.encode("ascii")}


def _reader(verb: _Verb, model: str, query: Mapping[str, str]) -> Callable[[JsonBody], Envelope]:
    def read(body: JsonBody) -> Envelope:
        for name in query:
            if name not in _KNOWN_QUERY:
                raise bad(f"{name[:64]} is not a parameter of this request.", name[:64])
        if _alt(query) not in ({"sse", "json"} if verb.is_streamed else {"json"}):
            raise bad("alt must be sse or json for a stream, and json for a whole answer.", "alt")
        return verb.read(body, model=model)

    return read


def _alt(query: Mapping[str, str]) -> str:
    """How the answer is to be written, as Google's own servers read it."""
    return query.get("alt") or query.get("$alt") or "json"
