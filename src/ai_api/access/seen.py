"""What one member sees of the catalog."""

from __future__ import annotations

from uuid import UUID

from ai_api import catalog, identity
from ai_api.access.rules import verdict
from ai_api.catalog import Model
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal


async def visible_models(tx: Tx, member_id: UUID) -> list[Model]:
    """The models the member sees, by slug."""
    tags = await _tags(tx, member_id)
    return [model for model in await catalog.load_models(tx) if verdict(model, member_id, tags).visible]


async def visible_model(tx: Tx, member_id: UUID, model_id: UUID) -> Model:
    """One model. Raises Refusal `model_not_found`, in the same words for one that is hidden and one that is not there."""
    model = await catalog.get(tx, model_id)
    if not verdict(model, member_id, await _tags(tx, member_id)).visible:
        raise Refusal("model_not_found", "not_found", "There is no such model.")
    return model


async def _tags(tx: Tx, member_id: UUID) -> frozenset[UUID]:
    return frozenset(tag.id for tag in (await identity.tags_of_members(tx, [member_id]))[member_id])
