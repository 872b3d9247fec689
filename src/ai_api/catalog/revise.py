"""Changing a model: what it says of itself, and whether it is offered. Its slug stays: callers have written it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.catalog import store
from ai_api.catalog.rules import (
    Model,
    Status,
    audited,
    check_capabilities,
    check_operations,
    check_texts,
    check_tokens,
    model_not_found,
)
from ai_api.core.db import Tx, bump_world


class Changes(TypedDict, total=False):
    """The fields to store; one that is absent stays as it is, None means unknown."""

    display_name: str
    description: str
    operations: frozenset[str]
    context_tokens: int | None
    output_tokens_max: int | None
    hidden_reasoning: bool
    capabilities: Mapping[str, bool]
    claimable: bool
    default_limits: Sequence[Mapping[str, Any]]


async def revise(tx: Tx, actor: Actor, model_id: UUID, **changes: Unpack[Changes]) -> Model:
    """The model with the given fields stored.

    Raises Refusal `model_not_found`, and those of `publish` for a field that cannot be stored.
    """
    before = await _locked(tx, model_id)
    check_texts(changes.get("display_name", before.display_name), changes.get("description", before.description))
    values: dict[str, object] = dict(changes)
    if "operations" in changes:
        values["operations"] = sorted(check_operations(changes["operations"]))
    if "context_tokens" in changes:
        check_tokens("context_tokens", changes["context_tokens"])
    if "output_tokens_max" in changes:
        check_tokens("output_tokens_max", changes["output_tokens_max"])
    if "capabilities" in changes:
        values["capabilities"] = dict(check_capabilities(changes["capabilities"]))
    if "default_limits" in changes:
        values["default_limits"] = [dict(each) for each in changes["default_limits"]]
    return await _store(tx, actor, before, "model.change", values)


async def archive(tx: Tx, actor: Actor, model_id: UUID) -> Model:
    """The model, no longer offered to anybody; its allocations, routes, prices and records stay. Again: no change.

    Raises Refusal `model_not_found`.
    """
    return await _set_status(tx, actor, model_id, "archived")


async def unarchive(tx: Tx, actor: Actor, model_id: UUID) -> Model:
    """The model, offered again to those who may see it. Again: no change. Raises Refusal `model_not_found`."""
    return await _set_status(tx, actor, model_id, "active")


async def _set_status(tx: Tx, actor: Actor, model_id: UUID, status: Status) -> Model:
    before = await _locked(tx, model_id)
    if before.status == status:
        return before
    action = "model.archive" if status == "archived" else "model.unarchive"
    return await _store(tx, actor, before, action, {"status": status})


async def _store(tx: Tx, actor: Actor, before: Model, action: str, values: Mapping[str, object]) -> Model:
    await store.change(tx, before.id, values)
    after = await _locked(tx, before.id)
    await note(
        tx,
        actor,
        action=action,
        target_kind="model",
        target_id=before.id,
        before=audited(before),
        after=audited(after),
    )
    await bump_world(tx)
    return after


async def _locked(tx: Tx, model_id: UUID) -> Model:
    model = await store.get(tx, model_id, lock=True)
    if model is None:
        raise model_not_found()
    return model
