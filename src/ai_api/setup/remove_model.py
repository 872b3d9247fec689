"""Deleting a model, which several rooms must agree to."""

from __future__ import annotations

from uuid import UUID

from ai_api import catalog, providers
from ai_api.audit import Actor
from ai_api.core.db import Tx


async def remove_model(tx: Tx, actor: Actor, model_id: UUID) -> None:
    """Deletes a model that has no routes and never had an allocation, so no billed call either.

    The model stays locked between counting and deleting. Raises Refusal `model_not_found`, `in_use`.
    """
    await catalog.get(tx, model_id, lock=True)
    await catalog.remove(tx, actor, model_id, routes=await providers.count_routes(tx, model_id))
