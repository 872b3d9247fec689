"""Putting a model into the catalog."""

from __future__ import annotations

from ai_api.audit import Actor, note
from ai_api.catalog import store, store_aliases, store_imports
from ai_api.catalog.imports import OriginDraft
from ai_api.catalog.rules import (
    Draft,
    Model,
    audited,
    check_capabilities,
    check_operations,
    check_slug,
    check_texts,
    check_tokens,
)
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal


async def publish(tx: Tx, actor: Actor, draft: Draft, *, origin: OriginDraft | None = None) -> Model:
    """A new, active model, visible to nobody unless its access is open. `origin` is the registry it is imported from.

    Raises Refusal `bad_slug`, `bad_operations`, `bad_display_name`, `bad_description`, `bad_tokens`, `bad_capabilities`,
    or `slug_taken` (an archived model keeps its slug), by an alias too.
    """
    check_slug(draft.slug)
    check_operations(draft.operations)
    check_texts(draft.display_name, draft.description)
    check_tokens("context_tokens", draft.context_tokens)
    check_tokens("output_tokens_max", draft.output_tokens_max)
    check_capabilities(draft.capabilities)
    await store_aliases.lock_names(tx)
    if await store_aliases.find(tx, draft.slug) is not None:
        message = f"{draft.slug} is an alias of another model. Delete the alias, or choose another slug."
        raise Refusal("slug_taken", "conflict", message, param="slug")
    model = await store.add(tx, draft)
    if model is None:
        message = f"There is already a model {draft.slug}. Change that one, or choose another slug."
        raise Refusal("slug_taken", "conflict", message, param="slug")
    if origin is not None:
        await store_imports.add(tx, model.id, origin)
    await note(
        tx,
        actor,
        action="model.publish" if origin is None else "model.import",
        target_kind="model",
        target_id=model.id,
        before=None,
        after=audited(model) if origin is None else {**audited(model), "imported": origin.audited()},
    )
    await bump_world(tx)
    return model
