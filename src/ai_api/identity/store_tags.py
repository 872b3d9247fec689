"""Every query about tags and who has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, cast, delete, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.exc import IntegrityError

from ai_api.core.db import Tx
from ai_api.identity.tables import member_tags, members, tags
from ai_api.identity.tag import MemberOfTag, Tag, TagDraft, TaggedMember, TagOfMember

_MEMBERS = select(func.count()).where(member_tags.c.tag_id == tags.c.id).scalar_subquery().label("members")
_TAG: Select[Any] = select(*tags.c, _MEMBERS)
_BY_NAME = func.lower(tags.c.name)


async def insert_tag(tx: Tx, draft: TagDraft, *, tag_id: UUID, now: datetime) -> bool:
    """Adds a tag; False when its name is taken, in whatever case."""
    values = {"id": tag_id, "name": draft.name, "priority": draft.priority, "everyone": draft.everyone}
    try:
        async with tx.begin_nested():
            await tx.execute(insert(tags).values(**values, created_at=now, updated_at=now))
    except IntegrityError as error:
        if "uq_tags_name_lower" in str(error.orig):
            return False
        raise
    return True


async def update_tag(tx: Tx, tag_id: UUID, values: Mapping[str, Any], *, now: datetime) -> bool:
    """Changes fields of a tag; False when the name is another's."""
    try:
        async with tx.begin_nested():
            await tx.execute(update(tags).where(tags.c.id == tag_id).values(**values, updated_at=now))
    except IntegrityError as error:
        if "uq_tags_name_lower" in str(error.orig):
            return False
        raise
    return True


async def find_tag(tx: Tx, tag_id: UUID) -> Tag | None:
    """A tag by id."""
    row = (await tx.execute(_TAG.where(tags.c.id == tag_id))).mappings().one_or_none()
    return None if row is None else Tag(**row)


async def lock_tag(tx: Tx, tag_id: UUID) -> None:
    """Nobody else changes the tag, deletes it, or lets a rule, a limit or a member name it until the transaction ends."""
    await tx.execute(select(tags.c.id).where(tags.c.id == tag_id).with_for_update())


async def keep_tag(tx: Tx, tag_id: UUID) -> None:
    """Nobody deletes the tag until the transaction ends."""
    await tx.execute(select(tags.c.id).where(tags.c.id == tag_id).with_for_update(read=True, key_share=True))


async def list_tags(tx: Tx, *, q: str | None, after_name: str | None, limit: int) -> list[tuple[str, Tag]]:
    """At most `limit` tags by name, each with the name it is sorted by; those after `after_name`."""
    statement = _TAG.add_columns(_BY_NAME.label("sorted_by")).order_by(_BY_NAME).limit(limit)
    if q is not None:
        statement = statement.where(tags.c.name.icontains(q, autoescape=True))
    if after_name is not None:
        statement = statement.where(after_name < _BY_NAME)
    found = []
    for row in (await tx.execute(statement)).mappings():
        fields = dict(row)
        found.append((str(fields.pop("sorted_by")), Tag(**fields)))
    return found


async def ids_of_members(tx: Tx, tag_id: UUID) -> list[UUID]:
    """All members that were given a tag."""
    return list((await tx.execute(select(member_tags.c.member_id).where(member_tags.c.tag_id == tag_id))).scalars())


async def delete_tag(tx: Tx, tag_id: UUID) -> None:
    """Deletes a tag, and takes it from whom it was given to."""
    await tx.execute(delete(tags).where(tags.c.id == tag_id))


async def members_by_identifier(tx: Tx, identifiers: Collection[str]) -> dict[str, UUID]:
    """The members with these identifiers, in whatever case, by the identifier as it was given."""
    given = func.unnest(cast(sorted(identifiers), ARRAY(Text))).column_valued("given")
    statement = select(given, members.c.id).join(members, func.lower(members.c.identifier) == func.lower(given))
    return {row[0]: row[1] for row in await tx.execute(statement)}


