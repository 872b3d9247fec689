"""Reading the catalog."""

from __future__ import annotations

from uuid import UUID

from ai_api.catalog import store
from ai_api.catalog.rules import Model, model_not_found
from ai_api.core.db import Tx
from ai_api.core.page import Page


async def load_models(tx: Tx) -> list[Model]:
    """All models that are not archived, with whom their policies name, by slug. One statement."""
    return await store.active(tx)


async def get(tx: Tx, model_id: UUID, *, lock: bool = False) -> Model:
    """One model, archived or not. With `lock`, nothing else changes it, or makes a route to it, until the transaction ends.

    Raises Refusal `model_not_found`.
    """
    model = await store.get(tx, model_id, lock=lock)
    if model is None:
        raise model_not_found()
    return model


async def find(tx: Tx, slug: str) -> Model | None:
    """The model with exactly this slug, archived or not."""
    return await store.find(tx, slug)


async def page(
    tx: Tx, wanted: store.Filter, *, sort: str = "slug", limit: int = 50, cursor: str | None = None
) -> Page[Model]:
    """One page of models, by `slug`, `display_name` or `created_at`. Raises Refusal `bad_sort`, `bad_cursor`."""
    return await store.page(tx, wanted, sort=sort, limit=limit, cursor=cursor)
