"""/api/admin/members/{id}/sessions: the browsers that are signed in as a member."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ai_api import identity, sign_in
from ai_api.identity import By
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.previews import DryStop, StopsShown, previewed_stops
from ai_api.portal.shapes import Listed, ListQuery, Shown, listed
from ai_api.setup import Touched
from ai_api.sign_in import Method

router = APIRouter(prefix="/api/admin/members/{member_id}/sessions", tags=["members"])


class MemberSessionShown(Shown):
    """A browser that is signed in as the member."""

    id: UUID
    method: Method
    address: str | None
    user_agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class MemberSessionsEnded(BaseModel):
    """How many sessions are over now that were not before."""

    ended: int


@router.get("", response_model=Listed[MemberSessionShown])
async def list_sessions(
    member_id: UUID, _: AdminHolder, tx: Transaction, house: HouseDep, query: Annotated[ListQuery, Query()]
) -> Listed[MemberSessionShown]:
    """A member's sessions that are not over, the newest first."""
    await identity.get_member(tx, member_id)
    page = await sign_in.list_sessions(
        tx,
        member_id,
        terms=house.settings.sessions,
        now=house.clock.now(),
        limit=query.limit,
        cursor=query.cursor,
    )
    return listed(page, MemberSessionShown)


@router.post("/revoke", response_model=MemberSessionsEnded | StopsShown)
async def revoke_sessions(
    member_id: UUID, *, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> MemberSessionsEnded | StopsShown:
    """Signs a member out everywhere. Owners are signed out by owners."""
    member = await identity.get_member(tx, member_id)
    identity.check_others(member, by=By(holder.member_id, holder.role))
    write = partial(sign_in.end_other_sessions, tx, actor, member_id, but=None, now=house.clock.now())
    if dry_run:
        return await previewed_stops(tx, house, Touched(member_id=member_id), write)
    return MemberSessionsEnded(ended=await write())
