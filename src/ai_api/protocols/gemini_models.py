"""`GET /v1beta/models` and `GET /v1beta/models/{id}`: what this credential can call, in Gemini's dialect.

Google's SDK may ask for them under `/v1`, where OpenAI's list is: it is told from others by the header its credential is in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ai_api.catalog import Model, resolve
from ai_api.core.errors import Refusal
from ai_api.gateway.people import Holder
from ai_api.gateway.preflight import serving_routes, usable_models
from ai_api.gateway.world import Worlds
from ai_api.protocols.gemini import query_of, with_key_in_header
from ai_api.protocols.openapi import GEMINI_ANSWERS
from ai_api.protocols.serve import DataPlane, check_public_id, plain_ask
from ai_api.wire import gemini_errors
from ai_api.wire.envelope import Operation, bad
from ai_api.wire.json_body import encode

PAGE_SIZE, PAGE_SIZE_MAX = 50, 1_000
_ROOTS = ("/v1beta/models", "/v1/models")
_METHODS: Final[Mapping[Operation, tuple[str, ...]]] = MappingProxyType(
    {
        "generate": ("generateContent", "streamGenerateContent", "countTokens"),
        "embed": ("embedContent", "batchEmbedContents"),
    }
)
_KEY_HEADER = b"x-goog-api-key"


class GeminiModels:
    """Lists the models a credential can ask in this dialect now, from the same copies and with the same verdicts as its calls."""

    dialect = "gemini"

    def __init__(self, plane: DataPlane, worlds: Worlds) -> None:
        self._plane = plane
        self._worlds = worlds

    def find(self, scope: Scope) -> GeminiModels | None:
        """Itself where it answers a request; None otherwise."""
        path: str = scope["path"]
        if scope["method"] != "GET" or not path.startswith(_ROOTS):
            return None
        is_googles = path.startswith(_ROOTS[0]) or any(name == _KEY_HEADER for name, _ in scope["headers"])
        return self if is_googles and _named(path) is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request in `scope`."""
        name = _named(scope["path"])
        response = await self._answer(scope, self._list if not name else lambda holder, _: self._one(holder, name))
        await response(scope, receive, send)

    def router(self) -> APIRouter:
        """The doors as the framework knows them."""
        doors = APIRouter(tags=["What a credential can do"])

        async def list_models(request: Request) -> Response:
            """The models this credential can ask for content or embeddings now, in Gemini's dialect."""
            return await self._answer(request.scope, self._list)

        async def get_model(request: Request, model: str) -> Response:
            """One model this credential can ask for content or embeddings, in Gemini's dialect."""
            return await self._answer(request.scope, lambda holder, _: self._one(holder, model))

        endpoints: Mapping[str, Callable[..., Awaitable[Response]]] = {"": list_models, "/{model:path}": get_model}
        for path, endpoint in endpoints.items():
            doors.add_api_route(
                f"{_ROOTS[0]}{path}",
                endpoint,
                methods=["GET"],
                response_model=None,
                responses={status: GEMINI_ANSWERS[status] for status in (400, 401, 403, 404, 503)},
            )
        return doors

    async def _answer(self, scope: Scope, answer: Callable[[Holder, Mapping[str, str]], Any]) -> Response:
        try:
            holder = await self._plane.calls.permit(plain_ask(with_key_in_header(scope), "gemini"))
            check_public_id(holder, Headers(scope=scope))
            body = encode(answer(holder, query_of(scope)))
        except Refusal as refusal:
            self._plane.tell.counters.refusals[refusal.code] += 1
            rendered = gemini_errors.render(refusal)
            headers = {name.decode(): value.decode() for name, value in rendered.headers}
            return Response(rendered.body, rendered.status, headers)
        return Response(body, 200, {"cache-control": "no-store"}, "application/json")

    def _usable(self, holder: Holder) -> list[Model]:
        return [model for model in usable_models(holder, self._worlds.current) if self._methods(model, holder)]

    def _methods(self, model: Model, holder: Holder) -> list[str]:
        """What a model can be asked in this dialect."""
        world = self._worlds.current
        served = (methods for operation, methods in _METHODS.items() if serving_routes(model, operation, world, holder))
        return [method for methods in served for method in methods]

    def _shown(self, model: Model, name: str, holder: Holder) -> dict[str, Any]:
        return {
            "name": f"models/{name}",
            "displayName": model.display_name,
            "inputTokenLimit": model.context_tokens,
            "outputTokenLimit": model.output_tokens_max,
            "supportedGenerationMethods": self._methods(model, holder),
        }

    def _list(self, holder: Holder, query: Mapping[str, str]) -> dict[str, Any]:
        models = self._usable(holder)
        size = _page_size(query)
        # A token is the last name of the page before.
        start = bisect_right(models, query.get("pageToken", ""), key=lambda model: model.slug)
        page = models[start : start + size]
        more = {"nextPageToken": page[-1].slug} if start + size < len(models) else {}
        return {"models": [self._shown(model, model.slug, holder) for model in page], **more}

    def _one(self, holder: Holder, name: str) -> dict[str, Any]:
        meant = {model.id for model in resolve(name, self._worlds.current.names)}
        found = [model for model in self._usable(holder) if model.id in meant]
        if len(found) != 1:
            raise Refusal(
                "model_not_found", "not_found", f"The model {name[:256]!r} does not exist, or you have no access to it."
            )
        return self._shown(found[0], name, holder)


def _named(path: str) -> str | None:
    """The name of a model in a path; empty for the list, None where the path is neither."""
    for root in _ROOTS:
        if path == root:
            return ""
        if path.startswith(f"{root}/"):
            return path.removeprefix(f"{root}/")
    return None


def _page_size(query: Mapping[str, str]) -> int:
    given = query.get("pageSize", str(PAGE_SIZE))
    if not (given.isascii() and given.isdigit()) or len(given) > 9:
        raise bad("pageSize must be a whole number.", "pageSize")
    # As with Google: none is the usual one, and more than the most is the most.
    return min(int(given) or PAGE_SIZE, PAGE_SIZE_MAX)
