"""Deciding who may see a model."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.catalog import store
from ai_api.catalog.rules import ALLOWED_MEMBERS_MAX, Access, Model, model_not_found
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal


async def set_policy(tx: Tx, actor: Actor, model_id: UUID, *, access: Access, member_ids: Collection[UUID]) -> Model:
    """Replaces a model's access and its allow-list, whole. An open model keeps the list for the day it is restricted again.

    Raises Refusal `model_not_found`, `too_many_members`, or `member_not_found` when one of the ids is no member.
    """
    wanted = frozenset(member_ids)
    if len(wanted) > ALLOWED_MEMBERS_MAX:
        message = f"A model's allow-list names at most {ALLOWED_MEMBERS_MAX} members."
        raise Refusal("too_many_members", "invalid", message, param="member_ids")
    before = await store.get(tx, model_id, lock=True)
    if before is None:
        raise model_not_found()
    if not await store.allow_only(tx, model_id, wanted):
        message = "One of the members does not exist. Nothing was changed."
        raise Refusal("member_not_found", "not_found", message, param="member_ids")
    await store.change(tx, model_id, {"access": access})
    after = await store.get(tx, model_id)
    if after is None:
        raise model_not_found()
    await note(
        tx,
        actor,
        action="model.policy",
        target_kind="model",
        target_id=model_id,
        before=_audited(before),
        after=_audited(after),
    )
    await bump_world(tx)
    return after


def _audited(model: Model) -> dict[str, object]:
    return {"access": model.access, "member_ids": sorted(str(member_id) for member_id in model.allowed_members)}
