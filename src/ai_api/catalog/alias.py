"""Aliases: other names of models, given out so that no name ever means two things by the same rule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.catalog import store, store_aliases
from ai_api.catalog.rules import Alias, Model, alias_not_found, check_alias, index, model_not_found, resolve
from ai_api.catalog.store_aliases import AliasFilter
from ai_api.core.db import Tx, bump_world
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import Page
from ai_api.core.undone import undone


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means to callers before and after a write: slugs of active models, several where it is ambiguous."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


async def load_aliases(tx: Tx) -> list[Alias]:
    """All aliases of models that are not archived, by name. One statement."""
    return await store_aliases.load(tx)


async def get_alias(tx: Tx, alias_id: UUID) -> Alias:
    """One alias, also of an archived model. Raises Refusal `alias_not_found`."""
    alias = await store_aliases.get(tx, alias_id)
    if alias is None:
        raise alias_not_found()
    return alias


async def page_aliases(
    tx: Tx, wanted: AliasFilter, *, sort: str = "name", limit: int = 50, cursor: str | None = None
) -> Page[Alias]:
    """One page of aliases, by `name` or `created_at`. Raises Refusal `bad_sort`, `bad_cursor`."""
    return await store_aliases.page(tx, wanted, sort=sort, limit=limit, cursor=cursor)


async def create_alias(tx: Tx, actor: Actor, *, name: str, model_id: UUID) -> Alias:
    """A new name of a model, in force for the next call; of an archived one it is a name once that is offered again.

    Raises Refusal `bad_name`, `model_not_found`, or `name_taken` by a model's slug or another alias.
    """
    check_alias(name)
    model = await _locked_model(tx, model_id)
    await store_aliases.lock_names(tx)
    if await store.find(tx, name) is not None:
        message = f"{name} is the name of a model itself, and always means that one. Choose another alias."
        raise Refusal("name_taken", "conflict", message, param="name")
    alias_id = uuid7()
    if not await store_aliases.add(tx, name, model_id, alias_id=alias_id):
        message = f"There is already an alias {name}. Change that one, or choose another."
        raise Refusal("name_taken", "conflict", message, param="name")
    await _note(tx, actor, "create", alias_id, before=None, after=_audited(name, model))
    await bump_world(tx)
    return await get_alias(tx, alias_id)


async def move_alias(tx: Tx, actor: Actor, alias_id: UUID, *, model_id: UUID) -> Alias:
    """The alias, naming another model from the next call on. Raises Refusal `alias_not_found`, `model_not_found`."""
    # The model first, as when one is deleted and its aliases with it.
    model = await store.get(tx, model_id, lock=True)
    alias = await store_aliases.get(tx, alias_id, lock=True)
    if alias is None:
        raise alias_not_found()
    if model is None:
        raise model_not_found()
    before = await _audited_as_is(tx, alias)
    await store_aliases.move(tx, alias_id, model_id)
    await _note(tx, actor, "change", alias_id, before=before, after=_audited(alias.name, model))
    await bump_world(tx)
    return await get_alias(tx, alias_id)


async def delete_alias(tx: Tx, actor: Actor, alias_id: UUID) -> None:
    """Takes a name away, for the next call. Raises Refusal `alias_not_found`."""
    alias = await store_aliases.get(tx, alias_id, lock=True)
    if alias is None:
        raise alias_not_found()
    before = await _audited_as_is(tx, alias)
    await store_aliases.remove(tx, alias_id)
    await _note(tx, actor, "delete", alias_id, before=before, after=None)
    await bump_world(tx)


async def preview_alias(tx: Tx, write: Callable[[], Awaitable[Alias]]) -> Meaning:
    """What the name of an alias would mean by a write; `write` makes it in `tx`. Nothing stays. Raises what `write` raises."""
    async with undone(tx):
        name = (await write()).name
        after = await _meaning(tx, name)
    return Meaning(name, await _meaning(tx, name), after)


async def _meaning(tx: Tx, name: str) -> tuple[str, ...]:
    names = index(await store.active(tx), await store_aliases.load(tx))
    return tuple(sorted(model.slug for model in resolve(name, names)))


async def _locked_model(tx: Tx, model_id: UUID) -> Model:
    model = await store.get(tx, model_id, lock=True)
    if model is None:
        raise model_not_found()
    return model


async def _audited_as_is(tx: Tx, alias: Alias) -> dict[str, Any]:
    model = await store.get(tx, alias.model_id)
    if model is None:
        raise RuntimeError("an alias cannot be without its model")
    return _audited(alias.name, model)


def _audited(name: str, model: Model) -> dict[str, Any]:
    return {"name": name, "model": model.slug}


async def _note(
    tx: Tx,
    actor: Actor,
    verb: str,
    alias_id: UUID,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    await note(tx, actor, action=f"alias.{verb}", target_kind="alias", target_id=alias_id, before=before, after=after)
