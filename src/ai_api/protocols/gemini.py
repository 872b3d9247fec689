"""Gemini's dialect: `POST /v1beta/models/{model}:generateContent` and `:streamGenerateContent`, also under `/v1`.

The model may have slashes, as they are or percent-encoded; what follows the last colon is the verb. A credential may stand in
the query, as Google's own may: it is taken out of it before anybody else sees it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ai_api.protocols import secret
from ai_api.protocols.gemini_list import AsList
from ai_api.protocols.openapi import GEMINI_ANSWERS, GEMINI_BODY
from ai_api.protocols.serve import CallAnswer, DataPlane
from ai_api.wire import gemini_envelope
from ai_api.wire.envelope import Envelope, bad
from ai_api.wire.json_body import JsonBody

PREFIXES = ("/v1beta/models/", "/v1/models/")
STREAMED = {"generateContent": False, "streamGenerateContent": True}
"""The verbs by which a model is asked to answer, and whether it does piece by piece."""

_KEY = "key"
_KNOWN_QUERY = frozenset({"alt", "$alt", "prettyPrint", "$prettyPrint"})


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
        if not model or verb not in STREAMED:
            return None
        return GeminiAnswer(self._plane, model, query_of(scope), is_streamed=STREAMED[verb])

    def router(self) -> APIRouter:
        """The doors as the framework knows them."""
        doors = APIRouter(tags=["Calls"])

        async def generate_content(request: Request, model: str) -> Response:
            """Answers contents, whole, in Gemini's dialect."""
            return GeminiAnswer(self._plane, model, query_of(request.scope), is_streamed=False)

        async def stream_generate_content(request: Request, model: str) -> Response:
            """Answers contents as a JSON array that grows, or with `?alt=sse` as server-sent events, in Gemini's dialect."""
            return GeminiAnswer(self._plane, model, query_of(request.scope), is_streamed=True)

        endpoints: Mapping[str, Callable[..., Awaitable[Response]]] = {
            "generateContent": generate_content,
            "streamGenerateContent": stream_generate_content,
        }
        for prefix in PREFIXES:
            for verb, endpoint in endpoints.items():
                doors.add_api_route(
                    f"{prefix}{{model:path}}:{verb}",
                    endpoint,
                    methods=["POST"],
                    response_model=None,
                    responses=GEMINI_ANSWERS,
                    openapi_extra=GEMINI_BODY,
                    include_in_schema=prefix == PREFIXES[0],
                )
        return doors


class GeminiAnswer(CallAnswer):
    """One call of `model` in Gemini's dialect."""

    def __init__(self, plane: DataPlane, model: str, query: Mapping[str, str], *, is_streamed: bool) -> None:
        super().__init__(
            plane, "gemini", "generate", partial(_read_envelope, model=model, query=query, is_streamed=is_streamed)
        )
        self._is_listed = is_streamed and _alt(query) != "sse"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request in `scope`."""
        await super().__call__(with_key_in_header(scope), receive, AsList(send) if self._is_listed else send)


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


def _read_envelope(body: JsonBody, *, model: str, query: Mapping[str, str], is_streamed: bool) -> Envelope:
    for name in query:
        if name not in _KNOWN_QUERY:
            raise bad(f"{name[:64]} is not a parameter of this request.", name[:64])
    if _alt(query) not in ({"sse", "json"} if is_streamed else {"json"}):
        raise bad("alt must be sse or json for a stream, and json for a whole answer.", "alt")
    return gemini_envelope.generate(body, model=model, stream=is_streamed)


def _alt(query: Mapping[str, str]) -> str:
    """How the answer is to be written, as Google's own servers read it."""
    return query.get("alt") or query.get("$alt") or "json"
