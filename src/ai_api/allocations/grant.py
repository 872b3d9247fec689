"""Granting a model to a member."""

from __future__ import annotations

from uuid import UUID

from ai_api import audit, catalog, quotas
from ai_api.allocations import rules, store
from ai_api.allocations.limit import audited_limits
from ai_api.audit import Actor
from ai_api.core.db import Tx, bump_members
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.quotas import AllocationLimits


async def grant(tx: Tx, actor: Actor, *, member_id: UUID, model_id: UUID, limits: AllocationLimits) -> rules.Allocation:
    """Grants a model to a member under the given monthly limits, in force for the member's next call.

    Whether the member may see the model is not decided here: an allocation opens nothing that access rules hide.
    Raises Refusal `allocation_exists` while an earlier allocation of the two is not revoked, `member_not_found`,
    `model_not_found`, `model_archived` or `limit_out_of_range`; then nothing is stored.
    """
    model = await catalog.get(tx, model_id)
    if model.status == "archived":
        raise Refusal("model_archived", "conflict", "This model is archived. Bring it back first.", param="model_id")
    allocation_id = uuid7()
    refused_by = await store.add(tx, allocation_id=allocation_id, member_id=member_id, model_id=model_id)
    if refused_by is not None:
        raise rules.refusal_of(refused_by)
    await quotas.set_for_allocation(
        tx, allocation_id, {"total_tokens": limits.monthly_tokens, "cost": limits.monthly_cost_nanos}
    )
    await bump_members(tx, [member_id])
    allocation = await store.get(tx, allocation_id)
    if allocation is None:
        raise rules.allocation_not_found()
    await audit.note(
        tx,
        actor,
        action="allocation.grant",
        target_kind="allocation",
        target_id=allocation_id,
        before=None,
        after=rules.audited(allocation, audited_limits(limits)),
    )
    return allocation
