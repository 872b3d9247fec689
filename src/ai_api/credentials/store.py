"""Every query about credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx
from ai_api.credentials.rules import Credential, State
from ai_api.credentials.tables import credential_allocations, credentials

_SCOPE = (
    select(
        func.array_agg(
            aggregate_order_by(credential_allocations.c.allocation_id, credential_allocations.c.allocation_id),
            type_=ARRAY(Uuid),
        )
    )
    .where(credential_allocations.c.credential_id == credentials.c.id)
    .scalar_subquery()
    .label("scope")
)
_CREDENTIAL: Select[Any] = select(
    credentials.c.id,
    credentials.c.public_id,
    credentials.c.member_id,
    credentials.c.name,
    credentials.c.display,
    credentials.c.all_allocations,
    _SCOPE,
    credentials.c.expires_at,
    credentials.c.source_networks,
    credentials.c.paused_at,
    credentials.c.paused_by,
    credentials.c.revoked_at,
    credentials.c.created_at,
    credentials.c.updated_at,
)
SORTS: Final[Mapping[str, ColumnElement[Any]]] = {
    "created_at": credentials.c.created_at,
    "name": credentials.c.name,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which credentials a list shows; None does not filter. `q` looks in names, public ids and what is shown of the secret."""

    q: str | None = None
    member_id: UUID | None = None
    state: State | None = None


async def add(tx: Tx, credential: Credential, *, secret_hash: bytes) -> None:
    """Inserts a credential and its scope."""
    await tx.execute(
        insert(credentials).values(
            id=credential.id,
            public_id=credential.public_id,
            member_id=credential.member_id,
            name=credential.name,
            secret_hash=secret_hash,
            display=credential.display,
            all_allocations=credential.allocation_ids is None,
            expires_at=credential.expires_at,
            source_networks=credential.source_networks,
            paused_at=credential.paused_at,
            paused_by=credential.paused_by,
            created_at=credential.created_at,
            updated_at=credential.updated_at,
        )
    )
    await _add_scope(tx, credential.id, credential.allocation_ids or ())


async def renew(tx: Tx, credential: Credential, *, secret_hash: bytes) -> None:
    """Stores a new secret of a credential, and its new time of life."""
    values = {
        "secret_hash": secret_hash,
        "display": credential.display,
        "expires_at": credential.expires_at,
        "created_at": credential.created_at,
    }
    await change(tx, credential.id, values, at=credential.updated_at)


async def get(tx: Tx, credential_id: UUID) -> Credential | None:
    """One credential."""
    return _one((await tx.execute(_CREDENTIAL.where(credentials.c.id == credential_id))).one_or_none())


async def lock(tx: Tx, credential_id: UUID) -> Credential | None:
    """One credential, locked against other changes until the transaction ends."""
    await tx.execute(select(credentials.c.id).where(credentials.c.id == credential_id).with_for_update(key_share=True))
    return await get(tx, credential_id)


async def id_of_public(tx: Tx, public_id: str) -> UUID | None:
    """The id behind a public id."""
    found: UUID | None = await tx.scalar(select(credentials.c.id).where(credentials.c.public_id == public_id))
    return found


async def change(tx: Tx, credential_id: UUID, values: Mapping[str, Any], *, at: datetime) -> None:
    """Stores new values of a credential's columns."""
    await tx.execute(update(credentials).where(credentials.c.id == credential_id).values(**values, updated_at=at))


async def change_scope(tx: Tx, credential_id: UUID, allocation_ids: Sequence[UUID] | None, *, at: datetime) -> None:
    """Replaces the scope; None is all of the member's allocations."""
    await tx.execute(delete(credential_allocations).where(credential_allocations.c.credential_id == credential_id))
    await _add_scope(tx, credential_id, allocation_ids or ())
    await change(tx, credential_id, {"all_allocations": allocation_ids is None}, at=at)


async def page(
    tx: Tx, filters: Filters, *, sort: str, after: tuple[Any, UUID] | None, limit: int, at: datetime
) -> list[Credential]:
    """Up to `limit` credentials in the order of `sort`, from behind the sort value and id `after`; states are those of `at`."""
    descending = sort.startswith("-")
    column = SORTS[sort.removeprefix("-")]
    query = _CREDENTIAL.where(*_conditions(filters, at)).limit(limit)
    if after is not None:
        key = tuple_(column, credentials.c.id)
        edge = tuple_(*after, types=[column.type, credentials.c.id.type])
        query = query.where(key < edge if descending else key > edge)
    order = (column.desc(), credentials.c.id.desc()) if descending else (column, credentials.c.id)
    return [_credential(row) for row in await tx.execute(query.order_by(*order))]


async def count(tx: Tx, filters: Filters, *, at: datetime) -> int:
    """How many credentials fit; states are those of `at`."""
    statement = select(func.count()).select_from(credentials).where(*_conditions(filters, at))
    return int((await tx.execute(statement)).scalar_one())


def _conditions(filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.q:
        columns = (credentials.c.name, credentials.c.public_id, credentials.c.display)
        conditions.append(or_(*(column.icontains(filters.q, autoescape=True) for column in columns)))
    if filters.member_id is not None:
        conditions.append(credentials.c.member_id == filters.member_id)
    if filters.state is not None:
        conditions.append(_is_in(filters.state, at))
    return conditions


def _is_in(state: State, at: datetime) -> ColumnElement[bool]:
    """The same order of precedence as `Credential.state`."""
    unrevoked = credentials.c.revoked_at.is_(None)
    unexpired = or_(credentials.c.expires_at.is_(None), credentials.c.expires_at > at)
    match state:
        case "revoked":
            return credentials.c.revoked_at.is_not(None)
        case "expired":
            return unrevoked & (credentials.c.expires_at <= at)
        case "paused":
            return unrevoked & unexpired & credentials.c.paused_at.is_not(None)
        case "active":
            return unrevoked & unexpired & credentials.c.paused_at.is_(None)


async def _add_scope(tx: Tx, credential_id: UUID, allocation_ids: Sequence[UUID]) -> None:
    if allocation_ids:
        rows = [{"credential_id": credential_id, "allocation_id": one} for one in sorted(allocation_ids)]
        await tx.execute(insert(credential_allocations), rows)


def _one(row: Row[Any] | None) -> Credential | None:
    return None if row is None else _credential(row)


def _credential(row: Row[Any]) -> Credential:
    return Credential(
        id=row.id,
        public_id=row.public_id,
        member_id=row.member_id,
        name=row.name,
        display=row.display,
        allocation_ids=None if row.all_allocations else tuple(row.scope or ()),
        expires_at=row.expires_at,
        source_networks=None if row.source_networks is None else tuple(row.source_networks),
        paused_at=row.paused_at,
        paused_by=row.paused_by,
        revoked_at=row.revoked_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
