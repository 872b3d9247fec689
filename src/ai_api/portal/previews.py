"""What a write would do, as an endpoint with `?dry_run=true` answers it: the write itself is run, and taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from ai_api import setup
from ai_api.access import Affected, Preview
from ai_api.core.db import Tx
from ai_api.identity import Member, TaggedMember
from ai_api.portal.house import House
from ai_api.setup import Over, Some, Stopping, Touched

DryRun = Annotated[bool, Query(description="Run the write, take it back, and answer who gains and who loses by it")]
DryStop = Annotated[bool, Query(description="Run the write, take it back, and answer what would stop by it")]
DryLimit = Annotated[bool, Query(description="Run the write, take it back, and answer who stands over the limit now")]


class NamedMember(BaseModel):
    """A member, as a preview names them."""

    id: UUID
    identifier: str
    display_name: str


class AffectedShown(BaseModel):
    """Active members on one side of a change: how many, and the first 20 of them."""

    count: int
    first: list[NamedMember]


class PreviewShown(BaseModel):
    """Who would gain and who would lose sight of models. Nothing was changed. `models` are the first 20 slugs concerned."""

    dry_run: Literal[True]
    gains: AffectedShown
    loses: AffectedShown
    models: list[str]


class StoppingShown(BaseModel):
    """Something that stops, with its member where it is a member's: at once, or at `stops_at`."""

    id: UUID
    name: str
    stops_at: datetime | None


class ManyStopping(BaseModel):
    """What stops of one kind: how many, and the first 20 of them."""

    count: int
    first: list[StoppingShown]


class StopsShown(BaseModel):
    """What works now and would stop. Nothing was changed. `members` are those who lose by it.

    `allocations` can be called no more: paused or taken back, hidden, or without a route; where the write is about a credential
    that goes on, by that. `models` lose their last route. `open_calls` are under way now and would end; of those that a provider
    key or a route may serve, all. `service_accounts` are those a member answers for who stops.
    """

    dry_run: Literal[True]
    open_calls: int
    members: AffectedShown
    credentials: ManyStopping
    allocations: ManyStopping
    models: ManyStopping
    service_accounts: AffectedShown
    access_tokens: int
    sessions: int
    links: int
    identities: int


class OneOver(BaseModel):
    """What stands over a limit: the subject itself, or a member or credential of it."""

    id: UUID | None
    name: str


class OverShown(BaseModel):
    """How many accounts stand over the limit now, of `looked_at`, and the first 20; `complete` when those were all."""

    count: int
    first: list[OneOver]
    looked_at: int
    complete: bool


class LimitPreview(BaseModel):
    """What a write would do. Nothing was changed."""

    dry_run: Literal[True]
    over: OverShown


WITH_DRY_RUN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": StopsShown, "description": "With `dry_run`: what would stop. Nothing was changed."}
}
"""`responses` of an endpoint whose own success is another status than 200."""


def previewed(preview: Preview) -> PreviewShown:
    """A preview as it is answered."""
    return PreviewShown(
        dry_run=True,
        gains=_affected(preview.gains),
        loses=_affected(preview.loses),
        models=list(preview.models),
    )


async def previewed_stops(tx: Tx, house: House, touched: Touched, write: Callable[[], Awaitable[object]]) -> StopsShown:
    """What `write` would stop of all that is `touched`: it is run, and taken back. Raises what `write` raises."""
    terms, now = house.settings.sessions, house.clock.now()
    stops = await setup.preview_stops(tx, touched, write, terms=terms, now=now)
    return StopsShown(
        dry_run=True,
        open_calls=stops.open_calls,
        members=_members(stops.members),
        credentials=_many(stops.credentials),
        allocations=_many(stops.allocations),
        models=_many(stops.models),
        service_accounts=_members(stops.service_accounts),
        access_tokens=stops.access_tokens,
        sessions=stops.sessions,
        links=stops.links,
        identities=stops.identities,
    )


def over_shown(over: Over) -> LimitPreview:
    """Who stands over a limit, as a preview of it is answered."""
    return LimitPreview(
        dry_run=True,
        over=OverShown(
            count=over.count,
            first=[OneOver(id=each, name=name) for each, name in over.first],
            looked_at=over.looked_at,
            complete=over.complete,
        ),
    )


async def nothing_left(
    tx: Tx, house: House, touched: Touched, write: Callable[[], Awaitable[None]], *, dry_run: bool
) -> Response:
    """The answer of a write that leaves nothing to show, 204, or of its dry run. Raises what `write` raises."""
    if dry_run:
        return shown_instead(await previewed_stops(tx, house, touched, write))
    await write()
    return Response(status_code=204)


def shown_instead(preview: BaseModel) -> JSONResponse:
    """A preview, where the write itself would have been answered with another status than 200."""
    return JSONResponse(preview.model_dump(mode="json"))


def _affected(affected: Affected) -> AffectedShown:
    return AffectedShown(count=affected.count, first=_named(affected.first))


def _members(some: Some[TaggedMember] | Some[Member]) -> AffectedShown:
    return AffectedShown(count=some.count, first=_named(some.first))


def _named(members: Sequence[TaggedMember | Member]) -> list[NamedMember]:
    return [NamedMember(id=each.id, identifier=each.identifier, display_name=each.display_name) for each in members]


def _many(some: Some[Stopping]) -> ManyStopping:
    first = [StoppingShown(id=each.id, name=each.name, stops_at=each.at) for each in some.first]
    return ManyStopping(count=some.count, first=first)
