"""Every query about members."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.exc import IntegrityError

from ai_api.core.db import Tx, new_epoch
from ai_api.core.errors import Refusal
from ai_api.identity.rules import Draft, Filters, Member, MemberOrder, PasswordHolder
from ai_api.identity.tables import member_tags, members, tags

_IN_USE = {"23001", "23503"}  # restrict_violation (Postgres 18) and foreign_key_violation (before)
_FIRST_OWNER_LOCK = 0x61695F6669727374  # "ai_first"

MEMBER_COLUMNS: Final = (
    members.c.id,
    members.c.kind,
    members.c.identity,
    members.c.identifier,
    members.c.display_name,
    members.c.role,
    members.c.status,
    members.c.responsible_member_id,
    members.c.created_at,
    members.c.updated_at,
)
# Each is unique and has an index.
_ORDERS: Final[Mapping[MemberOrder, ColumnElement[Any]]] = {
    "id": members.c.id,
    "identifier": func.lower(members.c.identifier),
}
_RESPONSIBLE = members.alias("responsible")
_UNANSWERED = and_(
    members.c.kind == "service",
    members.c.status == "active",
    exists().where(_RESPONSIBLE.c.id == members.c.responsible_member_id, _RESPONSIBLE.c.status != "active"),
)
_ACTIVE_OWNER = and_(members.c.role == "owner", members.c.status == "active", members.c.kind == "person")


async def insert_member(
    tx: Tx, draft: Draft, *, member_id: UUID, password_hash: str | None, now: datetime
) -> Member | None:
    """Adds a member; None when the identifier is taken, in whatever case."""
    statement = (
        insert_or(members)
        .values(
            id=member_id,
            kind=draft.kind,
            identity=draft.identity,
            identifier=draft.identifier,
            display_name=draft.display_name,
            role=draft.role,
            responsible_member_id=draft.responsible_member_id,
            password_hash=password_hash,
            epoch=new_epoch(),
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing(index_elements=[text("lower(identifier)")])
        .returning(*MEMBER_COLUMNS)
    )
    row = (await tx.execute(statement)).mappings().one_or_none()
    return None if row is None else Member(**row)


async def find_member(tx: Tx, member_id: UUID) -> Member | None:
    """A member by id."""
    row = (await tx.execute(select(*MEMBER_COLUMNS).where(members.c.id == member_id))).mappings().one_or_none()
    return None if row is None else Member(**row)


async def find_member_by_identifier(tx: Tx, identifier: str) -> Member | None:
    """A member by identifier, in whatever case."""
    statement = select(*MEMBER_COLUMNS).where(func.lower(members.c.identifier) == func.lower(identifier))
    row = (await tx.execute(statement)).mappings().one_or_none()
    return None if row is None else Member(**row)


async def find_password(tx: Tx, identifier: str) -> PasswordHolder | None:
    """A member by identifier, in whatever case, with the hash of their password."""
    statement = select(*MEMBER_COLUMNS, members.c.password_hash).where(
        func.lower(members.c.identifier) == func.lower(identifier)
    )
    row = (await tx.execute(statement)).mappings().one_or_none()
    return None if row is None else _holder(row)


async def lock_password(tx: Tx, member_id: UUID) -> PasswordHolder | None:
    """A member with the hash of their password, locked."""
    statement = select(*MEMBER_COLUMNS, members.c.password_hash).where(members.c.id == member_id)
    row = (await tx.execute(statement.with_for_update(key_share=True))).mappings().one_or_none()
    return None if row is None else _holder(row)


def _holder(row: Mapping[Any, Any]) -> PasswordHolder:
    return PasswordHolder(Member(**{column.name: row[column.name] for column in MEMBER_COLUMNS}), row["password_hash"])


async def set_password_hash(tx: Tx, member_id: UUID, password_hash: str) -> None:
    """Keeps another hash of the same password."""
    await tx.execute(update(members).where(members.c.id == member_id).values(password_hash=password_hash))


async def has_password(tx: Tx, member_id: UUID) -> bool:
    """Whether a member that is there has a password."""
    statement = select(members.c.password_hash.is_not(None)).where(members.c.id == member_id)
    return bool((await tx.execute(statement)).scalar_one())


async def list_members(
    tx: Tx, *, filters: Filters, by: MemberOrder, descending: bool, after: UUID | str | None, limit: int
) -> list[tuple[str, Member]]:
    """At most `limit` members that fit, each with the text of what it is sorted by; those behind `after`."""
    key = _ORDERS[by]
    statement = select(*MEMBER_COLUMNS, key.label("sorted_by")).where(*fitting(filters))
    if after is not None:
        statement = statement.where(key < after if descending else key > after)
    statement = statement.order_by(key.desc() if descending else key).limit(limit)
    found = []
    for row in (await tx.execute(statement)).mappings():
        fields = dict(row)
        found.append((str(fields.pop("sorted_by")), Member(**fields)))
    return found


def fitting(filters: Filters) -> list[ColumnElement[bool]]:
    """What the filters ask of a member."""
    found: list[ColumnElement[bool]] = [
        members.c[name] == value
        for name, value in (
            ("kind", filters.kind),
            ("role", filters.role),
            ("status", filters.status),
            ("identity", filters.identity),
            ("responsible_member_id", filters.responsible_member_id),
        )
        if value is not None
    ]
    if filters.ids is not None:
        found.append(members.c.id.in_(filters.ids))
    if filters.tag_id is not None:
        found.append(_with_tag(filters.tag_id))
    if filters.unanswered is not None:
        found.append(_UNANSWERED if filters.unanswered else not_(_UNANSWERED))
    if filters.q is not None:
        found.append(
            or_(
                members.c.identifier.icontains(filters.q, autoescape=True),
                members.c.display_name.icontains(filters.q, autoescape=True),
            )
        )
    return found


def _with_tag(tag_id: UUID) -> ColumnElement[bool]:
    given = exists().where(member_tags.c.member_id == members.c.id, member_tags.c.tag_id == tag_id)
    return or_(given, exists(select(tags.c.id).where(tags.c.id == tag_id, tags.c.everyone)))


async def lock_members(tx: Tx, ids: Collection[UUID], *, and_active_owners: bool = False) -> dict[UUID, Member]:
    """These members (and every active owner), locked in id order in one statement, so that two who lock never deadlock."""
    wanted: ColumnElement[bool] = members.c.id.in_(ids)
    if and_active_owners:
        wanted = or_(wanted, _ACTIVE_OWNER)
    statement = select(*MEMBER_COLUMNS).where(wanted).order_by(members.c.id).with_for_update(key_share=True)
    return {row["id"]: Member(**row) for row in (await tx.execute(statement)).mappings()}


async def update_member(tx: Tx, member_id: UUID, values: Mapping[str, Any], *, now: datetime) -> Member:
    """Changes fields of a member that is there."""
    statement = (
        update(members).where(members.c.id == member_id).values(**values, updated_at=now).returning(*MEMBER_COLUMNS)
    )
    return Member(**(await tx.execute(statement)).mappings().one())


async def delete_member(tx: Tx, member_id: UUID) -> None:
    """Deletes a member nothing refers to. Raises Refusal `in_use`, naming what does."""
    try:
        await tx.execute(delete(members).where(members.c.id == member_id))
    except IntegrityError as error:
        cause = error.orig.__cause__ if error.orig is not None else None
        if getattr(cause, "sqlstate", None) not in _IN_USE:
            raise
        table = getattr(cause, "table_name", None) or "something"
        what = "service accounts" if table == "members" else table
        message = f"The member still has {what}. Disable the member instead: that stops everything at once."
        raise Refusal("in_use", "conflict", message, details={"in_use_by": table}) from error


async def services_of(tx: Tx, responsible_member_id: UUID) -> list[Member]:
    """The active service accounts a member answers for, by identifier."""
    statement = (
        select(*MEMBER_COLUMNS)
        .where(members.c.responsible_member_id == responsible_member_id, members.c.status == "active")
        .order_by(members.c.identifier)
    )
    return [Member(**row) for row in (await tx.execute(statement)).mappings()]


async def lock_first_owner(tx: Tx) -> bool:
    """Whether there is an owner, active or not; nobody else makes a first one until this transaction ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(_FIRST_OWNER_LOCK)))
    return await has_owner(tx)


async def has_owner(tx: Tx) -> bool:
    """Whether there is an owner, active or not."""
    return (await tx.execute(select(members.c.id).where(members.c.role == "owner").limit(1))).first() is not None


async def everyone_tags(tx: Tx) -> frozenset[UUID]:
    """The tags that every member has."""
    return frozenset((await tx.execute(select(tags.c.id).where(tags.c.everyone))).scalars())
