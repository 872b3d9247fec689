"""/api/me: who the caller is, and what is left to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request

from ai_api import identity
from ai_api.identity import Kind, Role, Status
from ai_api.portal.browser import session_secret
from ai_api.portal.deps import HouseDep, Signed, Transaction
from ai_api.portal.limits_shown import LimitsLeft, left_of_member
from ai_api.portal.shapes import Shown
from ai_api.sign_in import csrf_token_of

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


class MeShown(ProfileShown):
    """The caller, with every limit that matches their calls and what is left of it.

    `csrf_token` is what a session's unsafe requests send as `X-CSRF-Token`; null for an access token, which needs none.
    """

    csrf_token: str | None
    limits: LimitsLeft


@router.get("")
async def get_me(request: Request, holder: Signed, tx: Transaction, house: HouseDep) -> MeShown:
    """Who the caller is, with the role they have now, and what is left to them."""
    member = await identity.get_member(tx, holder.member_id)
    profile = ProfileShown.model_validate(member)
    secret = session_secret(request, house.settings.public_url) if holder.session_id is not None else None
    csrf_token = csrf_token_of(secret) if secret is not None else None
    return MeShown(**dict(profile), csrf_token=csrf_token, limits=await left_of_member(tx, house, member.id))
