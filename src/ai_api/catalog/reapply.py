"""Taking what a later registry says into imported models, except what an administrator has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.catalog import store, store_imports
from ai_api.catalog.imports import Origin, OriginDraft, facts_of, facts_to_link, not_imported, review_facts
from ai_api.catalog.litellm_registry import Entry
from ai_api.catalog.rules import Model, audited, model_not_found
from ai_api.core.db import Tx, bump_world


async def get_origin(tx: Tx, model_id: UUID) -> Origin:
    """Where a model came from. Raises Refusal `model_not_imported`."""
    origin = await store_imports.get(tx, model_id)
    if origin is None:
        raise not_imported()
    return origin


async def load_origins(tx: Tx) -> list[Origin]:
    """Every imported model, archived ones too, in the order of their slugs."""
    return await store_imports.all_by_slug(tx)


async def apply_facts(tx: Tx, actor: Actor, model_id: UUID, entry: Entry, *, version: str) -> Model:
    """The model with what the entry says now, in each field that is as it was imported; the others stay, and stay kept.

    What the entry says nothing of stays too. Raises Refusal `model_not_found`, `model_not_imported`.
    """
    before = await store.get(tx, model_id, lock=True)
    if before is None:
        raise model_not_found()
    origin = await get_origin(tx, model_id)
    reviews = review_facts(origin, entry, before)
    values = {each.name: each.now for each in reviews if each.applies}
    said = {name: value for name, value in facts_of(entry).items() if value is not None}
    await store_imports.change(
        tx,
        model_id,
        {
            "facts": {**origin.facts, **said},
            "facts_version": version,
            "kept": sorted(each.name for each in reviews if each.kept),
        },
    )
    await store.change(tx, model_id, values)
    after = await store.get(tx, model_id)
    if after is None:
        raise RuntimeError("a locked model cannot be gone")
    await note(
        tx,
        actor,
        action="model.apply_import",
        target_kind="model",
        target_id=model_id,
        before={**audited(before), "version": origin.facts_version},
        after={**audited(after), "version": version},
    )
    await bump_world(tx)
    return after


async def link(tx: Tx, actor: Actor, model_id: UUID, entry: Entry, *, version: str) -> Model:
    """The model, which is compared with this entry from now on, and is what it was: nothing of it changes.

    What differs from the entry counts as changed by an administrator; none of the registry's prices as applied. Raises Refusal
    `model_not_found`.
    """
    model = await store.get(tx, model_id, lock=True)
    if model is None:
        raise model_not_found()
    before = await store_imports.get(tx, model_id)
    draft = OriginDraft(
        provider=entry.provider,
        key=entry.key,
        version=version,
        facts=facts_to_link(entry, model),
        price_facts=entry.price_facts,
    )
    await store_imports.put(tx, model_id, draft, price_facts={})
    await note(
        tx,
        actor,
        action="model.link_registry",
        target_kind="model",
        target_id=model_id,
        before=None if before is None else {"source": before.source, "provider": before.provider, "key": before.key},
        after=draft.audited(),
    )
    return model


async def note_price_facts(tx: Tx, model_id: UUID, facts: Mapping[str, Any], *, version: str) -> None:
    """Notes which of the registry's facts about money the model's price was made from last."""
    await store_imports.change(tx, model_id, {"price_facts": dict(facts), "price_version": version})
