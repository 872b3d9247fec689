"""/api/admin/audit: who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from ai_api import audit
from ai_api.portal.deps import AdminHolder, Transaction
from ai_api.portal.shapes import Listed, ListQuery, Moment, Shown, listed

router = APIRouter(prefix="/api/admin/audit", tags=["audit"])


class EventShown(Shown):
    """One administrative write. `before` is null for what was created, `after` for what was deleted."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_member_id: UUID | None
    actor_name: str
    address: str | None
    action: str
    target_kind: str
    target_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None


class EventsQuery(ListQuery):
    """Filters; `actor` is part of the actor's name, `since` is included and `until` is not."""

    actor: str | None = Field(default=None, min_length=1, max_length=254)
    actor_member_id: UUID | None = None
    action: str | None = Field(default=None, max_length=64)
    target_kind: str | None = Field(default=None, max_length=64)
    target_id: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None


@router.get("", response_model=Listed[EventShown])
async def list_events(_: AdminHolder, tx: Transaction, query: Annotated[EventsQuery, Query()]) -> Listed[EventShown]:
    """Administrative writes, the newest first."""
    filters = audit.Filters(
        actor=query.actor,
        actor_member_id=query.actor_member_id,
        action=query.action,
        target_kind=query.target_kind,
        target_id=query.target_id,
        since=query.since,
        until=query.until,
    )
    return listed(await audit.read(tx, filters=filters, limit=query.limit, cursor=query.cursor), EventShown)
