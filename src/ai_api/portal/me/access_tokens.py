"""/api/me/access-tokens: the caller's own ways for programs to act as them."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from ai_api import identity
from ai_api.identity import ACCESS_TOKEN_DAYS_DEFAULT
from ai_api.portal.access_tokens_shown import AccessTokenCreate, AccessTokenMade, AccessTokenShown
from ai_api.portal.deps import HouseDep, Myself, NeedsProof, Signed, Transaction
from ai_api.portal.previews import DryStop, StopsShown, previewed_stops
from ai_api.portal.shapes import Listed, ListQuery, listed
from ai_api.setup import Touched

router = APIRouter(prefix="/api/me/access-tokens", tags=["me"])


@router.get("", response_model=Listed[AccessTokenShown])
async def list_access_tokens(
    holder: Signed, tx: Transaction, query: Annotated[ListQuery, Query()]
) -> Listed[AccessTokenShown]:
    """The caller's tokens, the newest first, expired and revoked ones too."""
    page = await identity.list_access_tokens(tx, holder.member_id, limit=query.limit, cursor=query.cursor)
    return listed(page, AccessTokenShown)


@router.post("", status_code=201, response_model=AccessTokenMade, dependencies=[NeedsProof])
async def create_access_token(
    body: AccessTokenCreate, holder: Signed, actor: Myself, tx: Transaction, house: HouseDep
) -> AccessTokenMade:
    """Makes a token of the caller. Its secret is in this answer and nowhere else."""
    now = house.clock.now()
    by_default = identity.expiry_of(days=ACCESS_TOKEN_DAYS_DEFAULT, now=now)
    expires_at = body.expires_at if "expires_at" in body.model_fields_set else by_default
    token, secret = await identity.issue_access_token(
        tx, actor, holder.member_id, name=body.name, expires_at=expires_at, now=now
    )
    shown = AccessTokenShown.model_validate(token)
    return AccessTokenMade(**shown.model_dump(), secret=secret)


@router.post("/{token_id}/revoke", response_model=AccessTokenShown | StopsShown)
async def revoke_access_token(
    token_id: UUID, holder: Signed, actor: Myself, tx: Transaction, *, house: HouseDep, dry_run: DryStop = False
) -> AccessTokenShown | StopsShown:
    """Ends one of the caller's tokens. Ending it again changes nothing."""
    write = partial(identity.revoke_access_token, tx, actor, holder.member_id, token_id, now=house.clock.now())
    if dry_run:
        return await previewed_stops(tx, house, Touched(member_id=holder.member_id), write)
    return AccessTokenShown.model_validate(await write())
