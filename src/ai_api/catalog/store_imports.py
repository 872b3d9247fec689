"""Every query on where imported models came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ai_api.catalog.imports import Origin, OriginDraft
from ai_api.catalog.litellm_registry import SOURCE
from ai_api.catalog.tables import model_imports, models
from ai_api.core.db import Tx


async def add(tx: Tx, model_id: UUID, draft: OriginDraft) -> None:
    """Notes where a new model came from."""
    await tx.execute(
        insert(model_imports).values(
            model_id=model_id,
            source=SOURCE,
            provider=draft.provider,
            key=draft.key,
            facts=dict(draft.facts),
            facts_version=draft.version,
            price_facts=dict(draft.price_facts),
            price_version=draft.version,
        )
    )


async def put(tx: Tx, model_id: UUID, draft: OriginDraft, *, price_facts: Mapping[str, Any]) -> None:
    """Notes where a model is to be compared with from now on; what was noted before is gone."""
    values = {
        "source": SOURCE,
        "provider": draft.provider,
        "key": draft.key,
        "facts": dict(draft.facts),
        "facts_version": draft.version,
        "price_facts": dict(price_facts),
        "price_version": draft.version,
        "kept": [],
    }
    statement = upsert(model_imports).values(model_id=model_id, **values)
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["model_id"], set_={**values, "updated_at": func.now()})
    )


async def get(tx: Tx, model_id: UUID) -> Origin | None:
    """Where a model came from; None when it was not imported."""
    row = (await tx.execute(select(model_imports).where(model_imports.c.model_id == model_id))).one_or_none()
    return None if row is None else _origin(row)


async def all_by_slug(tx: Tx) -> list[Origin]:
    """Every imported model, archived ones too, in the order of their slugs."""
    query = select(model_imports).join(models, models.c.id == model_imports.c.model_id).order_by(models.c.slug)
    return [_origin(row) for row in await tx.execute(query)]


async def change(tx: Tx, model_id: UUID, values: Mapping[str, Any]) -> None:
    """Stores new values of the note's columns."""
    of_model = model_imports.c.model_id == model_id
    await tx.execute(update(model_imports).where(of_model).values(**values, updated_at=func.now()))


def _origin(row: Row[Any]) -> Origin:
    fields = dict(row._mapping)  # noqa: SLF001  -- the library's public name for a row by column
    return Origin(**{**fields, "kept": frozenset(row.kept)})
