"""`GET /v1/models`, `GET /v1/models/{id}` and `GET /v1/key`: what this credential is, can call, and has left.

The models are shown in the shape of OpenAI or Anthropic, by the dialect that is asked in; `gemini_models` has Google's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ai_api import quotas
from ai_api.catalog import Model, resolve
from ai_api.core.clock import Clock
from ai_api.core.db import Hot
from ai_api.core.errors import Refusal
from ai_api.core.money import format_usd
from ai_api.gateway.people import Holder
from ai_api.gateway.preflight import is_visible, usable_models
from ai_api.gateway.world import Worlds
from ai_api.protocols import model_shapes
from ai_api.protocols.asked_in import dialect_of
from ai_api.protocols.openapi import REFUSALS
from ai_api.protocols.serve import DataPlane, check_public_id, plain_ask
from ai_api.quotas import Left, Reach
from ai_api.wire import dialects
from ai_api.wire.json_body import encode

LEFT_TIMEOUT_S = 2.0

_WINDOWS = {"request": "call", "day": "day", "month": "month", "lifetime": "lifetime"}

_LISTS: Mapping[str, Callable[[Sequence[Model], Mapping[str, str]], dict[str, Any]]] = {
    "openai": model_shapes.openai_list,
    "anthropic": model_shapes.anthropic_list,
}
_MODELS: Mapping[str, Callable[[Model, str], dict[str, Any]]] = {
    "openai": model_shapes.openai_model,
    "anthropic": model_shapes.anthropic_model,
}

Answer = Callable[[Request, Holder], Awaitable[Any]]


class Lists:
    """Answers questions about a credential from the same copies, and with the same verdicts, as its calls."""

    def __init__(self, plane: DataPlane, worlds: Worlds, hot: Hot, clock: Clock) -> None:
        self._plane = plane
        self._worlds = worlds
        self._hot = hot
        self._clock = clock

    def router(self) -> APIRouter:
        """The doors, with and without `/v1`."""
        doors = APIRouter(tags=["What a credential can do"])

        async def list_models(request: Request) -> Response:
            """The models this credential can call now."""
            return await self._answer(request, self._models)

        async def get_model(request: Request, model: str) -> Response:  # noqa: ARG001  -- a path parameter
            """One model this credential can call."""
            return await self._answer(request, self._model)

        async def get_key(request: Request) -> Response:
            """What this credential is, its models, and what is left of their limits."""
            return await self._answer(request, self._key)

        for prefix in ("/v1", ""):
            doors_of: tuple[tuple[str, Callable[..., Any]], ...] = (
                ("/models", list_models),
                ("/models/{model:path}", get_model),
                ("/key", get_key),
            )
            for path, endpoint in doors_of:
                doors.add_api_route(
                    prefix + path,
                    endpoint,
                    methods=["GET"],
                    response_model=None,
                    responses=REFUSALS,
                    include_in_schema=bool(prefix),
                )
        return doors

    async def _answer(self, request: Request, answer: Answer) -> Response:
        dialect = _dialect_of(request)
        try:
            holder = await self._plane.calls.permit(plain_ask(request.scope, dialect))
            check_public_id(holder, request.headers)
            body = encode(await answer(request, holder))
        except Refusal as refusal:
            self._plane.tell.counters.refusals[refusal.code] += 1
            rendered = dialects.render(dialect, refusal)
            headers = {name.decode(): value.decode() for name, value in rendered.headers}
            return Response(rendered.body, rendered.status, headers)
        return Response(body, 200, {"cache-control": "no-store"}, "application/json")

    async def _models(self, request: Request, holder: Holder) -> dict[str, Any]:
        usable = usable_models(holder, self._worlds.current)
        return _LISTS[_dialect_of(request)](usable, request.query_params)

    async def _model(self, request: Request, holder: Holder) -> dict[str, Any]:
        name = request.path_params["model"]
        meant = {model.id for model in resolve(name, self._worlds.current.names)}
        found = [model for model in usable_models(holder, self._worlds.current) if model.id in meant]
        if len(found) != 1:
            raise Refusal(
                "model_not_found", "not_found", f"The model {name[:256]!r} does not exist, or you have no access to it."
            )
        return _MODELS[_dialect_of(request)](found[0], name)

    async def _key(self, _request: Request, holder: Holder) -> dict[str, Any]:
        world = self._worlds.current
        shown = {
            allocation.id: (allocation, world.models[allocation.model_id])
            for allocation in holder.allocations.values()
            if allocation.model_id in world.models and is_visible(world.models[allocation.model_id], holder, world)
        }
        limits = [*holder.limits, *world.limits_for(holder.tags)]
        for allocation, _ in shown.values():
            limits += allocation.limits
        months, others = await quotas.left_of_key(
            self._hot,
            limits,
            Reach(member_ids=[holder.member_id], credential_ids=[holder.credential_id], allocation_ids=list(shown)),
            zone=world.zone,
            at=self._clock.now(),
            timeout_s=LEFT_TIMEOUT_S,
        )
        return {
            "object": "key",
            "id": holder.public_id,
            "name": holder.name,
            "display": holder.display,
            "created_at": holder.created_at,
            "expires_at": holder.expires_at,
            "scope": "all" if holder.all_allocations else "listed",
            "limits": [_limit(each) for each in others if each.scope != "allocation"],
            "allocations": [
                {
                    "model": model.slug,
                    "state": allocation.state,
                    "limits": [
                        *(_limit(each) for each in months[allocation.id]),
                        *(_limit(each) for each in others if each.subject_id == allocation.id),
                    ],
                }
                for allocation, model in sorted(shown.values(), key=lambda pair: pair[1].slug)
            ],
        }


def _dialect_of(request: Request) -> str:
    # A key asked about with Google's header is the gateway's own question; the lists with it never come here.
    found = dialect_of(request)
    return found if found in _LISTS else "openai"


def _limit(left: Left) -> dict[str, Any]:
    is_cost = left.metric == "cost"

    def amount(value: int | None) -> int | str | None:
        return format_usd(value) if is_cost and value is not None else value

    return {
        "metric": "cost_usd" if is_cost else left.metric,
        "window": _WINDOWS.get(left.window_kind, f"{left.window_s}s"),
        "limit": amount(left.limit),
        "used": amount(left.used),
        "held": amount(left.held),
        "left": amount(left.left),
        "window_start": left.window_start,
        "resets_at": left.resets_at,
        "scope": left.scope,
        "on_exceed": left.on_exceed,
    }
