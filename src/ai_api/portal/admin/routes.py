"""/api/admin/routes: the ways models are served."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, ClassVar, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from ai_api import providers, setup
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.previews import WITH_DRY_RUN, DryStop, StopsShown, nothing_left, previewed_stops
from ai_api.portal.shapes import Listed, ListQuery, Patch, Shown, Strict, not_given
from ai_api.providers import Cooling, Route, RouteDraft
from ai_api.setup import Touched

router = APIRouter(prefix="/api/admin/routes", tags=["routes"])

Status = Literal["active", "disabled"]
UpstreamName = Annotated[str, Field(min_length=1, max_length=256)]
Rank = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
ConnectS = Annotated[float, Field(strict=True, gt=0, le=60)]
SilenceS = Annotated[float, Field(strict=True, gt=0, le=3_600)]
TagIds = Annotated[list[UUID], Field(max_length=100)]
TotalS = Annotated[float, Field(strict=True, gt=0, le=86_400)]


class CoolingShown(Shown):
    """Why a route was left alone last, and until when; `turn` counts how often in a row. Past `until`, one call tries it."""

    code: str
    turn: int
    until: datetime


class RouteShown(Shown):
    """One way to serve a model. Lower priorities are tried first; among equals, weights share.

    Seconds to connect, until the answer's headers come, to stay silent in between, and for the whole call are null where the
    setting of the same name holds. With `tag_ids`, only members who have one of these tags are served by it. `cooling` is
    null for a route that is well.
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
    cooling: CoolingShown | None = None


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
async def list_routes(_: AdminHolder, tx: Transaction, query: Annotated[RoutesQuery, Query()]) -> Listed[RouteShown]:
    """Routes, by priority unless sorted otherwise."""
    wanted = providers.RouteFilter(
        q=query.q, model_id=query.model_id, provider_key_id=query.provider_key_id, status=query.status
    )
    page = await providers.page_routes(
        tx, wanted, sort=query.sort or "priority", limit=query.limit, cursor=query.cursor
    )
    coolings = await providers.coolings(tx, [route.id for route in page.items])
    return Listed(items=[_shape(route, coolings) for route in page.items], next=page.next)


@router.post("", status_code=201, response_model=RouteShown)
async def add_route(body: RouteCreate, actor: Admin, tx: Transaction) -> RouteShown:
    """Adds a way to serve a model; refused when the provider serves none of the model's operations."""
    return _shape(await setup.add_route(tx, actor, RouteDraft(**body.model_dump())), {})


@router.get("/{route_id}", response_model=RouteShown)
async def get_route(route_id: UUID, _: AdminHolder, tx: Transaction) -> RouteShown:
    """One route."""
    route = await providers.get_route(tx, route_id)
    return _shape(route, await providers.coolings(tx, [route_id]))


@router.patch("/{route_id}", response_model=RouteShown | StopsShown)
async def change_route(
    route_id: UUID, body: RouteChange, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> RouteShown | StopsShown:
    """Changes a route, which is taken for well again."""
    write = partial(setup.revise_route, tx, actor, route_id, **cast(providers.RouteChanges, body.changes()))
    if dry_run:
        touched = Touched(model_id=(await providers.get_route(tx, route_id)).model_id)
        return await previewed_stops(tx, house, touched, write)
    return _shape(await write(), {})


@router.delete("/{route_id}", status_code=204, response_model=None, responses=WITH_DRY_RUN)
async def delete_route(
    route_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> Response:
    """Deletes a route; call records keep what they say of it."""
    touched = Touched(model_id=(await providers.get_route(tx, route_id)).model_id)
    return await nothing_left(tx, house, touched, partial(providers.delete_route, tx, actor, route_id), dry_run=dry_run)


def _shape(route: Route, coolings: Mapping[UUID, Cooling]) -> RouteShown:
    shown = RouteShown.model_validate(route).model_copy(update={"tag_ids": sorted(route.tag_ids)})
    cooling = coolings.get(route.id)
    if cooling is None:
        return shown
    until = datetime.fromtimestamp(cooling.until_ms / 1000, UTC)
    return shown.model_copy(update={"cooling": CoolingShown(code=cooling.code, turn=cooling.turn, until=until)})
