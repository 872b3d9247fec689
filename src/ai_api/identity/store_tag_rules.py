"""Every query about tag rules, and about whom one would give its tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, cast, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from ai_api.core.db import Tx
from ai_api.identity.tables import member_tags, members, tag_rules
from ai_api.identity.tag_rule import TagRule, TagRuleDraft


@dataclass(frozen=True, slots=True)
class Person:
    """An active person who has not the tag in question."""

    id: UUID
    identifier: str
    display_name: str


async def insert_rule(tx: Tx, rule: TagRule) -> None:
    """Adds a rule. Its tag is there, and locked."""
    await tx.execute(insert(tag_rules).values(**asdict(rule)))


async def update_rule(tx: Tx, rule_id: UUID, draft: TagRuleDraft, *, now: datetime) -> None:
    """Makes a rule what `draft` says."""
    await tx.execute(update(tag_rules).where(tag_rules.c.id == rule_id).values(**asdict(draft), updated_at=now))


async def delete_rule(tx: Tx, rule_id: UUID) -> None:
    """Deletes a rule."""
    await tx.execute(delete(tag_rules).where(tag_rules.c.id == rule_id))


async def find_rule(tx: Tx, rule_id: UUID, *, lock: bool = False) -> TagRule | None:
    """A rule by id; with `lock`, nobody else changes it until the transaction ends."""
    statement = select(tag_rules).where(tag_rules.c.id == rule_id)
    row = (await tx.execute(statement.with_for_update() if lock else statement)).mappings().one_or_none()
    return None if row is None else TagRule(**row)


async def list_rules(
    tx: Tx, *, q: str | None, tag_id: UUID | None, before_id: UUID | None, limit: int
) -> list[TagRule]:
    """At most `limit` rules, the newest first, older than `before_id`; `q` is part of a name or a value."""
    statement = select(tag_rules).order_by(tag_rules.c.id.desc()).limit(limit)
    if q is not None:
        in_either = (each.icontains(q, autoescape=True) for each in (tag_rules.c.name, tag_rules.c.value))
        statement = statement.where(or_(*in_either))
    if tag_id is not None:
        statement = statement.where(tag_rules.c.tag_id == tag_id)
    if before_id is not None:
        statement = statement.where(tag_rules.c.id < before_id)
    return [TagRule(**row) for row in (await tx.execute(statement)).mappings()]


async def enabled_rules(tx: Tx) -> list[TagRule]:
    """The rules in force, the oldest first."""
    statement = select(tag_rules).where(tag_rules.c.enabled).order_by(tag_rules.c.id)
    return [TagRule(**row) for row in (await tx.execute(statement)).mappings()]


async def count_rules(tx: Tx, *, tag_id: UUID | None = None) -> int:
    """How many rules there are; of one tag, if given."""
    statement = select(func.count()).select_from(tag_rules)
    if tag_id is not None:
        statement = statement.where(tag_rules.c.tag_id == tag_id)
    return (await tx.execute(statement)).scalar_one()


async def people_without(tx: Tx, tag_id: UUID, *, after_id: UUID | None, limit: int) -> Sequence[Person]:
    """At most `limit` active people, in id order after `after_id`, who were not given a tag."""
    has_it = select(member_tags.c.member_id).where(
        member_tags.c.member_id == members.c.id, member_tags.c.tag_id == tag_id
    )
    statement: Any = (
        select(members.c.id, members.c.identifier, members.c.display_name)
        .where(members.c.kind == "person", members.c.status == "active", ~has_it.exists())
        .order_by(members.c.id)
        .limit(limit)
    )
    if after_id is not None:
        statement = statement.where(members.c.id > after_id)
    return [Person(*row) for row in await tx.execute(statement)]


async def lock_people(tx: Tx, member_ids: Sequence[UUID]) -> list[UUID]:
    """Locks these members in id order, however many, and says which of them are still there and active."""
    given = any_(cast(list(member_ids), ARRAY(Uuid)))
    statement = select(members.c.id).where(members.c.id == given, members.c.status == "active").order_by(members.c.id)
    return list((await tx.execute(statement.with_for_update(key_share=True))).scalars())
