"""/api/me/allocations: what the caller may use, and taking what they may take."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from ai_api import access, allocations
from ai_api.allocations import Action, Allocation, State
from ai_api.audit import Actor
from ai_api.catalog import Model
from ai_api.core.db import Tx
from ai_api.identity import Caller
from ai_api.portal.admin.allocations import NO_REASON, Because
from ai_api.portal.allocations_shown import AllocationShown, allocations_shown
from ai_api.portal.deps import HouseDep, Myself, Signed, Transaction
from ai_api.portal.house import House
from ai_api.portal.limits_shown import LimitsLeft, left_of_allocation
from ai_api.portal.previews import DryStop, StopsShown, previewed_stops
from ai_api.portal.shapes import Listed, ListQuery, Strict
from ai_api.setup import Touched

router = APIRouter(prefix="/api/me/allocations", tags=["me"])


class Claim(Strict):
    """The model that the caller takes."""

    model_id: UUID


class MyAllocationShown(AllocationShown):
    """One of the caller's allocations, with what its model is called."""

    model: str
    model_display_name: str


class MyAllocationFound(MyAllocationShown):
    """One of the caller's allocations. `every_limit` is what is left under all that match calls by it."""

    every_limit: LimitsLeft


class MyAllocationsQuery(ListQuery):
    """Filters of the list."""

    SORTS = ("created_at", "-created_at")

    model_id: UUID | None = None
    state: State | None = None


@router.get("")
async def list_my_allocations(
    query: Annotated[MyAllocationsQuery, Query()], holder: Signed, tx: Transaction, house: HouseDep
) -> Listed[MyAllocationShown]:
    """The caller's allocations of models they see, revoked ones too, the newest first unless asked otherwise."""
    models = await access.visible_models(tx, holder.member_id)
    filters = allocations.Filters(
        member_id=holder.member_id,
        model_id=query.model_id,
        model_ids=[model.id for model in models],
        state=query.state,
    )
    sort = query.sort or "-created_at"
    page = await allocations.list_page(tx, filters, limit=query.limit, cursor=query.cursor, sort=sort)
    return Listed(items=await _shown(tx, house, page.items, models), next=page.next)


@router.post("", status_code=201)
async def claim_model(
    body: Claim, holder: Signed, actor: Myself, tx: Transaction, house: HouseDep
) -> MyAllocationShown:
    """Takes a model under its default limits. 409 while there is an allocation of it that is not revoked."""
    claimed = await allocations.claim(tx, actor, member_id=holder.member_id, model_id=body.model_id)
    return await _one(tx, house, claimed)


@router.get("/{allocation_id}")
async def get_my_allocation(allocation_id: UUID, holder: Signed, tx: Transaction, house: HouseDep) -> MyAllocationFound:
    """One of the caller's allocations with what is left, and with every limit that matches calls by it."""
    own = await allocations.find_own(tx, holder.member_id, allocation_id)
    return MyAllocationFound(**dict(await _one(tx, house, own)), every_limit=await left_of_allocation(tx, house, own))


@router.post("/{allocation_id}/pause", response_model=MyAllocationShown | StopsShown)
async def pause_my_allocation(
    allocation_id: UUID,
    holder: Signed,
    actor: Myself,
    tx: Transaction,
    *,
    house: HouseDep,
    body: Because = NO_REASON,
    dry_run: DryStop = False,
) -> MyAllocationShown | StopsShown:
    """Stops it until the caller or an administrator resumes it."""
    write = partial(_moved, tx, holder, actor, allocation_id, "pause", body)
    if dry_run:
        own = await allocations.find_own(tx, holder.member_id, allocation_id)
        return await previewed_stops(tx, house, Touched(allocation_id=own.id), write)
    return await _one(tx, house, await write())


@router.post("/{allocation_id}/resume")
async def resume_my_allocation(
    allocation_id: UUID, holder: Signed, actor: Myself, tx: Transaction, house: HouseDep, *, body: Because = NO_REASON
) -> MyAllocationShown:
    """Lets it be used again. 403 for what an administrator paused."""
    return await _one(tx, house, await _moved(tx, holder, actor, allocation_id, "resume", body))


async def _moved(
    tx: Tx, holder: Caller, actor: Actor, allocation_id: UUID, action: Action, body: Because
) -> Allocation:
    own = await allocations.find_own(tx, holder.member_id, allocation_id)
    return await allocations.move(tx, actor, own.id, action, by="member", reason=body.reason)


async def _one(tx: Tx, house: House, allocation: Allocation) -> MyAllocationShown:
    model = await access.visible_model(tx, allocation.member_id, allocation.model_id)
    (shown,) = await _shown(tx, house, [allocation], [model])
    return shown


async def _shown(tx: Tx, house: House, found: Sequence[Allocation], models: Sequence[Model]) -> list[MyAllocationShown]:
    by_id = {model.id: model for model in models}
    return [
        MyAllocationShown(
            **dict(each), model=by_id[each.model_id].slug, model_display_name=by_id[each.model_id].display_name
        )
        for each in await allocations_shown(tx, house, found)
    ]
