"""Pausing, resuming, quarantining, releasing and revoking: one move each, allowed by the rules or refused."""

from __future__ import annotations

from uuid import UUID

from ai_api import audit
from ai_api.allocations import rules, store
from ai_api.allocations.rules import Action, Allocation, By, Standing
from ai_api.audit import Actor
from ai_api.core.db import Tx, bump_members


async def move(tx: Tx, actor: Actor, allocation_id: UUID, action: Action, *, by: By, reason: str) -> Allocation:
    """Does `action` on behalf of `by`, in force for the member's next call and within a second for open ones.

    `reason` is kept with the state and in the audit trail. Raises Refusal `allocation_not_found`,
    `allocation_action_forbidden` or `allocation_state_conflict`.
    """
    allocation = await store.lock(tx, allocation_id)
    if allocation is None:
        raise rules.allocation_not_found()
    standing = rules.after(Standing(allocation.state, allocation.paused_by), action, by)
    await store.set_standing(tx, allocation_id, standing, reason=reason)
    await bump_members(tx, [allocation.member_id])
    await audit.note(
        tx,
        actor,
        action=f"allocation.{action}",
        target_kind="allocation",
        target_id=allocation_id,
        before=_audited(Standing(allocation.state, allocation.paused_by), allocation.state_reason),
        after=_audited(standing, reason),
    )
    return await store.get(tx, allocation_id) or allocation


def _audited(standing: Standing, reason: str) -> dict[str, str | None]:
    return {"state": standing.state, "paused_by": standing.paused_by, "state_reason": reason}
