"""Allocations: who may use which model, up to what, and stopping it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from ai_api import allocations, setup
from ai_api.allocations import REASON_CHARACTERS_MAX, Action, Allocation, State
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.undone import undone
from ai_api.portal.allocations_shown import AllocationShown, allocations_shown
from ai_api.portal.deps import Admin, HouseDep, Transaction
from ai_api.portal.house import House
from ai_api.portal.limits_shown import LimitsLeft, left_of_allocation
from ai_api.portal.previews import DryLimit, DryStop, LimitPreview, StopsShown, over_shown, previewed_stops
from ai_api.portal.shapes import Count, Listed, ListQuery, Patch, Strict, Usd
from ai_api.quotas import AllocationLimits, Metric
from ai_api.setup import Touched

router = APIRouter(prefix="/api/admin/allocations", tags=["allocations"])

LimitUsd = Annotated[Usd, Field(ge=0)]


class Grant(Strict):
    """Who may use which model. A limit that is absent or null is none; 0 allows nothing."""

    member_id: UUID
    model_id: UUID
    monthly_tokens: Count | None = None
    monthly_cost_usd: LimitUsd | None = None


class Change(Patch):
    """The monthly limits: what is given is stored, null takes a limit away."""

    monthly_tokens: Count | None = None
    monthly_cost_usd: LimitUsd | None = None


class Because(Strict):
    """Why something is done; kept with the allocation and in the audit trail."""

    reason: str = Field(default="", max_length=REASON_CHARACTERS_MAX)


class AllocationsQuery(ListQuery):
    """Filters of the list. `tag_id` is a tag that applies to the member: given to them, or everyone's."""

    SORTS = ("created_at", "-created_at")

    member_id: UUID | None = None
    model_id: UUID | None = None
    state: State | None = None
    claim_locked: bool | None = None
    tag_id: UUID | None = None


class AllocationFound(AllocationShown):
    """One allocation. `every_limit` is what is left under all that match calls by it, those of others than itself too."""

    every_limit: LimitsLeft


NO_REASON: Final = Because()


@dataclass(frozen=True, slots=True)
class Asked:
    """An administrator asks for an allocation to be in another state."""

    tx: Tx
    house: House
    actor: Actor
    reason: str

    async def moved(self, allocation_id: UUID, action: Action) -> AllocationShown:
        """Moves it. Raises what `allocations.move` does."""
        return await _one(self.tx, self.house, await self._move(allocation_id, action))

    async def stopped(self, allocation_id: UUID, action: Action, *, dry_run: bool) -> AllocationShown | StopsShown:
        """The same for what stops calls; a dry run only tells which. Raises what `allocations.move` does."""
        if not dry_run:
            return await self.moved(allocation_id, action)
        touched = Touched(allocation_id=allocation_id)
        return await previewed_stops(self.tx, self.house, touched, partial(self._move, allocation_id, action))

    async def _move(self, allocation_id: UUID, action: Action) -> Allocation:
        return await allocations.move(self.tx, self.actor, allocation_id, action, by="admin", reason=self.reason)


def asking(actor: Admin, tx: Transaction, house: HouseDep, body: Because = NO_REASON) -> Asked:
    """Who asks, and why."""
    return Asked(tx, house, actor, body.reason)


Moving = Annotated[Asked, Depends(asking, scope="function")]


@router.get("")
async def list_allocations(
    query: Annotated[AllocationsQuery, Query()], _: Admin, tx: Transaction, house: HouseDep
) -> Listed[AllocationShown]:
    """Allocations in the order they were granted, the newest first unless asked otherwise."""
    page = await allocations.list_page(
        tx,
        allocations.Filters(
            member_id=query.member_id,
            model_id=query.model_id,
            state=query.state,
            claim_locked=query.claim_locked,
            tag_id=query.tag_id,
        ),
        limit=query.limit,
        cursor=query.cursor,
        sort=query.sort or "-created_at",
    )
    return Listed(items=await allocations_shown(tx, house, page.items), next=page.next)


