"""`/v1/responses/{id}` and what is below it: responses that a provider keeps, for their owner alone.

They are asked of the provider by the key that made them. They cost nothing, and are no calls: no record is written.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from ai_api import providers
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing, SealError
from ai_api.gateway import relay
from ai_api.gateway.people import Holder
from ai_api.gateway.stored_responses import StoredResponses, not_found
from ai_api.gateway.world import Worlds
from ai_api.protocols.openapi import REFUSALS
from ai_api.protocols.serve import DataPlane, check_public_id, plain_ask
from ai_api.providers.port import Deadlines, OpenKey, StreamFailure, Upstream, UpstreamError
from ai_api.wire import dialects
from ai_api.wire.openai_stream import read_kept_response

PATHS = ("/v1/responses/{response_id}", "/responses/{response_id}")
# What may be said beside the id; anything else could mean something that is not looked at here.
_QUERY = frozenset({"after", "before", "include", "include[]", "limit", "order"})

Asked = Callable[[Request, Holder, str], Awaitable[bytes]]


class KeptByProviders:
    """Answers questions about responses that providers keep."""

    def __init__(
        self,
        plane: DataPlane,
        worlds: Worlds,
        stored: StoredResponses,
        upstream: Upstream,
        ring: KeyRing,
        deadlines: Deadlines,
    ) -> None:
        self._plane = plane
        self._worlds = worlds
        self._stored = stored
        self._upstream = upstream
        self._ring = ring
        self._deadlines = deadlines

    def router(self) -> APIRouter:
        """The doors, with and without `/v1`."""
        doors = APIRouter(tags=["Calls"])

        async def get_response(request: Request, response_id: str) -> Response:
            """A response that its provider keeps."""
            return await self._answer(request, response_id, self._get)

        async def delete_response(request: Request, response_id: str) -> Response:
            """Has the provider delete a response."""
            return await self._answer(request, response_id, self._delete)

        async def list_input_items(request: Request, response_id: str) -> Response:
            """What a response answered."""
            return await self._answer(request, response_id, self._input_items)

        async def cancel_response(request: Request, response_id: str) -> Response:
            """Has the provider stop a response that it still works on."""
            return await self._answer(request, response_id, self._cancel)

        for path in PATHS:
            for method, below, endpoint in (
                ("GET", "", get_response),
                ("DELETE", "", delete_response),
                ("GET", "/input_items", list_input_items),
                ("POST", "/cancel", cancel_response),
            ):
                doors.add_api_route(
                    path + below,
                    endpoint,
                    methods=[method],
                    response_model=None,
                    responses=REFUSALS,
                    include_in_schema=path.startswith("/v1"),
                )
        return doors

    async def _answer(self, request: Request, response_id: str, asked: Asked) -> Response:
        try:
            holder = await self._plane.calls.permit(plain_ask(request.scope, "openai"))
            check_public_id(holder, request.headers)
            body = await asked(request, holder, response_id)
        except Refusal as refusal:
            self._plane.tell.counters.refusals[refusal.code] += 1
            rendered = dialects.render("openai", refusal)
            return Response(
                rendered.body, rendered.status, {name.decode(): value.decode() for name, value in rendered.headers}
            )
        return Response(body, 200, {"cache-control": "no-store"}, "application/json")

    async def _get(self, request: Request, holder: Holder, response_id: str) -> bytes:
        return await self._shown(request, holder, response_id, "GET", "")

    async def _cancel(self, request: Request, holder: Holder, response_id: str) -> bytes:
        return await self._shown(request, holder, response_id, "POST", "/cancel")

    async def _input_items(self, request: Request, holder: Holder, response_id: str) -> bytes:
        body, _ = await self._ask(request, holder, response_id, "GET", "/input_items")
        return body

    async def _delete(self, request: Request, holder: Holder, response_id: str) -> bytes:
        body, _ = await self._ask(request, holder, response_id, "DELETE", "")
        await self._stored.forget(holder.member_id, response_id)
        return body

    async def _shown(self, request: Request, holder: Holder, response_id: str, method: str, below: str) -> bytes:
        """A response under the name by which its model was asked for."""
        body, shown_model = await self._ask(request, holder, response_id, method, below)
        try:
            return read_kept_response(body, shown_model)[0]
        except StreamFailure as failure:
            raise relay.refusal_for(failure.code, failure.message) from None

    async def _ask(
        self, request: Request, holder: Holder, response_id: str, method: str, below: str
    ) -> tuple[bytes, str]:
        query = _checked(request.url.query)
        place = await self._stored.find(holder.member_id, response_id)
        key = self._open(self._worlds.current.keys.get(place.provider_key_id))
        url = _at(key.wiring.urls.get("responses", ""), f"/{quote(response_id, safe='')}{below}", query)
        request_id = request.scope["state"]["request_id"]
        try:
            body = await self._upstream.exchange(key, method, url, request_id=request_id, deadlines=self._deadlines)
        except UpstreamError as error:
            if error.status == 404:
                # It is gone there, so it is gone here as well.
                await self._stored.forget(holder.member_id, response_id)
                raise not_found("The provider does not keep this response any more;") from None
            raise relay.refusal_for(error.code, error.message, retry_after_s=error.retry_after_s) from None
        return body, place.shown_model

    def _open(self, key: providers.ProviderKey | None) -> OpenKey:
        if key is None:
            raise not_found("The provider key that made this response is out of service;")
        try:
            return providers.open_key(self._ring, key)
        except SealError:
            raise relay.refusal_for("upstream_auth", "The gateway cannot open its own key for this provider.") from None


def _checked(query: str) -> str:
    """The part of an address that goes on to the provider. Raises Refusal."""
    given = parse_qsl(query, keep_blank_values=True)
    for name, _ in given:
        if name not in _QUERY:
            message = f"{name[:64]} is not offered here; it may be one of: {', '.join(sorted(_QUERY))}."
            raise Refusal("bad_request", "invalid", message, param=name[:64])
    return urlencode(given)


def _at(base: str, below: str, query: str) -> str:
    """The address of something below another, whose own query stays."""
    address, mark, own = base.partition("?")
    both = "&".join(part for part in (own if mark else "", query) if part)
    return f"{address}{below}{'?' if both else ''}{both}"
