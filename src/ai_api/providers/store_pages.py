"""Pages of provider keys and of routes, as lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, or_, select, tuple_

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.page import Page, encode_cursor, instant_in, place_in
from ai_api.providers.rules import ProviderKey, Route
from ai_api.providers.store import key_of, route_of
from ai_api.providers.tables import provider_keys, routes

_TIMES: Final = frozenset({"created_at"})
_NUMBERS: Final = frozenset({"priority"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFilter:
    """Which provider keys a list shows; None leaves a filter out. `q` looks in names, providers and base URLs."""

    q: str | None = None
    provider: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFilter:
    """Which routes a list shows; None leaves a filter out. `q` looks in upstream model names."""

    q: str | None = None
    model_id: UUID | None = None
    provider_key_id: UUID | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class _Order:
    """A sort order that a list offers: the table, the sorted column and its name, and which way round."""

    table: Table
    field: str
    column: ColumnElement[Any]
    descending: bool


async def page_keys(tx: Tx, wanted: KeyFilter, *, sort: str, limit: int, cursor: str | None) -> Page[ProviderKey]:
    """One page of provider keys, by `name`, `provider` or `created_at`. Raises Refusal `bad_sort`, `bad_cursor`."""
    columns = provider_keys.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.q:
        seen = (columns.name, columns.provider, columns.base_url)
        conditions.append(or_(*(column.icontains(wanted.q, autoescape=True) for column in seen)))
    if wanted.provider is not None:
        conditions.append(columns.provider == wanted.provider)
    if wanted.status is not None:
        conditions.append(columns.status == wanted.status)
    order = _order(provider_keys, sort, ("name", "provider", "created_at"))
    rows, following = await _page(tx, order, conditions, limit=limit, cursor=cursor)
    return Page([key_of(row) for row in rows], following)


async def page_routes(tx: Tx, wanted: RouteFilter, *, sort: str, limit: int, cursor: str | None) -> Page[Route]:
    """One page of routes, by `priority`, `upstream_model` or `created_at`. Raises Refusal `bad_sort`, `bad_cursor`."""
    columns = routes.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.q:
        conditions.append(columns.upstream_model.icontains(wanted.q, autoescape=True))
    if wanted.model_id is not None:
        conditions.append(columns.model_id == wanted.model_id)
    if wanted.provider_key_id is not None:
        conditions.append(columns.provider_key_id == wanted.provider_key_id)
    if wanted.status is not None:
        conditions.append(columns.status == wanted.status)
    order = _order(routes, sort, ("priority", "upstream_model", "created_at"))
    rows, following = await _page(tx, order, conditions, limit=limit, cursor=cursor)
    return Page([route_of(row) for row in rows], following)


def _order(table: Table, sort: str, offered: tuple[str, ...]) -> _Order:
    field = sort.removeprefix("-")
    if field not in offered:
        message = f"This list can be sorted by {', '.join(offered)}, each with a dash before it to turn it around."
        raise Refusal("bad_sort", "invalid", message, param="sort")
    return _Order(table, field, table.c[field], sort.startswith("-"))


async def _page(
    tx: Tx, order: _Order, conditions: list[ColumnElement[bool]], *, limit: int, cursor: str | None
) -> tuple[list[Row[Any]], str | None]:
    """Rows of one page and the cursor of the next: keyset over the sorted column and the id."""
    identifier = order.table.c.id
    query = select(order.table).where(*conditions)
    if cursor is not None:
        key = tuple_(order.column, identifier)
        place = place_in(cursor, order.field, partial(_sort_value, order.field))
        edge = tuple_(*place, types=[order.column.type, identifier.type])
        query = query.where(key < edge if order.descending else key > edge)
    by = (order.column.desc(), identifier.desc()) if order.descending else (order.column, identifier)
    rows = (await tx.execute(query.order_by(*by).limit(limit + 1))).all()
    shown = list(rows[:limit])
    if len(rows) <= limit:
        return shown, None
    value = getattr(shown[-1], order.field)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return shown, encode_cursor(order.field, text, str(shown[-1].id))


def _sort_value(field: str, text: str) -> datetime | int | str:
    """A sort value as its column takes it. Raises ValueError for what the column could not hold."""
    if field in _TIMES:
        return instant_in(text)
    if field in _NUMBERS:
        number = int(text)
        if abs(number) >= 2**31:
            raise ValueError("the number does not fit its column")
        return number
    return text
