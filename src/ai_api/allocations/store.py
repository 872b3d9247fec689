"""Every query about allocations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, select, update
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
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which allocations a list shows; None does not filter."""

    member_id: UUID | None = None
    model_id: UUID | None = None
    state: str | None = None


async def add(tx: Tx, *, allocation_id: UUID, member_id: UUID, model_id: UUID) -> str | None:
    """Inserts an active allocation. None on success, else the name of the constraint that refused it; `tx` stays usable."""
    try:
        async with tx.begin_nested():
            await tx.execute(insert(allocations).values(id=allocation_id, member_id=member_id, model_id=model_id))
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
        if name is None:
            raise
        return str(name)
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


async def touch(tx: Tx, allocation_id: UUID) -> None:
    """Moves `updated_at`, because something that belongs to the allocation changed."""
    await tx.execute(update(allocations).where(allocations.c.id == allocation_id).values(updated_at=func.now()))


async def of_member(tx: Tx, member_id: UUID, allocation_ids: Sequence[UUID]) -> list[Allocation]:
    """Those of the given allocations that belong to the member."""
    rows = await tx.execute(
        select(*_COLUMNS).where(allocations.c.member_id == member_id, allocations.c.id.in_(allocation_ids))
    )
    return [Allocation(*row) for row in rows]


async def page(tx: Tx, filters: Filters, *, newest_first: bool, after: UUID | None, limit: int) -> list[Allocation]:
    """Up to `limit` allocations in the order they were granted, from behind the one called `after`."""
    statement: Select[Any] = select(*_COLUMNS).limit(limit)
    for name in ("member_id", "model_id", "state"):
        value = getattr(filters, name)
        if value is not None:
            statement = statement.where(allocations.c[name] == value)
    if newest_first:
        statement = statement.order_by(allocations.c.id.desc())
        if after is not None:
            statement = statement.where(allocations.c.id < after)
    else:
        statement = statement.order_by(allocations.c.id)
        if after is not None:
            statement = statement.where(allocations.c.id > after)
    return [Allocation(*row) for row in await tx.execute(statement)]


def _one(row: Any) -> Allocation | None:
    return None if row is None else Allocation(*row)
