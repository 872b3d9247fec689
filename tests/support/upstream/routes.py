"""Which path means what. A dialect to come is an entry here and a module beside `chat`."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from tests.support.upstream.ask import Dialect
from tests.support.upstream.request import Request

Operation = Literal["generate", "models", "count_tokens"]

_DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)/(chat/completions|embeddings)")
_GEMINI = re.compile(r"/v1(?:beta)?/models/(.+):(\w+)")
_GEMINI_VERBS = ("generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents")
_GEMINI_MODEL = re.compile(r"/v1beta/models(?:/(.+))?")
_MODEL = re.compile(r"/v1/models(?:/([^/]+))?")


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes; `model` is the name in the URL, where there is one.

    `stream` is None where the body says whether it is one; `as_list` says that it is a JSON array.
    """

    operation: Operation
    dialect: Dialect
    azure: bool = False
    model: str | None = None
    stream: bool | None = None
    as_list: bool = False


NOWHERE = Route("generate", "chat")
"""What a request that has no route is refused as."""

_POSTS: dict[bytes, Route] = {
    b"/v1/chat/completions": Route("generate", "chat"),
    b"/v1/responses": Route("generate", "responses"),
    b"/v1/messages": Route("generate", "messages"),
    b"/v1/messages/count_tokens": Route("count_tokens", "messages"),
    b"/v1/embeddings": Route("generate", "embeddings"),
    b"/openai/v1/embeddings": Route("generate", "embeddings", azure=True),
    b"/openai/responses": Route("generate", "responses", azure=True),
    b"/openai/v1/responses": Route("generate", "responses", azure=True),
    b"/openai/v1/chat/completions": Route("generate", "chat", azure=True),
}


def find(request: Request) -> Route | None:
    """The route of a request, None where no provider would answer."""
    if request.method == "POST":
        if route := _POSTS.get(request.target.partition(b"?")[0]):
            # Azure's dated surface wants the date; its v1 surface does not.
            dated = route.azure and not request.path.startswith("/openai/v1/")
            return route if not dated or "api-version=" in request.query else None
        if (found := _DEPLOYMENT.fullmatch(request.path)) and "api-version=" in request.query:
            asked: Dialect = "embeddings" if found[2] == "embeddings" else "chat"
            return Route("generate", asked, azure=True, model=found[1])
        if (found := _GEMINI.fullmatch(unquote(request.path))) and found[2] in _GEMINI_VERBS:
            return _gemini(found[1], found[2], request.query)
    elif request.method == "GET" and (found := _GEMINI_MODEL.fullmatch(unquote(request.path))):
        return Route("models", "generate", model=found[1])
    elif request.method == "GET" and (found := _MODEL.fullmatch(request.path)):
        dialect: Dialect = "chat" if request.header("anthropic-version") is None else "messages"
        if request.header("x-goog-api-key") is not None:
            dialect = "generate"
        return Route("models", dialect, model=found[1])
    return None


def _gemini(model: str, verb: str, query: str) -> Route:
    if verb == "countTokens":
        return Route("count_tokens", "generate", model=model)
    if verb in {"embedContent", "batchEmbedContents"}:
        return Route("generate", "embed", model=model, stream=False)
    stream = verb == "streamGenerateContent"
    return Route("generate", "generate", model=model, stream=stream, as_list=stream and "alt=sse" not in query)


def key_of(request: Request, route: Route) -> str:
    """The key where this provider takes it; empty when there is none."""
    if route.azure:
        return request.header("api-key") or request.bearer
    if route.dialect == "messages":
        return request.header("x-api-key") or request.bearer
    if route.dialect in {"generate", "embed"}:
        # It takes one credential, and refuses a request that carries two.
        return "" if request.bearer else request.header("x-goog-api-key") or ""
    return request.bearer
