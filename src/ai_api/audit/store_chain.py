"""Every query about the chain of the audit trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Text, cast, exists, func, select

from ai_api.audit.chain import Head, Place, Sealed
from ai_api.audit.rules import Event, Filters
from ai_api.audit.store import conditions
from ai_api.audit.tables import audit_chain, audit_events
from ai_api.core.db import Tx

_EVENT_COLUMNS = tuple(audit_events.c)
_TEXTS = (cast(audit_events.c.before, Text).label("before_text"), cast(audit_events.c.after, Text).label("after_text"))


async def list_places(tx: Tx, *, after_seq: int, limit: int) -> list[Place]:
    """At most `limit` places after one, in their order, with their events where those are still there."""
    statement = (
        select(audit_chain, *_EVENT_COLUMNS, *_TEXTS)
        .join(audit_events, audit_events.c.id == audit_chain.c.event_id, isouter=True)
        .where(audit_chain.c.seq > after_seq)
        .order_by(audit_chain.c.seq)
        .limit(limit)
    )
    return [
        Place(row.seq, row.hash, row.event_id, None if row.id is None else _sealed(row))
        for row in await tx.execute(statement)
    ]


async def list_sealed(tx: Tx, *, filters: Filters, after_seq: int, limit: int) -> list[Sealed]:
    """At most `limit` events that fit, the oldest first, from after a place on."""
    fitting: list[ColumnElement[bool]] = [audit_chain.c.seq > after_seq, *conditions(filters)]
    statement = (
        select(audit_chain, *_EVENT_COLUMNS, *_TEXTS)
        .join(audit_events, audit_events.c.id == audit_chain.c.event_id)
        .where(*fitting)
        .order_by(audit_chain.c.seq)
        .limit(limit)
    )
    return [_sealed(row) for row in await tx.execute(statement)]


async def place_at(tx: Tx, seq: int) -> Head | None:
    """A place and its hash; None where there is none."""
    row = (await tx.execute(select(audit_chain).where(audit_chain.c.seq == seq))).one_or_none()
    return None if row is None else Head(row.seq, row.hash)


async def last_seq(tx: Tx) -> int:
    """The last place of the chain; 0 for an empty one."""
    return (await tx.execute(select(func.max(audit_chain.c.seq)))).scalar() or 0


async def newest_unsealed(tx: Tx, *, among: int) -> UUID | None:
    """An event without a place in the chain, among the newest so many."""
    newest = select(audit_events.c.id).order_by(audit_events.c.id.desc()).limit(among).subquery()
    has_place = exists().where(audit_chain.c.event_id == newest.c.id)
    return (await tx.execute(select(newest.c.id).where(~has_place).limit(1))).scalar()


async def hashes_before(tx: Tx, sealed: list[Sealed]) -> dict[int, bytes]:
    """The hash before each of these events, by the event's place; none for the first place of all."""
    wanted = [each.seq - 1 for each in sealed]
    rows = await tx.execute(select(audit_chain.c.seq, audit_chain.c.hash).where(audit_chain.c.seq.in_(wanted)))
    return {row.seq + 1: row.hash for row in rows}


async def list_ids(tx: Tx, *, after_id: UUID | None, limit: int) -> list[tuple[UUID, bool]]:
    """At most `limit` events after one by their ids, each with whether it has a place in the chain."""
    has_place = exists().where(audit_chain.c.event_id == audit_events.c.id)
    statement = select(audit_events.c.id, has_place.label("has_place")).order_by(audit_events.c.id).limit(limit)
    if after_id is not None:
        statement = statement.where(audit_events.c.id > after_id)
    return [(row.id, row.has_place) for row in await tx.execute(statement)]


def _sealed(row: Row[Any]) -> Sealed:
    event = Event(**{column.name: getattr(row, column.name) for column in _EVENT_COLUMNS})
    return Sealed(row.seq, row.hash, event, row.before_text, row.after_text)
