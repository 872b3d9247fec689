"""/api/admin/members/{id}: invitations, and links by which members choose another password."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ai_api import identity, invitations, setup
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.identity import By, Caller
from ai_api.invitations import LinkKind
from ai_api.portal.browser import own_origin
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, NeedsProof, Transaction
from ai_api.portal.house import House
from ai_api.portal.previews import WITH_DRY_RUN, DryStop, nothing_left
from ai_api.portal.shapes import Listed, ListQuery, Shown, listed
from ai_api.setup import Post, SentLink, Touched

router = APIRouter(prefix="/api/admin/members/{member_id}", tags=["members"])


class LinkShown(Shown):
    """A link that was made for a member. `created_by` is null where they asked for it themself."""

    id: UUID
    kind: LinkKind
    member_id: UUID
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class LinkMade(LinkShown):
    """A new link. `url` is shown this once; `mailed` is whether a letter with it is on its way."""

    url: str
    mailed: bool


@router.post("/invite", status_code=201, dependencies=[NeedsProof])
async def invite_member(
    member_id: UUID, *, request: Request, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> LinkMade:
    """Makes an invitation, good for 7 days; an earlier one ends. It is mailed where mail is configured."""
    return await _made(tx, actor, member_id, "invitation", holder=holder, post=post_of(request, house), house=house)


@router.post("/reset", status_code=201, dependencies=[NeedsProof])
async def reset_password(
    member_id: UUID, *, request: Request, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> LinkMade:
    """Makes a link to choose another password by, good for an hour; an earlier one ends. It is mailed where there is mail."""
    return await _made(tx, actor, member_id, "reset", holder=holder, post=post_of(request, house), house=house)


@router.get("/invitations", response_model=Listed[LinkShown])
async def list_invitations(
    member_id: UUID, _: AdminHolder, tx: Transaction, query: Annotated[ListQuery, Query()]
) -> Listed[LinkShown]:
    """A member's links of both kinds, the newest first, without their secrets."""
    await identity.get_member(tx, member_id)
    page = await invitations.list_links(tx, member_id, limit=query.limit, cursor=query.cursor)
    return listed(page, LinkShown)


@router.post("/invitations/{invitation_id}/revoke", status_code=204, response_model=None, responses=WITH_DRY_RUN)
async def revoke_invitation(
    member_id: UUID, invitation_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> Response:
    """Ends a link."""
    write = partial(invitations.revoke_link, tx, actor, member_id, invitation_id, now=house.clock.now())
    return await nothing_left(tx, house, Touched(member_id=member_id), write, dry_run=dry_run)


def post_of(request: Request, house: House) -> Post:
    """How links that are made by this request leave. Raises Refusal `public_url_needed`."""
    public_url = own_origin(request, house.settings.public_url)
    if public_url is None:
        message = "Nobody could follow the link: set AI_API_PUBLIC_URL to the address people use."
        raise Refusal("public_url_needed", "conflict", message)
    return Post(public_url=public_url, ring=house.ring if house.settings.sends_mail else None)


async def _made(
    tx: Tx, actor: Actor, member_id: UUID, kind: LinkKind, *, holder: Caller, post: Post, house: House
) -> LinkMade:
    by = By(holder.member_id, holder.role)
    sent: SentLink = await setup.send_link(tx, actor, member_id, kind, by=by, post=post, now=house.clock.now())
    shown = LinkShown.model_validate(sent.link)
    return LinkMade(**shown.model_dump(), url=sent.url, mailed=sent.mailed)
