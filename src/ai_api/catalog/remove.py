"""Deleting a model that nothing stands on."""

from __future__ import annotations

from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.catalog import store, store_aliases
from ai_api.catalog.rules import audited, model_not_found
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal


async def remove(tx: Tx, actor: Actor, model_id: UUID, *, routes: int) -> None:
    """Deletes a model with its policy, prices and aliases. `routes` is how many routes it has, counted after locking the model.

    Raises Refusal `model_not_found`, or `in_use` while it has routes or an allocation, revoked ones too: archive it instead.
    """
    before = await store.get(tx, model_id, lock=True)
    if before is None:
        raise model_not_found()
    aliases = await store_aliases.names_of(tx, model_id)
    if routes or not await store.remove(tx, model_id):
        message = f"{before.slug} has routes, allocations or call records. Archive it instead: that stops it at once."
        raise Refusal("in_use", "conflict", message, details={"routes": routes})
    await note(
        tx,
        actor,
        action="model.delete",
        target_kind="model",
        target_id=model_id,
        before={**audited(before), "aliases": aliases},
        after=None,
    )
    await bump_world(tx)
