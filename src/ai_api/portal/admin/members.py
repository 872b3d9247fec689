"""/api/admin/members: people and service accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query

from ai_api import identity
from ai_api.identity import By, Kind, Member, Role, Status
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.shapes import Listed, ListQuery, Name, Patch, Shown, Strict, listed, not_given

router = APIRouter(prefix="/api/admin/members", tags=["members"])


class MemberShown(Shown):
    """A member. `responsible_member_id` is set for service accounts alone."""

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


class MembersQuery(ListQuery):
    """Filters; `q` is part of an identifier or a display name."""

    SEARCHED: ClassVar[bool] = True

    kind: Kind | None = None
    role: Role | None = None
    status: Status | None = None
    responsible_member_id: UUID | None = None


@router.get("", response_model=Listed[MemberShown])
async def list_members(_: AdminHolder, tx: Transaction, query: Annotated[MembersQuery, Query()]) -> Listed[MemberShown]:
    """Members, the newest first."""
    filters = identity.Filters(
        q=query.q,
        kind=query.kind,
        role=query.role,
        status=query.status,
        responsible_member_id=query.responsible_member_id,
    )
    page = await identity.list_members(tx, filters=filters, limit=query.limit, cursor=query.cursor)
    return listed(page, MemberShown)


@router.post("", status_code=201, response_model=MemberShown)
async def create_member(
    body: MemberCreate, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> Member:
    """Makes a member. Only owners make owners."""
    draft = identity.Draft(
        identifier=body.identifier,
        display_name=body.display_name,
        kind=body.kind,
        role=body.role,
        responsible_member_id=body.responsible_member_id,
    )
    return await identity.create_member(tx, actor, draft, by=_by(holder), now=house.clock.now())


@router.get("/{member_id}", response_model=MemberShown)
async def get_member(member_id: UUID, _: AdminHolder, tx: Transaction) -> Member:
    """One member."""
    return await identity.get_member(tx, member_id)


@router.patch("/{member_id}", response_model=MemberShown)
async def change_member(
    member_id: UUID, body: MemberChange, *, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> Member:
    """Changes a member. Only owners change owners, the last active owner stays one, and nobody raises themself."""
    changes = identity.Changes(**body.changes())
    return await identity.change_member(tx, actor, member_id, changes, by=_by(holder), now=house.clock.now())


@router.post("/{member_id}/disable", response_model=MemberShown)
async def disable_member(
    member_id: UUID, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> Member:
    """Disables a member: their credentials and access tokens stop within a second."""
    return await identity.disable_member(tx, actor, member_id, by=_by(holder), now=house.clock.now())


@router.post("/{member_id}/enable", response_model=MemberShown)
async def enable_member(member_id: UUID, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep) -> Member:
    """Makes a member active again."""
    return await identity.enable_member(tx, actor, member_id, by=_by(holder), now=house.clock.now())


@router.delete("/{member_id}", status_code=204)
async def delete_member(member_id: UUID, actor: Admin, holder: AdminHolder, tx: Transaction) -> None:
    """Deletes a member that nothing refers to; one that is in use is refused, and can be disabled."""
    await identity.delete_member(tx, actor, member_id, by=_by(holder))


def _by(holder: identity.TokenHolder) -> By:
    return By(holder.member_id, holder.role)
