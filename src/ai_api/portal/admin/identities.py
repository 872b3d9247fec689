"""/api/admin/members/{id}/identities: what providers of sign-in know a member as."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from ai_api import sign_in
from ai_api.identity import By
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, NeedsProof, Transaction
from ai_api.portal.previews import WITH_DRY_RUN, DryStop, nothing_left
from ai_api.portal.shapes import Listed, Shown
from ai_api.setup import Touched

router = APIRouter(prefix="/api/admin/members/{member_id}/identities", tags=["members"])


class IdentityShown(Shown):
    """A subject at an issuer, who is this member here."""

    id: UUID
    issuer: str
    subject: str
    created_at: datetime


@router.get("", response_model=Listed[IdentityShown])
async def list_identities(member_id: UUID, _holder: AdminHolder, tx: Transaction) -> Listed[IdentityShown]:
    """What providers know a member as, the oldest first: one of each issuer, so that there is one page."""
    found = await sign_in.list_identities(tx, member_id)
    return Listed(items=[IdentityShown.model_validate(each) for each in found], next=None)


@router.delete(
    "/{identity_id}", status_code=204, response_model=None, responses=WITH_DRY_RUN, dependencies=[NeedsProof]
)
async def remove_identity(
    member_id: UUID,
    identity_id: UUID,
    *,
    actor: Admin,
    holder: AdminHolder,
    tx: Transaction,
    house: HouseDep,
    dry_run: DryStop = False,
) -> Response:
    """Unbinds a member from a provider's account: the next account there that is called so is bound instead."""
    write = partial(sign_in.remove_identity, tx, actor, member_id, identity_id, by=By(holder.member_id, holder.role))
    return await nothing_left(tx, house, Touched(member_id=member_id), write, dry_run=dry_run)
