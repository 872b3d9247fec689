"""Allocations as people read them: each with what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from ai_api import quotas, setup
from ai_api.allocations import Allocation, By, State
from ai_api.core.db import Tx
from ai_api.portal.house import House
from ai_api.portal.shapes import UsdOut
from ai_api.quotas import Left


class TokensLeft(BaseModel):
    """Tokens, input and output together, in the present month of the organization's zone."""

    metric: Literal["total_tokens"]
    scope: Literal["allocation"]
    window_kind: Literal["month"]
    limit: int | None
    used: int
    held: int
    left: int | None
    window_start: datetime
    resets_at: datetime


class CostLeft(BaseModel):
    """USD in the present month of the organization's zone."""

    metric: Literal["cost"]
    scope: Literal["allocation"]
    window_kind: Literal["month"]
    limit: UsdOut | None
    used: UsdOut
    held: UsdOut
    left: UsdOut | None
    window_start: datetime
    resets_at: datetime


class AllocationShown(BaseModel):
    """One allocation. `limits` says of each metric, limited or not, what was used and what is left.

    `claim_locked` while it is revoked and its member may not claim the model again.
    """

    id: UUID
    member_id: UUID
    model_id: UUID
    state: State
    state_reason: str
    paused_by: By | None
    claim_locked: bool
    funded_by: str
    monthly_tokens: int | None
    monthly_cost_usd: UsdOut | None
    limits: list[Annotated[TokensLeft | CostLeft, Field(discriminator="metric")]]
    created_at: datetime
    updated_at: datetime


async def allocations_shown(tx: Tx, house: House, found: Sequence[Allocation]) -> list[AllocationShown]:
    """Allocations with what is left of each, in three queries however many there are."""
    zone = await setup.organization_zone(tx, configured=house.settings.organization_zone)
    left = await quotas.left_of_allocations(tx, [one.id for one in found], zone=zone, at=house.clock.now())
    return [_shape(one, left[one.id]) for one in found]


def _shape(allocation: Allocation, left: Sequence[Left]) -> AllocationShown:
    limit_of = {one.metric: one.limit for one in left}
    return AllocationShown(
        id=allocation.id,
        member_id=allocation.member_id,
        model_id=allocation.model_id,
        state=allocation.state,
        state_reason=allocation.state_reason,
        paused_by=allocation.paused_by,
        claim_locked=allocation.claim_locked,
        funded_by=allocation.funded_by,
        monthly_tokens=limit_of["total_tokens"],
        monthly_cost_usd=limit_of["cost"],
        limits=[_left(one) for one in left],
        created_at=allocation.created_at,
        updated_at=allocation.updated_at,
    )


def _left(left: Left) -> TokensLeft | CostLeft:
    shape = TokensLeft if left.metric == "total_tokens" else CostLeft
    return shape.model_validate(
        {
            "metric": left.metric,
            "scope": "allocation",
            "window_kind": "month",
            "limit": left.limit,
            "used": left.used,
            "held": left.held,
            "left": left.left,
            "window_start": left.window_start,
            "resets_at": left.resets_at,
        }
    )
