"""/api/me/sessions: the browsers that are signed in as the caller."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from ai_api import sign_in
from ai_api.portal.deps import HouseDep, Myself, Signed, Transaction
from ai_api.portal.previews import WITH_DRY_RUN, DryStop, StopsShown, nothing_left, previewed_stops
from ai_api.portal.shapes import Listed, ListQuery, Shown
from ai_api.setup import Touched
from ai_api.sign_in import Method, Session

router = APIRouter(prefix="/api/me/sessions", tags=["me"])


class SessionShown(Shown):
    """A browser that is signed in. `current` is the one that asks."""

    id: UUID
    method: Method
    address: str | None
    user_agent: str
    created_at: datetime
    seen_at: datetime
    proved_at: datetime
    expires_at: datetime
    current: bool


class SessionsEnded(BaseModel):
    """How many sessions are over now that were not before."""

    ended: int


@router.get("", response_model=Listed[SessionShown])
async def list_sessions(
    holder: Signed, tx: Transaction, house: HouseDep, query: Annotated[ListQuery, Query()]
) -> Listed[SessionShown]:
    """The caller's sessions that are not over, the newest first."""
    page = await sign_in.list_sessions(
        tx,
        holder.member_id,
        terms=house.settings.sessions,
        now=house.clock.now(),
        limit=query.limit,
        cursor=query.cursor,
    )
    return Listed(items=[_shown(each, current=each.id == holder.session_id) for each in page.items], next=page.next)


@router.post("/{session_id}/revoke", status_code=204, response_model=None, responses=WITH_DRY_RUN)
async def revoke_session(
    session_id: UUID, holder: Signed, actor: Myself, tx: Transaction, *, house: HouseDep, dry_run: DryStop = False
) -> Response:
    """Signs one browser out."""
    write = partial(sign_in.end_session, tx, actor, holder.member_id, session_id, now=house.clock.now())
    return await nothing_left(tx, house, Touched(member_id=holder.member_id), write, dry_run=dry_run)


@router.post("/revoke-others", response_model=SessionsEnded | StopsShown)
async def revoke_other_sessions(
    holder: Signed, actor: Myself, tx: Transaction, house: HouseDep, *, dry_run: DryStop = False
) -> SessionsEnded | StopsShown:
    """Signs all browsers out but the one that asks."""
    own, now = holder.member_id, house.clock.now()
    write = partial(sign_in.end_other_sessions, tx, actor, own, but=holder.session_id, now=now)
    if dry_run:
        return await previewed_stops(tx, house, Touched(member_id=own), write)
    return SessionsEnded(ended=await write())


def _shown(session: Session, *, current: bool) -> SessionShown:
    fields = {name: getattr(session, name) for name in SessionShown.model_fields if name != "current"}
    return SessionShown(**fields, current=current)