async def add_members(tx: Tx, tag_id: UUID, member_ids: Sequence[UUID], *, now: datetime) -> set[UUID]:
    """Gives members the tag; those that had it already are not in the answer."""
    given = func.unnest(cast(list(member_ids), ARRAY(Uuid))).column_valued("given")
    rows = select(given, literal(tag_id, Uuid), literal(now))
    statement = insert_or(member_tags).from_select(["member_id", "tag_id", "created_at"], rows)
    added = statement.on_conflict_do_nothing().returning(member_tags.c.member_id)
    return set((await tx.execute(added)).scalars())


async def remove_members(tx: Tx, tag_id: UUID, member_ids: Sequence[UUID]) -> set[UUID]:
    """Takes the tag from members; those that did not have it are not in the answer."""
    statement = delete(member_tags).where(member_tags.c.tag_id == tag_id, member_tags.c.member_id.in_(member_ids))
    return set((await tx.execute(statement.returning(member_tags.c.member_id))).scalars())


async def list_members(tx: Tx, tag_id: UUID, *, q: str | None, before_id: UUID | None, limit: int) -> list[MemberOfTag]:
    """At most `limit` members that were given a tag, the newest member first, older than `before_id`."""
    statement = (
        select(
            members.c.id,
            members.c.kind,
            members.c.identifier,
            members.c.display_name,
            members.c.status,
            member_tags.c.created_at.label("tagged_at"),
        )
        .join(member_tags, member_tags.c.member_id == members.c.id)
        .where(member_tags.c.tag_id == tag_id)
        .order_by(members.c.id.desc())
        .limit(limit)
    )
    if q is not None:
        in_either = (each.icontains(q, autoescape=True) for each in (members.c.identifier, members.c.display_name))
        statement = statement.where(or_(*in_either))
    if before_id is not None:
        statement = statement.where(members.c.id < before_id)
    return [MemberOfTag(**row) for row in (await tx.execute(statement)).mappings()]


async def tags_of(tx: Tx, member_ids: Collection[UUID]) -> dict[UUID, list[TagOfMember]]:
    """The tags that each of these members was given."""
    columns = (tags.c.id, tags.c.name, tags.c.priority, tags.c.everyone)
    statement = (
        select(member_tags.c.member_id, *columns)
        .join(tags, tags.c.id == member_tags.c.tag_id)
        .where(member_tags.c.member_id.in_(member_ids))
    )
    found: dict[UUID, list[TagOfMember]] = {member_id: [] for member_id in member_ids}
    for row in await tx.execute(statement):
        found[row.member_id].append(TagOfMember(row.id, row.name, row.priority, row.everyone))
    return found


async def everyone_tags(tx: Tx) -> list[TagOfMember]:
    """The tags that every member has."""
    statement = select(tags.c.id, tags.c.name, tags.c.priority, tags.c.everyone).where(tags.c.everyone)
    return [TagOfMember(*row) for row in await tx.execute(statement)]


async def tagged_members(
    tx: Tx, *, member_ids: Collection[UUID] | None, after_id: UUID | None, limit: int
) -> list[TaggedMember]:
    """At most `limit` active members (of `member_ids`, if given) in id order, with the tags they were given."""
    given = select(func.array_agg(member_tags.c.tag_id)).where(member_tags.c.member_id == members.c.id)
    statement = (
        select(members.c.id, members.c.identifier, members.c.display_name, given.scalar_subquery().label("tags"))
        .where(members.c.status == "active")
        .order_by(members.c.id)
        .limit(limit)
    )
    if member_ids is not None:
        statement = statement.where(members.c.id.in_(member_ids))
    if after_id is not None:
        statement = statement.where(members.c.id > after_id)
    return [
        TaggedMember(row.id, row.identifier, row.display_name, frozenset(row.tags or ()))
        for row in await tx.execute(statement)
    ]
