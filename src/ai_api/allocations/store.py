"""Every query about allocations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, not_, select, text, update
from sqlalchemy.exc import IntegrityError

from ai_api.allocations.rules import Allocation, Standing
from ai_api.allocations.tables import allocations
from ai_api.core.db import Tx

_COLUMNS = (
    allocations.c.id,
    allocations.c.member_id,
    allocations.c.model_id,
    allocations.c.state,
    allocations.c.state_reason,
    allocations.c.paused_by,
    allocations.c.funded_by,
    allocations.c.created_at,
    allocations.c.updated_at,
    allocations.c.unlocked_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which allocations a list shows; None does not filter."""

    member_id: UUID | None = None
    model_id: UUID | None = None
    model_ids: Collection[UUID] | None = None
    state: str | None = None
    claim_locked: bool | None = None
    tag_id: UUID | None = None
    """A tag that applies to the member: given to them, or everyone's."""


# The members are gathered once, not looked up for each allocation.
_WITH_TAG = text("""(
    allocations.member_id IN (SELECT given.member_id FROM member_tags given WHERE given.tag_id = :tag_id)
    OR (SELECT tags.everyone FROM tags WHERE tags.id = :tag_id)
)""")


async def add(tx: Tx, *, allocation_id: UUID, member_id: UUID, model_id: UUID) -> str | None:
    """Inserts an active allocation. None on success, else the name of the constraint that refused it; `tx` stays usable."""
    try:
        async with tx.begin_nested():
            await tx.execute(insert(allocations).values(id=allocation_id, member_id=member_id, model_id=model_id))
    except IntegrityError as error:
        return _constraint(error)
    return None


async def get(tx: Tx, allocation_id: UUID) -> Allocation | None:
    """One allocation."""
    return _one((await tx.execute(select(*_COLUMNS).where(allocations.c.id == allocation_id))).one_or_none())


async def lock(tx: Tx, allocation_id: UUID) -> Allocation | None:
    """One allocation, locked against other changes until the transaction ends."""
    statement = select(*_COLUMNS).where(allocations.c.id == allocation_id).with_for_update(key_share=True)
    return _one((await tx.execute(statement)).one_or_none())


async def set_standing(tx: Tx, allocation_id: UUID, standing: Standing, *, reason: str) -> None:
    """Writes a new state with its reason."""
    await tx.execute(
        update(allocations)
        .where(allocations.c.id == allocation_id)
        .values(state=standing.state, paused_by=standing.paused_by, state_reason=reason, updated_at=func.now())
    )


async def lock_of_pair(tx: Tx, member_id: UUID, model_id: UUID) -> list[Allocation]:
    """All allocations that the member has or had of the model, the oldest first, locked against other changes."""
    rows = await tx.execute(_of_pair(member_id, model_id).with_for_update(key_share=True))
    return [Allocation(*row) for row in rows]


async def of_pair(tx: Tx, member_id: UUID, model_id: UUID) -> list[Allocation]:
    """All allocations that the member has or had of the model, the oldest first."""
    return [Allocation(*row) for row in await tx.execute(_of_pair(member_id, model_id))]


async def of_models(tx: Tx, member_id: UUID, model_ids: Collection[UUID]) -> list[Allocation]:
    """All allocations that the member has or had of these models, the oldest first."""
    of = (allocations.c.member_id == member_id, allocations.c.model_id.in_(model_ids))
    statement: Select[Any] = select(*_COLUMNS).where(*of)
    return [Allocation(*row) for row in await tx.execute(statement.order_by(allocations.c.id))]


async def revive(tx: Tx, allocation_id: UUID) -> str | None:
    """Makes a revoked allocation active again. None on success, else the name of the constraint that refused it."""
    values = {"state": "active", "paused_by": None, "state_reason": "", "unlocked_at": None, "updated_at": func.now()}
    try:
        async with tx.begin_nested():
            await tx.execute(update(allocations).where(allocations.c.id == allocation_id).values(**values))
    except IntegrityError as error:
        return _constraint(error)
    return None


async def unlock(tx: Tx, member_id: UUID, model_id: UUID, *, at: datetime) -> None:
    """Takes the lock off a model for a member: off all revoked allocations of the two."""
    locked = (allocations.c.state == "revoked", allocations.c.unlocked_at.is_(None))
    of = (allocations.c.member_id == member_id, allocations.c.model_id == model_id)
    await tx.execute(update(allocations).where(*of, *locked).values(unlocked_at=at, updated_at=func.now()))


async def touch(tx: Tx, allocation_id: UUID) -> None:
    """Moves `updated_at`, because something that belongs to the allocation changed."""
    await tx.execute(update(allocations).where(allocations.c.id == allocation_id).values(updated_at=func.now()))


async def of_member(tx: Tx, member_id: UUID, allocation_ids: Sequence[UUID]) -> list[Allocation]:
    """Those of the given allocations that belong to the member."""
    of = (allocations.c.member_id == member_id, allocations.c.id.in_(allocation_ids))
    statement: Select[Any] = select(*_COLUMNS).where(*of)
    return [Allocation(*row) for row in await tx.execute(statement)]


async def page(tx: Tx, filters: Filters, *, newest_first: bool, after: UUID | None, limit: int) -> list[Allocation]:
    """Up to `limit` allocations in the order they were granted, from behind the one called `after`."""
    statement: Select[Any] = select(*_COLUMNS).limit(limit)
    for name in ("member_id", "model_id", "state"):
        value = getattr(filters, name)
        if value is not None:
            statement = statement.where(allocations.c[name] == value)
    if filters.model_ids is not None:
        statement = statement.where(allocations.c.model_id.in_(filters.model_ids))
    if filters.claim_locked is not None:
        is_locked = (allocations.c.state == "revoked") & allocations.c.unlocked_at.is_(None)
        statement = statement.where(is_locked if filters.claim_locked else not_(is_locked))
    if filters.tag_id is not None:
        statement = statement.where(_WITH_TAG.bindparams(tag_id=filters.tag_id))
    if newest_first:
        statement = statement.order_by(allocations.c.id.desc())
        if after is not None:
            statement = statement.where(allocations.c.id < after)
    else:
        statement = statement.order_by(allocations.c.id)
        if after is not None:
            statement = statement.where(allocations.c.id > after)
    return [Allocation(*row) for row in await tx.execute(statement)]


def _of_pair(member_id: UUID, model_id: UUID) -> Select[Any]:
    of = (allocations.c.member_id == member_id, allocations.c.model_id == model_id)
    return select(*_COLUMNS).where(*of).order_by(allocations.c.id)


def _constraint(error: IntegrityError) -> str:
    """The name of the constraint that refused a row. Raises the error where it does not say."""
    name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
    if name is None:
        raise error
    return str(name)


def _one(row: Any) -> Allocation | None:
    return None if row is None else Allocation(*row)
