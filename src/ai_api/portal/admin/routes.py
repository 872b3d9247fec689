"""/api/admin/routes: the ways models are served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, ClassVar, Final, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from ai_api import providers, setup
from ai_api.core.db import Tx
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.house import House
from ai_api.portal.previews import WITH_DRY_RUN, DryStop, StopsShown, nothing_left, previewed_stops
from ai_api.portal.shapes import Listed, ListQuery, Patch, Shown, Strict, not_given
from ai_api.providers import Route, RouteDraft
from ai_api.setup import Health, RouteAtWork, Touched

router = APIRouter(prefix="/api/admin/routes", tags=["routes"])

Status = Literal["active", "disabled"]
UpstreamName = Annotated[str, Field(min_length=1, max_length=256)]
Rank = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
ConnectS = Annotated[float, Field(strict=True, gt=0, le=60)]
SilenceS = Annotated[float, Field(strict=True, gt=0, le=3_600)]
TagIds = Annotated[list[UUID], Field(max_length=100)]
TotalS = Annotated[float, Field(strict=True, gt=0, le=86_400)]

# Of one that is deleted while it is being listed: no call goes by it any more.
_GONE: Final = RouteAtWork("disabled", None)


class CoolingShown(Shown):
    """Why a route was left alone last, since when and until when; `turn` counts how often in a row. Past `until`, one call tries
    it. `since` is null where the provider named the time.
    """

    code: str
    turn: int
    since: datetime | None
    until: datetime


class RouteShown(Shown):
    """One way to serve a model. Lower priorities are tried first; among equals, weights share.

    Seconds to connect, until the answer's headers come, to stay silent in between, and for the whole call are null where the
    setting of the same name holds. With `tag_ids`, only members who have one of these tags are served by it. `health`
    is as in the list of models; `cooling` is null for a route that is well.
    """

    id: UUID
    model_id: UUID
    provider_key_id: UUID
    upstream_model: str
    priority: int
    weight: int
    status: Status
    connect_s: float | None
    first_byte_s: float | None
    idle_s: float | None
    total_s: float | None
    tag_ids: list[UUID]
    created_at: datetime
    updated_at: datetime
    health: Health
    cooling: CoolingShown | None


class RouteCreate(Strict):
    """A route to be made, active at once. A timeout in seconds that is null, or left out, is the setting's."""

    model_id: UUID
    provider_key_id: UUID
    upstream_model: UpstreamName
    priority: Rank = 100
    weight: Rank = 1
    connect_s: ConnectS | None = None
    first_byte_s: SilenceS | None = None
    idle_s: SilenceS | None = None
    total_s: TotalS | None = None
    tag_ids: TagIds = Field(default_factory=list)


class RouteChange(Patch):
    """What to change of a route; a timeout of null is the setting's again. For another provider key or model, make another."""

    upstream_model: UpstreamName = not_given()
    priority: Rank = not_given()
    weight: Rank = not_given()
    status: Status = not_given()
    connect_s: ConnectS | None = None
    first_byte_s: SilenceS | None = None
    idle_s: SilenceS | None = None
    total_s: TotalS | None = None
    tag_ids: TagIds = not_given()


class RoutesQuery(ListQuery):
    """Filters; `q` is part of an upstream model's name."""

    SORTS: ClassVar[tuple[str, ...]] = (
        "priority",
        "-priority",
        "upstream_model",
        "-upstream_model",
        "created_at",
        "-created_at",
    )
    SEARCHED: ClassVar[bool] = True

    model_id: UUID | None = None
    provider_key_id: UUID | None = None
    status: Status | None = None


@router.get("", response_model=Listed[RouteShown])
async def list_routes(
    _: AdminHolder, tx: Transaction, house: HouseDep, query: Annotated[RoutesQuery, Query()]
) -> Listed[RouteShown]:
    """Routes, by priority unless sorted otherwise."""
    wanted = providers.RouteFilter(
        q=query.q, model_id=query.model_id, provider_key_id=query.provider_key_id, status=query.status
    )
    page = await providers.page_routes(
        tx, wanted, sort=query.sort or "priority", limit=query.limit, cursor=query.cursor
    )
    return Listed(items=await _shown(tx, house, page.items), next=page.next)


@router.post("", status_code=201, response_model=RouteShown)
async def add_route(body: RouteCreate, actor: Admin, tx: Transaction, house: HouseDep) -> RouteShown:
    """Adds a way to serve a model; refused when the provider serves none of the model's operations."""
    (made,) = await _shown(tx, house, [await setup.add_route(tx, actor, RouteDraft(**body.model_dump()))])
    return made


@router.get("/{route_id}", response_model=RouteShown)
async def get_route(route_id: UUID, _: AdminHolder, tx: Transaction, house: HouseDep) -> RouteShown:
    """One route."""
    (found,) = await _shown(tx, house, [await providers.get_route(tx, route_id)])
    return found


@router.patch("/{route_id}", response_model=RouteShown | StopsShown)
async def change_route(
    route_id: UUID, body: RouteChange, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> RouteShown | StopsShown:
    """Changes a route, which is taken for well again."""
    write = partial(setup.revise_route, tx, actor, route_id, **cast(providers.RouteChanges, body.changes()))
    if dry_run:
        touched = Touched(model_id=(await providers.get_route(tx, route_id)).model_id)
        return await previewed_stops(tx, house, touched, write)
    (changed,) = await _shown(tx, house, [await write()])
    return changed


@router.delete("/{route_id}", status_code=204, response_model=None, responses=WITH_DRY_RUN)
async def delete_route(
    route_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> Response:
    """Deletes a route; call records keep what they say of it."""
    touched = Touched(model_id=(await providers.get_route(tx, route_id)).model_id)
    return await nothing_left(tx, house, touched, partial(providers.delete_route, tx, actor, route_id), dry_run=dry_run)


async def _shown(tx: Tx, house: House, routes: Sequence[Route]) -> list[RouteShown]:
    """These routes with how they are, in one statement however many there are."""
    at_work = await setup.routes_at_work(tx, {route.model_id for route in routes}, now=house.clock.now())
    return [_shape(route, at_work.get(route.id, _GONE)) for route in routes]


def _shape(route: Route, at_work: RouteAtWork) -> RouteShown:
    of_route = {**asdict(route), "tag_ids": sorted(route.tag_ids), "health": at_work.health}
    cooling = at_work.cooling
    if cooling is None:
        return RouteShown.model_validate({**of_route, "cooling": None})
    since_ms = providers.cooling_since_ms(cooling)
    why = CoolingShown(
        code=cooling.code,
        turn=cooling.turn,
        since=None if since_ms is None else _moment(since_ms),
        until=_moment(cooling.until_ms),
    )
    return RouteShown.model_validate({**of_route, "cooling": why})


def _moment(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(unix_ms / 1000, UTC)
