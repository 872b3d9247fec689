"""Deleting a tag, which every room that names it must agree to."""

from __future__ import annotations

from uuid import UUID

from ai_api import catalog, identity, providers, quotas
from ai_api.audit import Actor
from ai_api.core.db import Tx


async def remove_tag(tx: Tx, actor: Actor, tag_id: UUID) -> None:
    """Deletes a tag that no access policy, no limit, no route and no tag rule names, and takes it from whom it was given to.

    The tag stays locked between looking and deleting. Raises Refusal `tag_not_found`, `tag_in_use`.
    """
    await identity.get_tag(tx, tag_id, lock=True)
    models = [model.slug for model in await catalog.models_naming_tag(tx, tag_id)]
    limits = [limit for limit in await quotas.load_shared(tx) if limit.subject_id == tag_id]
    routes = await providers.count_routes_naming(tx, tag_id)
    await identity.delete_tag(tx, actor, tag_id, models=models, limits=len(limits), routes=routes)
