"""Claiming: a member takes a model themselves, under the limits that its administrators chose for that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ai_api import access, audit, quotas
from ai_api.allocations import rules, store
from ai_api.allocations.rules import Allocation, WhyNot
from ai_api.audit import Actor
from ai_api.catalog import Model
from ai_api.core.db import Tx, bump_members
from ai_api.core.ids import uuid7
from ai_api.quotas import Subject


async def claim(tx: Tx, actor: Actor, *, member_id: UUID, model_id: UUID) -> Allocation:
    """The member's allocation of a model that may be claimed, under the model's default limits and no others.

    What was taken back and unlocked since is the same allocation again, with all it has used. Of two claims at once one is
    made. Raises Refusal `model_not_found` for a model the member does not see, `allocation_exists`, `model_not_claimable` or
    `claim_locked`.
    """
    model = await access.visible_model(tx, member_id, model_id)
    had = await store.lock_of_pair(tx, member_id, model_id)
    rules.require_claimable(rules.why_not_claim(claimable=model.claimable, had=had))
    before = had[-1] if had else None
    allocation_id = before.id if before else uuid7()
    if before:
        refused_by = await store.revive(tx, allocation_id)
    else:
        refused_by = await store.add(tx, allocation_id=allocation_id, member_id=member_id, model_id=model_id)
    if refused_by is not None:
        raise rules.refusal_of(refused_by)
    now = await store.of_pair(tx, member_id, model_id)
    if len(now) > max(1, len(had)):
        # One was made, and taken back, after the look above and before the index was asked.
        raise rules.already_granted()
    subject = Subject("allocation", allocation_id, member_id)
    limits = await quotas.replace_limits(tx, subject, quotas.default_limits_terms(model.default_limits))
    await bump_members(tx, [member_id])
    allocation = now[-1]
    await audit.note(
        tx,
        actor,
        action="allocation.claim",
        target_kind="allocation",
        target_id=allocation_id,
        before=rules.audited(before, {}) if before else None,
        after=rules.audited(allocation, {"limits": [quotas.described(each) for each in limits]}),
    )
    return allocation


async def unlock(tx: Tx, actor: Actor, allocation_id: UUID, *, reason: str, at: datetime) -> Allocation:
    """Lets the member of a revoked allocation claim its model again, whichever of theirs was revoked.

    Raises Refusal `allocation_not_found`, or `allocation_state_conflict` where nothing is locked.
    """
    allocation = await store.lock(tx, allocation_id)
    if allocation is None:
        raise rules.allocation_not_found()
    rules.require_locked(allocation)
    await store.unlock(tx, allocation.member_id, allocation.model_id, at=at)
    await bump_members(tx, [allocation.member_id])
    await audit.note(
        tx,
        actor,
        action="allocation.unlock",
        target_kind="allocation",
        target_id=allocation_id,
        before={"claim_locked": True},
        after={"claim_locked": False, "reason": reason},
    )
    return await store.get(tx, allocation_id) or allocation


async def claims_of(
    tx: Tx, member_id: UUID, models: Sequence[Model]
) -> dict[UUID, tuple[Allocation | None, WhyNot | None]]:
    """Of each of these models: the member's allocation that is not revoked, and why they cannot claim it (None: they can)."""
    had: dict[UUID, list[Allocation]] = {model.id: [] for model in models}
    for allocation in await store.of_models(tx, member_id, list(had)):
        had[allocation.model_id].append(allocation)
    return {
        model.id: (
            next((each for each in had[model.id] if each.state != "revoked"), None),
            rules.why_not_claim(claimable=model.claimable, had=had[model.id]),
        )
        for model in models
    }
