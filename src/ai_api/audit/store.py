"""Every query about the audit trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select

from ai_api.audit.rules import Actor, Event, Filters
from ai_api.audit.tables import audit_events
from ai_api.core.db import Tx


async def insert_event(
    tx: Tx,
    actor: Actor,
    *,
    event_id: UUID,
    action: str,
    target_kind: str,
    target_id: UUID | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Adds one row to the trail."""
    await tx.execute(
        insert(audit_events).values(
            id=event_id,
            actor_kind=actor.kind,
            actor_member_id=actor.member_id,
            actor_name=actor.name,
            address=actor.address,
            request_id=actor.request_id,
            action=action,
            target_kind=target_kind,
            target_id=target_id,
            before=before,
            after=after,
        )
    )


async def list_events(tx: Tx, *, filters: Filters, before_id: UUID | None, limit: int) -> list[Event]:
    """At most `limit` events that fit, the newest first, older than `before_id`."""
    statement = select(audit_events).where(*conditions(filters)).order_by(audit_events.c.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(audit_events.c.id < before_id)
    return [Event(**row) for row in (await tx.execute(statement)).mappings()]


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """What `filters` ask of an event."""
    column = audit_events.c
    found: list[ColumnElement[bool]] = [
        column[name] == value
        for name, value in (
            ("actor_member_id", filters.actor_member_id),
            ("action", filters.action),
            ("target_kind", filters.target_kind),
            ("target_id", filters.target_id),
        )
        if value is not None
    ]
    if filters.actions is not None:
        found.append(column.action.in_(filters.actions))
    if filters.actor is not None:
        found.append(column.actor_name.icontains(filters.actor, autoescape=True))
    if filters.since is not None:
        found.append(column.at >= filters.since)
    if filters.until is not None:
        found.append(column.at < filters.until)
    return found
