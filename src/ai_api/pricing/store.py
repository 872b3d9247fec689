"""Every query on price versions. There is no update and no delete: what a call was billed by stays readable."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import Page, bad_cursor, decode_cursor, encode_cursor, instant_in
from ai_api.pricing.document import prices_from_json, prices_to_json
from ai_api.pricing.in_force import PriceVersion
from ai_api.pricing.rules import Prices
from ai_api.pricing.tables import price_versions

_SORTS = ("-in_force_from", "in_force_from")


async def all_versions(tx: Tx) -> list[PriceVersion]:
    """All versions of all models, by model and moment."""
    order = (price_versions.c.model_id, price_versions.c.in_force_from)
    return [_version(row) for row in await tx.execute(select(price_versions).order_by(*order))]


async def page(tx: Tx, *, model_id: UUID | None, sort: str, limit: int, cursor: str | None) -> Page[PriceVersion]:
    """One page of price versions, by `in_force_from`. Raises Refusal `bad_sort`, `bad_cursor`."""
    if sort not in _SORTS:
        message = "Prices can be sorted by in_force_from, with a dash before it to turn it around."
        raise Refusal("bad_sort", "invalid", message, param="sort")
    descending = sort.startswith("-")
    moment, identifier = price_versions.c.in_force_from, price_versions.c.id
    query = select(price_versions)
    if model_id is not None:
        query = query.where(price_versions.c.model_id == model_id)
    if cursor is not None:
        key = tuple_(moment, identifier)
        edge = tuple_(*_place(cursor), types=[moment.type, identifier.type])
        query = query.where(key < edge if descending else key > edge)
    order = (moment.desc(), identifier.desc()) if descending else (moment, identifier)
    rows = (await tx.execute(query.order_by(*order).limit(limit + 1))).all()
    shown = [_version(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(shown, None)
    return Page(shown, encode_cursor(shown[-1].in_force_from.isoformat(), str(shown[-1].id)))


async def latest_by(tx: Tx, model_id: UUID, moment: datetime) -> datetime | None:
    """When the version that applies at `moment` began; None when there is none."""
    begun = (price_versions.c.model_id == model_id, price_versions.c.in_force_from <= moment)
    latest: datetime | None = (
        await tx.execute(select(func.max(price_versions.c.in_force_from)).where(*begun))
    ).scalar_one()
    return latest


async def in_force_at(tx: Tx, model_id: UUID, moment: datetime) -> PriceVersion | None:
    """The version that applies at `moment`; None when there is none."""
    begun = (price_versions.c.model_id == model_id, price_versions.c.in_force_from <= moment)
    latest_first = price_versions.c.in_force_from.desc()
    row = (await tx.execute(select(price_versions).where(*begun).order_by(latest_first).limit(1))).one_or_none()
    return None if row is None else _version(row)


async def in_force_of(tx: Tx, model_ids: Collection[UUID], moment: datetime) -> list[PriceVersion]:
    """The versions that apply at `moment`, one for each of these models that has one. One statement."""
    statement = (
        select(price_versions)
        .ext(distinct_on(price_versions.c.model_id))
        .where(price_versions.c.model_id.in_(model_ids), price_versions.c.in_force_from <= moment)
        .order_by(price_versions.c.model_id, price_versions.c.in_force_from.desc())
    )
    return [_version(row) for row in await tx.execute(statement)]


async def add(tx: Tx, model_id: UUID, *, in_force_from: datetime, prices: Prices, source: str) -> PriceVersion | None:
    """A new version; None when the model already has one from exactly that moment on."""
    statement = (
        insert(price_versions)
        .values(
            id=uuid7(),
            model_id=model_id,
            in_force_from=in_force_from,
            prices=prices_to_json(prices),
            source=source,
        )
        .on_conflict_do_nothing(index_elements=["model_id", "in_force_from"])
        .returning(*price_versions.c)
    )
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else _version(row)


def _place(cursor: str) -> tuple[datetime, UUID]:
    text, last_id = decode_cursor(cursor, 2)
    try:
        return instant_in(text), UUID(last_id)
    except ValueError:
        raise bad_cursor() from None


def _version(row: Row[Any]) -> PriceVersion:
    return PriceVersion(
        id=row.id,
        model_id=row.model_id,
        in_force_from=row.in_force_from,
        prices=prices_from_json(row.prices),
        source=row.source,
        created_at=row.created_at,
    )
