"""/api/admin/members/{id}/access-tokens: how service accounts get to act, and how anybody's tokens are ended."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from ai_api import identity, setup
from ai_api.identity import ACCESS_TOKEN_DAYS_DEFAULT, By
from ai_api.portal.access_tokens_shown import AccessTokenCreate, AccessTokenMade, AccessTokenShown
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, NeedsProof, Transaction
from ai_api.portal.previews import DryStop, StopsShown, previewed_stops
from ai_api.portal.shapes import Listed, ListQuery, listed
from ai_api.setup import Touched

router = APIRouter(prefix="/api/admin/members/{member_id}/access-tokens", tags=["members"])


@router.get("", response_model=Listed[AccessTokenShown])
async def list_access_tokens(
    member_id: UUID, _: AdminHolder, tx: Transaction, query: Annotated[ListQuery, Query()]
) -> Listed[AccessTokenShown]:
    """A member's tokens, the newest first, expired and revoked ones too."""
    await identity.get_member(tx, member_id)
    page = await identity.list_access_tokens(tx, member_id, limit=query.limit, cursor=query.cursor)
    return listed(page, AccessTokenShown)


@router.post("", status_code=201, response_model=AccessTokenMade, dependencies=[NeedsProof])
async def create_access_token(
    member_id: UUID, body: AccessTokenCreate, *, actor: Admin, tx: Transaction, house: HouseDep
) -> AccessTokenMade:
    """Makes a token of a service account. People make their own. Its secret is in this answer and nowhere else."""
    now = house.clock.now()
    by_default = identity.expiry_of(days=ACCESS_TOKEN_DAYS_DEFAULT, now=now)
    expires_at = body.expires_at if "expires_at" in body.model_fields_set else by_default
    token, secret = await setup.issue_service_token(
        tx, actor, member_id, name=body.name, expires_at=expires_at, now=now
    )
    shown = AccessTokenShown.model_validate(token)
    return AccessTokenMade(**shown.model_dump(), secret=secret)


@router.post("/{token_id}/revoke", response_model=AccessTokenShown | StopsShown)
async def revoke_access_token(
    member_id: UUID,
    token_id: UUID,
    *,
    actor: Admin,
    holder: AdminHolder,
    tx: Transaction,
    house: HouseDep,
    dry_run: DryStop = False,
) -> AccessTokenShown | StopsShown:
    """Ends a token of anybody's. Ending it again changes nothing. Those of owners are ended by owners."""
    member = await identity.get_member(tx, member_id)
    identity.check_others(member, by=By(holder.member_id, holder.role))
    write = partial(identity.revoke_access_token, tx, actor, member_id, token_id, now=house.clock.now())
    if dry_run:
        return await previewed_stops(tx, house, Touched(member_id=member_id), write)
    return AccessTokenShown.model_validate(await write())
