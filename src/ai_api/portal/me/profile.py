"""/api/me: who the caller is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from ai_api import identity
from ai_api.identity import Kind, Member, Role, Status
from ai_api.portal.deps import Signed, Transaction
from ai_api.portal.shapes import Shown

router = APIRouter(prefix="/api/me", tags=["me"])


class ProfileShown(Shown):
    """The caller."""

    id: UUID
    kind: Kind
    identity: str
    identifier: str
    display_name: str
    role: Role
    status: Status
    created_at: datetime
    updated_at: datetime


@router.get("", response_model=ProfileShown)
async def get_me(holder: Signed, tx: Transaction) -> Member:
    """Who the caller is, with the role they have now."""
    return await identity.get_member(tx, holder.member_id)