@router.post("", status_code=201)
async def grant_allocation(body: Grant, actor: Admin, tx: Transaction, house: HouseDep) -> AllocationShown:
    """Grants a model to a member. 409 while the two have an allocation that is not revoked."""
    limits = AllocationLimits(monthly_tokens=body.monthly_tokens, monthly_cost_nanos=body.monthly_cost_usd)
    granted = await allocations.grant(tx, actor, member_id=body.member_id, model_id=body.model_id, limits=limits)
    return await _one(tx, house, granted)


@router.get("/{allocation_id}")
async def get_allocation(allocation_id: UUID, _: Admin, tx: Transaction, house: HouseDep) -> AllocationFound:
    """One allocation with what is left, and with every limit that matches calls by it."""
    found = await allocations.find(tx, allocation_id)
    return AllocationFound(**dict(await _one(tx, house, found)), every_limit=await left_of_allocation(tx, house, found))


@router.patch("/{allocation_id}", response_model=AllocationShown | LimitPreview)
async def change_allocation(
    allocation_id: UUID, body: Change, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryLimit = False
) -> AllocationShown | LimitPreview:
    """Changes the monthly limits, in force for the member's next call."""
    amounts: dict[Metric, int | None] = {}
    if "monthly_tokens" in body.model_fields_set:
        amounts["total_tokens"] = body.monthly_tokens
    if "monthly_cost_usd" in body.model_fields_set:
        amounts["cost"] = body.monthly_cost_usd
    async with undone(tx, only_if=dry_run):
        changed = await allocations.change_limits(tx, actor, allocation_id, amounts)
        if not dry_run:
            return await _one(tx, house, changed)
        zone = await setup.organization_zone(tx, configured=house.settings.organization_zone)
        return over_shown(await setup.over_months(tx, changed.id, zone=zone, at=house.clock.now()))


@router.post("/{allocation_id}/pause", response_model=AllocationShown | StopsShown)
async def pause_allocation(
    allocation_id: UUID, asked: Moving, *, dry_run: DryStop = False
) -> AllocationShown | StopsShown:
    """Stops it until an administrator resumes it."""
    return await asked.stopped(allocation_id, "pause", dry_run=dry_run)


@router.post("/{allocation_id}/resume")
async def resume_allocation(allocation_id: UUID, asked: Moving) -> AllocationShown:
    """Lets a paused one be used again, whoever paused it."""
    return await asked.moved(allocation_id, "resume")


@router.post("/{allocation_id}/quarantine", response_model=AllocationShown | StopsShown)
async def quarantine_allocation(
    allocation_id: UUID, asked: Moving, *, dry_run: DryStop = False
) -> AllocationShown | StopsShown:
    """Stops it under suspicion; only a release by an administrator ends that."""
    return await asked.stopped(allocation_id, "quarantine", dry_run=dry_run)


@router.post("/{allocation_id}/release")
async def release_allocation(allocation_id: UUID, asked: Moving) -> AllocationShown:
    """Ends a quarantine; the allocation is active again."""
    return await asked.moved(allocation_id, "release")


@router.post("/{allocation_id}/revoke", response_model=AllocationShown | StopsShown)
async def revoke_allocation(
    allocation_id: UUID, asked: Moving, *, dry_run: DryStop = False
) -> AllocationShown | StopsShown:
    """Takes it back for good."""
    return await asked.stopped(allocation_id, "revoke", dry_run=dry_run)


@router.post("/{allocation_id}/unlock")
async def unlock_allocation(
    allocation_id: UUID, actor: Admin, tx: Transaction, house: HouseDep, body: Because = NO_REASON
) -> AllocationShown:
    """Lets the member of a revoked one claim its model again. It is that allocation again then, with all it has used."""
    unlocked = await allocations.unlock(tx, actor, allocation_id, reason=body.reason, at=house.clock.now())
    return await _one(tx, house, unlocked)


async def _one(tx: Tx, house: House, allocation: Allocation) -> AllocationShown:
    (shown,) = await allocations_shown(tx, house, [allocation])
    return shown
