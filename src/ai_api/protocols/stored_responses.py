"""`/v1/responses/{id}` and what is below it: responses that are kept, for their owner alone.

Those that a provider keeps are asked of it by the key that made them; those that the gateway keeps are its own to give. They cost
nothing, and are no calls: no record is written.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from ai_api import providers
from ai_api.core.errors import Refusal
from ai_api.core.seal import KeyRing, SealError
from ai_api.gateway import relay
from ai_api.gateway.kept_responses import not_found
from ai_api.gateway.store_responses import Whereabouts
from ai_api.gateway.stored_responses import StoredResponses
from ai_api.gateway.world import Worlds
from ai_api.protocols.kept_questions import KeptHere, Question, read_query
from ai_api.protocols.openapi import REFUSALS
from ai_api.protocols.serve import DataPlane, check_public_id, plain_ask
from ai_api.providers.port import Deadlines, OpenKey, StreamFailure, Upstream, UpstreamError
from ai_api.wire import dialects
from ai_api.wire.openai_stream import read_kept_response

PATHS = ("/v1/responses/{response_id}", "/responses/{response_id}")

Answered = Callable[[Question, Whereabouts], Awaitable[bytes]]


class KeptResponseDoors:
    """The doors of kept responses, wherever they are kept."""

    def __init__(self, plane: DataPlane, stored: StoredResponses, by_providers: KeptByProviders) -> None:
        self._plane = plane
        self._stored = stored
        self._there = by_providers
        self._here = KeptHere(stored.kept)

    def router(self) -> APIRouter:
        """The doors, with and without `/v1`."""
        doors = APIRouter(tags=["Calls"])

        async def get_response(request: Request, response_id: str) -> Response:
            """A response that is kept, as it was answered."""
            return await self._answer(request, response_id, self._get)

        async def delete_response(request: Request, response_id: str) -> Response:
            """Deletes a response where it is kept."""
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

    async def _answer(self, request: Request, response_id: str, answered: Answered) -> Response:
        try:
            holder = await self._plane.calls.permit(plain_ask(request.scope, "openai"))
            check_public_id(holder, request.headers)
            query = read_query(request.url.query)
            place = await self._stored.find(holder.member_id, response_id)
            request_id = request.scope["state"]["request_id"]
            body = await answered(Question(holder.member_id, response_id, query, request_id), place)
        except Refusal as refusal:
            self._plane.tell.counters.refusals[refusal.code] += 1
            rendered = dialects.render("openai", refusal)
            return Response(
                rendered.body, rendered.status, {name.decode(): value.decode() for name, value in rendered.headers}
            )
        return Response(body, 200, {"cache-control": "no-store"}, "application/json")

    async def _get(self, asked: Question, place: Whereabouts) -> bytes:
        return await (self._here.get(asked) if place.is_here else self._there.get(asked, place))

    async def _delete(self, asked: Question, place: Whereabouts) -> bytes:
        return await (self._here.delete(asked) if place.is_here else self._there.delete(asked, place))

    async def _input_items(self, asked: Question, place: Whereabouts) -> bytes:
        return await (self._here.input_items(asked) if place.is_here else self._there.input_items(asked, place))

    async def _cancel(self, asked: Question, place: Whereabouts) -> bytes:
        return await (self._here.cancel(asked) if place.is_here else self._there.cancel(asked, place))


class KeptByProviders:
    """Answers for responses that providers keep."""

    def __init__(
        self, worlds: Worlds, stored: StoredResponses, upstream: Upstream, ring: KeyRing, deadlines: Deadlines
    ) -> None:
        self._worlds = worlds
        self._stored = stored
        self._upstream = upstream
        self._ring = ring
        self._deadlines = deadlines

    async def get(self, asked: Question, place: Whereabouts) -> bytes:
        """The response. Raises Refusal."""
        return await self._shown(asked, place, "GET", "")

    async def cancel(self, asked: Question, place: Whereabouts) -> bytes:
        """Has the provider stop working on it. Raises Refusal."""
        return await self._shown(asked, place, "POST", "/cancel")

    async def input_items(self, asked: Question, place: Whereabouts) -> bytes:
        """What it answered. Raises Refusal."""
        return await self._ask(asked, place, "GET", "/input_items")

    async def delete(self, asked: Question, place: Whereabouts) -> bytes:
        """Has the provider delete it. Raises Refusal."""
        body = await self._ask(asked, place, "DELETE", "")
        await self._stored.forget(asked.member_id, asked.response_id)
        return body

    async def _shown(self, asked: Question, place: Whereabouts, method: str, below: str) -> bytes:
        """A response under the name by which its model was asked for."""
        body = await self._ask(asked, place, method, below)
        try:
            return read_kept_response(body, place.shown_model)[0]
        except StreamFailure as failure:
            raise relay.refusal_for(failure.code, failure.message) from None

    async def _ask(self, asked: Question, place: Whereabouts, method: str, below: str) -> bytes:
        key = self._open(place.provider_key_id)
        address = f"/{quote(asked.response_id, safe='')}{below}"
        url = _at(key.wiring.urls.get("responses", ""), address, urlencode(asked.query))
        try:
            return await self._upstream.exchange(
                key, method, url, request_id=asked.request_id, deadlines=self._deadlines
            )
        except UpstreamError as error:
            if error.status == 404:
                # It is gone there, so it is gone here as well.
                await self._stored.forget(asked.member_id, asked.response_id)
                raise not_found("The provider does not keep this response any more;") from None
            raise relay.refusal_for(error.code, error.message, retry_after_s=error.retry_after_s) from None

    def _open(self, provider_key_id: UUID | None) -> OpenKey:
        key = self._worlds.current.keys.get(provider_key_id) if provider_key_id is not None else None
        if key is None:
            raise not_found("The provider key that made this response is out of service;")
        try:
            return providers.open_key(self._ring, key)
        except SealError:
            raise relay.refusal_for("upstream_auth", "The gateway cannot open its own key for this provider.") from None


def _at(base: str, below: str, query: str) -> str:
    """The address of something below another, whose own query stays."""
    address, mark, own = base.partition("?")
    both = "&".join(part for part in (own if mark else "", query) if part)
    return f"{address}{below}{'?' if both else ''}{both}"
