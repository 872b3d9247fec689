"""/api/admin/members: people and service accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query

from ai_api import identity, sign_in
from ai_api.core.db import Tx
from ai_api.identity import By, Kind, Member, Role, Status
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction, proved
from ai_api.portal.shapes import Listed, ListQuery, Name, Patch, Shown, Strict, not_given

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
    return Listed(items=await _shown(tx, page.items), next=page.next)


@router.post("", status_code=201, response_model=MemberShown)
async def create_member(
    body: MemberCreate, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> MemberShown:
    """Makes a member. Only owners make owners."""
    if body.role != "member":
        proved(holder, house)
    draft = identity.Draft(
        identifier=body.identifier,
        display_name=body.display_name,
        kind=body.kind,
        role=body.role,
        responsible_member_id=body.responsible_member_id,
    )
    return await _one(tx, await identity.create_member(tx, actor, draft, by=_by(holder), now=house.clock.now()))


@router.get("/{member_id}", response_model=MemberShown)
async def get_member(member_id: UUID, _: AdminHolder, tx: Transaction) -> MemberShown:
    """One member."""
    return await _one(tx, await identity.get_member(tx, member_id))


@router.patch("/{member_id}", response_model=MemberShown)
async def change_member(
    member_id: UUID, body: MemberChange, *, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> MemberShown:
    """Changes a member. Only owners change owners, the last active owner stays one, and nobody raises themself."""
    changes, now = identity.Changes(**body.changes()), house.clock.now()
    if changes.role is not None:
        proved(holder, house)
    changed = await identity.change_member(tx, actor, member_id, changes, by=_by(holder), now=now)
    if changed.status == "disabled":
        await sign_in.end_sessions_of(tx, member_id, now=now)
    return await _one(tx, changed)


@router.post("/{member_id}/disable", response_model=MemberShown)
async def disable_member(
    member_id: UUID, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> MemberShown:
    """Disables a member: their credentials and access tokens stop within a second, and their sessions are over for good."""
    now = house.clock.now()
    disabled = await identity.disable_member(tx, actor, member_id, by=_by(holder), now=now)
    await sign_in.end_sessions_of(tx, member_id, now=now)
    return await _one(tx, disabled)


@router.post("/{member_id}/enable", response_model=MemberShown)
async def enable_member(
    member_id: UUID, actor: Admin, holder: AdminHolder, tx: Transaction, house: HouseDep
) -> MemberShown:
    """Makes a member active again."""
    return await _one(tx, await identity.enable_member(tx, actor, member_id, by=_by(holder), now=house.clock.now()))


@router.delete("/{member_id}", status_code=204)
async def delete_member(member_id: UUID, actor: Admin, holder: AdminHolder, tx: Transaction) -> None:
    """Deletes a member that nothing refers to; one that is in use is refused, and can be disabled."""
    await identity.delete_member(tx, actor, member_id, by=_by(holder))


async def _one(tx: Tx, member: Member) -> MemberShown:
    (shown,) = await _shown(tx, [member])
    return shown


async def _shown(tx: Tx, members: Sequence[Member]) -> list[MemberShown]:
    """Members with their tags, in two queries however many there are."""
    tags = await identity.tags_of_members(tx, [each.id for each in members])
    return [MemberShown.model_validate({**asdict(each), "tags": tags[each.id]}) for each in members]


def _by(holder: identity.Caller) -> By:
    return By(holder.member_id, holder.role)
