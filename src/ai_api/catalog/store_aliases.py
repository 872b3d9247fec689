"""Every query on aliases, and the lock under which names are given out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from ai_api.catalog.rules import Alias
from ai_api.catalog.tables import aliases, models
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.page import Page, encode_cursor, instant_in, place_in

_NAMES_LOCK: Final = 0x6E616D6573
"""Any number that no other advisory lock uses; this one spells "names"."""
_SORTS: Final[Mapping[str, ColumnElement[Any]]] = {"name": aliases.c.name, "created_at": aliases.c.created_at}


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasFilter:
    """Which aliases a list shows; None leaves a filter out. `q` looks in names."""

    q: str | None = None
    model_id: UUID | None = None


async def lock_names(tx: Tx) -> None:
    """Nobody else gives out a slug or an alias until the transaction ends: two tables cannot share one unique constraint.

    Taken after the lock of a model, and before anything is read that decides whether a name is free.
    """
    await tx.execute(select(func.pg_advisory_xact_lock(_NAMES_LOCK)))


async def load(tx: Tx) -> list[Alias]:
    """All aliases of models that are not archived, by name."""
    active = select(aliases).join(models).where(models.c.status == "active").order_by(aliases.c.name)
    return [Alias(**row) for row in (await tx.execute(active)).mappings()]


async def get(tx: Tx, alias_id: UUID, *, lock: bool = False) -> Alias | None:
    """One alias; locked against other changes of it until the transaction ends, when `lock`."""
    query = select(aliases).where(aliases.c.id == alias_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return None if row is None else Alias(**row)


async def find(tx: Tx, name: str) -> Alias | None:
    """The alias of exactly this name, also of an archived model."""
    row = (await tx.execute(select(aliases).where(aliases.c.name == name))).mappings().one_or_none()
    return None if row is None else Alias(**row)


async def names_of(tx: Tx, model_id: UUID) -> list[str]:
    """The aliases of one model, in order."""
    query = select(aliases.c.name).where(aliases.c.model_id == model_id).order_by(aliases.c.name)
    return list((await tx.execute(query)).scalars())


async def page(tx: Tx, wanted: AliasFilter, *, sort: str, limit: int, cursor: str | None) -> Page[Alias]:
    """One page of aliases. Raises Refusal `bad_sort`, `bad_cursor`."""
    descending = sort.startswith("-")
    field = sort.removeprefix("-")
    column = _SORTS.get(field)
    if column is None:
        message = f"Aliases can be sorted by {', '.join(sorted(_SORTS))}, each with a dash before it to turn it around."
        raise Refusal("bad_sort", "invalid", message, param="sort")
    query = select(aliases)
    if wanted.q:
        query = query.where(aliases.c.name.icontains(wanted.q, autoescape=True))
    if wanted.model_id is not None:
        query = query.where(aliases.c.model_id == wanted.model_id)
    key = tuple_(column, aliases.c.id)
    if cursor is not None:
        edge = tuple_(*place_in(cursor, field, partial(_sort_value, field)), types=[column.type, aliases.c.id.type])
        query = query.where(key < edge if descending else key > edge)
    order = (column.desc(), aliases.c.id.desc()) if descending else (column, aliases.c.id)
    rows = (await tx.execute(query.order_by(*order).limit(limit + 1))).mappings().all()
    shown = [Alias(**row) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(shown, None)
    last = shown[-1]
    return Page(
        shown, encode_cursor(field, last.name if field == "name" else last.created_at.isoformat(), str(last.id))
    )


async def add(tx: Tx, name: str, model_id: UUID, *, alias_id: UUID) -> bool:
    """Adds an alias; False when another has the name."""
    try:
        async with tx.begin_nested():
            await tx.execute(insert(aliases).values(id=alias_id, name=name, model_id=model_id))
    except IntegrityError as error:
        if "uq_aliases_name" in str(error.orig):
            return False
        raise
    return True


async def move(tx: Tx, alias_id: UUID, model_id: UUID) -> None:
    """Makes an alias name another model."""
    values = {"model_id": model_id, "updated_at": func.now()}
    await tx.execute(update(aliases).where(aliases.c.id == alias_id).values(**values))


async def remove(tx: Tx, alias_id: UUID) -> None:
    """Deletes an alias."""
    await tx.execute(delete(aliases).where(aliases.c.id == alias_id))


def _sort_value(field: str, text: str) -> datetime | str:
    return text if field == "name" else instant_in(text)
