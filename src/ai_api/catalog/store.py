"""Every query on models and on who may see the restricted ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    Uuid,
    any_,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError

from ai_api.catalog.rules import AccessRule, Draft, Model
from ai_api.catalog.tables import access_rules, models
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.page import Page, encode_cursor, instant_in, place_in


def _listed(column: Column[Any], effect: str, name: str) -> ColumnElement[Any]:
    """The members or tags that the rules of one model allow or deny; NULL for none."""
    return func.array_agg(column).filter(column.is_not(None), access_rules.c.effect == effect).label(name)


# Without GROUP BY: one row for every model, also for one that no rule speaks of.
_LISTS = (
    select(
        _listed(access_rules.c.member_id, "allow", "allowed_members"),
        _listed(access_rules.c.member_id, "deny", "denied_members"),
        _listed(access_rules.c.tag_id, "allow", "allowed_tags"),
        _listed(access_rules.c.tag_id, "deny", "denied_tags"),
    )
    .where(access_rules.c.model_id == models.c.id)
    .lateral("lists")
)
_MODEL: Select[Any] = select(*models.c, *_LISTS.c).select_from(models.join(_LISTS, true()))
_SORTS: Final[Mapping[str, ColumnElement[Any]]] = {
    "slug": models.c.slug,
    "display_name": models.c.display_name,
    "created_at": models.c.created_at,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which models a list shows; None leaves a filter out. `q` looks in slugs and display names, `among` names the models."""

    q: str | None = None
    status: str | None = None
    access: str | None = None
    operation: str | None = None
    among: Collection[UUID] | None = None


async def active(tx: Tx) -> list[Model]:
    """All models that are not archived, by slug."""
    rows = await tx.execute(_MODEL.where(models.c.status == "active").order_by(models.c.slug))
    return [_model(row) for row in rows]


async def get(tx: Tx, model_id: UUID, *, lock: bool = False) -> Model | None:
    """One model; locked against other changes of it until the transaction ends, when `lock`."""
    if lock:
        await tx.execute(select(models.c.id).where(models.c.id == model_id).with_for_update())
    row = (await tx.execute(_MODEL.where(models.c.id == model_id))).one_or_none()
    return None if row is None else _model(row)


async def find(tx: Tx, slug: str) -> Model | None:
    """The model with exactly this slug, archived or not."""
    row = (await tx.execute(_MODEL.where(models.c.slug == slug))).one_or_none()
    return None if row is None else _model(row)


