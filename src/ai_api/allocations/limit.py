"""Changing what an allocation may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ai_api import audit, quotas
from ai_api.allocations import rules, store
from ai_api.audit import Actor
from ai_api.core.db import Tx, bump_members
from ai_api.core.money import format_usd
from ai_api.quotas import AllocationLimits, Metric


async def change_limits(
    tx: Tx, actor: Actor, allocation_id: UUID, amounts: Mapping[Metric, int | None]
) -> rules.Allocation:
    """Stores exactly the limits that are given (tokens, nano-USD; None is unlimited), in force for the member's next call.

    Raises Refusal `allocation_not_found`, `allocation_state_conflict` when it is revoked, or `limit_out_of_range`.
    """
    allocation = await store.lock(tx, allocation_id)
    if allocation is None:
        raise rules.allocation_not_found()
    rules.require_live(allocation)
    before = (await quotas.read_for_allocations(tx, [allocation_id]))[allocation_id]
    await quotas.set_for_allocation(tx, allocation_id, amounts)
    after = (await quotas.read_for_allocations(tx, [allocation_id]))[allocation_id]
    await store.touch(tx, allocation_id)
    await bump_members(tx, [allocation.member_id])
    await audit.note(
        tx,
        actor,
        action="allocation.change_limits",
        target_kind="allocation",
        target_id=allocation_id,
        before=audited_limits(before),
        after=audited_limits(after),
    )
    return await store.get(tx, allocation_id) or allocation


def audited_limits(limits: AllocationLimits) -> dict[str, Any]:
    """Limits as the audit trail shows them: tokens, and a decimal string of USD; None is unlimited."""
    cost_nanos = limits.monthly_cost_nanos
    return {
        "monthly_tokens": limits.monthly_tokens,
        "monthly_cost_usd": None if cost_nanos is None else format_usd(cost_nanos),
    }
