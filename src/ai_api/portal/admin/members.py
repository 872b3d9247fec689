"""/api/admin/members: people and service accounts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from ai_api import identity, setup
from ai_api.core.db import Tx
from ai_api.identity import By, Kind, Member, Role, Status
from ai_api.portal.deps import Admin, AdminHolder, AskProof, HouseDep, Transaction
from ai_api.portal.previews import WITH_DRY_RUN, DryStop, StopsShown, nothing_left, previewed_stops
from ai_api.portal.shapes import Name, Patch, Shown, Strict, not_given
from ai_api.setup import FirstSignIn, Services, Touched

router = APIRouter(prefix="/api/admin/members", tags=["members"])


class TagOfMemberShown(Shown):
    """A tag that applies to a member: given to them, or everyone's."""

    id: UUID
    name: str
    priority: int
    everyone: bool


class MemberShown(Shown):
    """A member. `responsible_member_id` is set for service accounts alone; `tags` are by priority and name."""

    id: UUID
    kind: Kind
    identity: str
    identifier: str
    display_name: str
    role: Role
    status: Status
    responsible_member_id: UUID | None
    created_at: datetime
    updated_at: datetime
    tags: list[TagOfMemberShown]


class MemberOpened(MemberShown):
    """A member by themself. `first_sign_in` is of a person who has never signed in: `awaited`, or `link_expired` where their
    invitation lets them no longer; null of everybody else.
    """

    first_sign_in: FirstSignIn | None


class MemberCreate(Strict):
    """A member to be made, active at once. A service account names who answers for it."""

    identifier: str
    display_name: Name
    kind: Kind = "person"
    role: Role = "member"
    responsible_member_id: UUID | None = None


class MemberChange(Patch):
    """What to change of a member. Who answers for a service account can change, but not become nobody."""

    display_name: Name = not_given()
    role: Role = not_given()
    status: Status = not_given()
    responsible_member_id: UUID = not_given()


class MemberDisable(Strict):
    """What becomes of the active service accounts the member answers for: `keep` lets them go on until somebody else does."""

    service_accounts: Services | None = None


NOTHING_SAID = MemberDisable()


@router.post("", status_code=201, response_model=MemberShown)
async def create_member(
    body: MemberCreate, *, actor: Admin, holder: AdminHolder, ask_proof: AskProof, tx: Transaction, house: HouseDep
) -> MemberShown:
    """Makes a member. Only owners make owners. Another role than `member` asks a session for a fresh proof."""
    if body.role != "member":
        ask_proof()
    draft = identity.Draft(
        identifier=body.identifier,
        display_name=body.display_name,
        kind=body.kind,
        role=body.role,
        responsible_member_id=body.responsible_member_id,
    )
    return await _one(tx, await identity.create_member(tx, actor, draft, by=_by(holder), now=house.clock.now()))


@router.get("/{member_id}", response_model=MemberOpened)
async def get_member(member_id: UUID, _: AdminHolder, tx: Transaction, house: HouseDep) -> MemberOpened:
    """One member."""
    shown = await _one(tx, await identity.get_member(tx, member_id))
    first = await setup.first_sign_in(tx, member_id, at=house.clock.now())
    return MemberOpened(**dict(shown), first_sign_in=first)


@router.patch("/{member_id}", response_model=MemberShown | StopsShown)
async def change_member(
    member_id: UUID,
    body: MemberChange,
    *,
    actor: Admin,
    holder: AdminHolder,
    ask_proof: AskProof,
    tx: Transaction,
    house: HouseDep,
    dry_run: DryStop = False,
) -> MemberShown | StopsShown:
    """Changes a member. Only owners change owners, the last active owner stays one, and nobody raises themself.

    To give a `role` asks a session for a fresh proof.
    """
    changes, now = identity.Changes(**body.changes()), house.clock.now()
    if changes.role is not None:
        ask_proof()
    write = partial(setup.change_member, tx, actor, member_id, changes, by=_by(holder), now=now)
    if dry_run:
        return await previewed_stops(tx, house, Touched(member_id=member_id), write)
    return await _one(tx, await write())


@router.post("/{member_id}/disable", response_model=MemberShown | StopsShown)
async def disable_member(
    member_id: UUID,
    *,
    body: MemberDisable = NOTHING_SAID,
    actor: Admin,
    holder: AdminHolder,
    tx: Transaction,
    house: HouseDep,
    dry_run: DryStop = False,
) -> MemberShown | StopsShown:
    """Disables a member: their credentials and access tokens stop within a second, their sessions and links are over for good."""
    now, by = house.clock.now(), _by(holder)
    disable = partial(setup.disable_member, tx, actor, member_id, by=by, now=now)
    services = body.service_accounts
    if dry_run:
        # What becomes of the service accounts need not be said before it is known that there are any.
        write = partial(disable, services=services or "keep")
        return await previewed_stops(tx, house, Touched(member_id=member_id), write)
    return await _one(tx, await disable(services=services))


@router.post("/{member_id}/enable", response_model=MemberShown)
async def enable_member(
    member_id: UUID, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> MemberShown:
    """Makes a member active again."""
    return await _one(tx, await identity.enable_member(tx, actor, member_id, by=_by(holder), now=house.clock.now()))


@router.delete("/{member_id}", status_code=204, response_model=None, responses=WITH_DRY_RUN)
async def delete_member(
    member_id: UUID, *, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> Response:
    """Deletes a member that nothing refers to; one that is in use is refused, and can be disabled."""
    write = partial(identity.delete_member, tx, actor, member_id, by=_by(holder))
    return await nothing_left(tx, house, Touched(member_id=member_id), write, dry_run=dry_run)


async def _one(tx: Tx, member: Member) -> MemberShown:
    tags = await identity.tags_of_members(tx, [member.id])
    return MemberShown.model_validate({**asdict(member), "tags": tags[member.id]})


def _by(holder: identity.Caller) -> By:
    return By(holder.member_id, holder.role)