async def page(tx: Tx, wanted: Filter, *, sort: str, limit: int, cursor: str | None) -> Page[Model]:
    """One page of models. Raises Refusal `bad_sort`, `bad_cursor`."""
    descending = sort.startswith("-")
    field = sort.removeprefix("-")
    column = _SORTS.get(field)
    if column is None:
        message = f"Models can be sorted by {', '.join(sorted(_SORTS))}, each with a dash before it to turn it around."
        raise Refusal("bad_sort", "invalid", message, param="sort")
    query = _MODEL.where(*_conditions(wanted))
    key = tuple_(column, models.c.id)
    if cursor is not None:
        value, last_id = place_in(cursor, field, partial(_sort_value, field))
        edge = tuple_(value, last_id, types=[column.type, models.c.id.type])
        query = query.where(key < edge if descending else key > edge)
    order = (column.desc(), models.c.id.desc()) if descending else (column, models.c.id)
    rows = (await tx.execute(query.order_by(*order).limit(limit + 1))).all()
    shown = [_model(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(shown, None)
    value = getattr(shown[-1], field)
    text = value.isoformat() if isinstance(value, datetime) else value
    return Page(shown, encode_cursor(field, text, str(shown[-1].id)))


async def add(tx: Tx, draft: Draft) -> Model | None:
    """A new model; None when its slug is taken."""
    try:
        async with tx.begin_nested():
            await tx.execute(
                insert(models).values(
                    id=(model_id := uuid7()),
                    slug=draft.slug,
                    display_name=draft.display_name,
                    description=draft.description,
                    operations=sorted(draft.operations),
                    context_tokens=draft.context_tokens,
                    output_tokens_max=draft.output_tokens_max,
                    hidden_reasoning=draft.hidden_reasoning,
                    capabilities=dict(draft.capabilities),
                    access=draft.access,
                )
            )
    except IntegrityError as error:
        if "uq_models_slug" in str(error.orig):
            return None
        raise
    return await get(tx, model_id)


async def change(tx: Tx, model_id: UUID, values: Mapping[str, Any]) -> None:
    """Stores new values of a model's columns."""
    await tx.execute(update(models).where(models.c.id == model_id).values(**values, updated_at=func.now()))


async def replace_rules(
    tx: Tx, model_id: UUID, *, gone: Collection[AccessRule], new: Collection[AccessRule]
) -> Literal["member", "tag"] | None:
    """Takes rules of a model away and adds others. With nothing stored, what a new rule names and does not exist."""
    of_model = access_rules.c.model_id == model_id
    rows = [
        {"id": uuid7(), "model_id": model_id, "member_id": rule.member_id, "tag_id": rule.tag_id, "effect": rule.effect}
        for rule in new
    ]
    try:
        async with tx.begin_nested():
            for column, ids in (
                (access_rules.c.member_id, [rule.member_id for rule in gone if rule.member_id is not None]),
                (access_rules.c.tag_id, [rule.tag_id for rule in gone if rule.tag_id is not None]),
            ):
                if ids:
                    await tx.execute(delete(access_rules).where(of_model, column.in_(ids)))
            if rows:
                await tx.execute(insert(access_rules), rows)
    except IntegrityError as error:
        if "fk_access_rules_member_id" in str(error.orig):
            return "member"
        if "fk_access_rules_tag_id" in str(error.orig):
            return "tag"
        raise
    return None


async def naming_tag(tx: Tx, tag_id: UUID) -> list[Model]:
    """The models, archived ones too, whose policy names a tag, by slug."""
    named = select(access_rules.c.model_id).where(access_rules.c.tag_id == tag_id)
    rows = await tx.execute(_MODEL.where(models.c.id.in_(named)).order_by(models.c.slug))
    return [_model(row) for row in rows]


async def of_tags(tx: Tx, tag_ids: Collection[UUID], *, most: int) -> Sequence[Row[Any]]:
    """What active models these tags decide on: `tag_id`, `effect`, `slug` of at most `most` of each effect, by slug, and how many
    there are in `models`. What an open model allows decides nothing, and is left out.
    """
    of_one = (access_rules.c.tag_id, access_rules.c.effect)
    decided = (
        select(
            access_rules.c.tag_id,
            access_rules.c.effect,
            models.c.slug,
            func.count().over(partition_by=of_one).label("models"),
            func.row_number().over(partition_by=of_one, order_by=models.c.slug).label("place"),
        )
        .join(models, models.c.id == access_rules.c.model_id)
        .where(access_rules.c.tag_id.in_(tag_ids), models.c.status == "active")
        .where(or_(access_rules.c.effect == "deny", models.c.access == "restricted"))
        .subquery()
    )
    return (await tx.execute(select(decided).where(decided.c.place <= most).order_by(decided.c.place))).all()


async def remove(tx: Tx, model_id: UUID) -> bool:
    """Deletes a model, its policy, its prices and its aliases. False when an allocation stands on it.

    A billed record always has an allocation, and allocations are revoked, never deleted: so a model with records stays.
    """
    try:
        async with tx.begin_nested():
            await tx.execute(delete(models).where(models.c.id == model_id))
    except IntegrityError as error:
        if "fk_allocations_model_id" in str(error.orig):
            return False
        raise
    return True


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.q:
        conditions.append(
            or_(
                models.c.slug.icontains(wanted.q, autoescape=True),
                models.c.display_name.icontains(wanted.q, autoescape=True),
            )
        )
    if wanted.status is not None:
        conditions.append(models.c.status == wanted.status)
    if wanted.access is not None:
        conditions.append(models.c.access == wanted.access)
    if wanted.operation is not None:
        conditions.append(models.c.operations.contains([wanted.operation]))
    if wanted.among is not None:
        conditions.append(models.c.id == any_(cast(list(wanted.among), ARRAY(Uuid))))
    return conditions


def _sort_value(field: str, text: str) -> datetime | str:
    return instant_in(text) if field == "created_at" else text


def _model(row: Row[Any]) -> Model:
    return Model(
        id=row.id,
        slug=row.slug,
        display_name=row.display_name,
        description=row.description,
        operations=frozenset(row.operations),
        context_tokens=row.context_tokens,
        output_tokens_max=row.output_tokens_max,
        hidden_reasoning=row.hidden_reasoning,
        capabilities=row.capabilities,
        access=row.access,
        status=row.status,
        allowed_members=frozenset(row.allowed_members or ()),
        created_at=row.created_at,
        updated_at=row.updated_at,
        denied_members=frozenset(row.denied_members or ()),
        allowed_tags=frozenset(row.allowed_tags or ()),
        denied_tags=frozenset(row.denied_tags or ()),
        claimable=row.claimable,
        default_limits=tuple(row.default_limits),
    )
