"""/api/admin/tags: labels on members, and who has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Annotated, ClassVar, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from ai_api import access, catalog, identity, setup
from ai_api.core.db import Tx
from ai_api.identity import (
    MEMBERS_AT_ONCE_MAX,
    PRIORITY_DEFAULT,
    PRIORITY_MAX,
    TAG_NAME_CHARACTERS_MAX,
    Kind,
    Membership,
    Status,
    Tag,
    TagChanges,
    TagDraft,
    Who,
)
from ai_api.portal.deps import Admin, AdminHolder, HouseDep, Transaction
from ai_api.portal.previews import WITH_DRY_RUN, DryRun, DryStop, PreviewShown, nothing_left, previewed
from ai_api.portal.shapes import Listed, ListQuery, Patch, Shown, Strict, not_given
from ai_api.setup import FirstSignIn, Touched

_MODELS_LISTED: Final = 3
_MODELS_SHOWN: Final = 100

router = APIRouter(prefix="/api/admin/tags", tags=["tags"])

TagName = Annotated[
    str, StringConstraints(min_length=1, max_length=TAG_NAME_CHARACTERS_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Priority = Annotated[int, Field(strict=True, ge=0, le=PRIORITY_MAX)]
Flag = Annotated[bool, Field(strict=True)]
Identifier = Annotated[str, Field(min_length=1, max_length=254)]


class TagShown(Shown):
    """A tag. A lower priority comes first. `members` counts those that were given it; an `everyone` tag is every member's."""

    id: UUID
    name: str
    priority: int
    everyone: bool
    members: int
    created_at: datetime
    updated_at: datetime


class ModelsDecided(Shown):
    """How many active models there are, and the first of them by slug."""

    models: int
    slugs: list[str]


class TagOpened(TagShown):
    """A tag with the restricted models that it `opens` to who has it, and the models that it `closes` to them, whatever else
    opens them.
    """

    opens: ModelsDecided
    closes: ModelsDecided


class TagCreate(Strict):
    """A tag to be made. Nobody has it yet, unless it is everyone's."""

    name: TagName
    priority: Priority = PRIORITY_DEFAULT
    everyone: Flag = False


class TagChange(Patch):
    """What to change of a tag."""

    name: TagName = not_given()
    priority: Priority = not_given()
    everyone: Flag = not_given()


class TagMembers(Strict):
    """Members, by id, by identifier in whatever case, or by both."""

    member_ids: Annotated[list[UUID], Field(max_length=MEMBERS_AT_ONCE_MAX)] = Field(default_factory=list)
    identifiers: Annotated[list[Identifier], Field(max_length=MEMBERS_AT_ONCE_MAX)] = Field(default_factory=list)


class MembershipShown(Shown):
    """What became of it: to how many members it made a difference, and to how many none. Sent again, it makes none."""

    tag: TagShown
    changed: int
    unchanged: int


class MemberOfTagShown(Shown):
    """A member that was given a tag. `first_sign_in` is of a person who has never signed in, and null of everybody else."""

    id: UUID
    kind: Kind
    identifier: str
    display_name: str
    status: Status
    tagged_at: datetime
    first_sign_in: FirstSignIn | None


class TagsQuery(ListQuery):
    """`q` is part of a name."""

    SEARCHED: ClassVar[bool] = True


class MembersOfTagQuery(ListQuery):
    """`q` is part of an identifier or a display name."""

    SEARCHED: ClassVar[bool] = True


@router.get("", response_model=Listed[TagOpened])
async def list_tags(_: AdminHolder, tx: Transaction, query: Annotated[TagsQuery, Query()]) -> Listed[TagOpened]:
    """Tags by name, each with the first three models that it opens and closes."""
    page = await identity.list_tags(tx, q=query.q, limit=query.limit, cursor=query.cursor)
    return Listed(items=await _opened(tx, page.items, most=_MODELS_LISTED), next=page.next)


@router.post("", status_code=201, response_model=TagShown)
async def create_tag(body: TagCreate, actor: Admin, tx: Transaction, house: HouseDep) -> Tag:
    """Makes a tag."""
    return await identity.create_tag(tx, actor, TagDraft(**dict(body)), now=house.clock.now())


@router.get("/{tag_id}", response_model=TagOpened)
async def get_tag(tag_id: UUID, _: AdminHolder, tx: Transaction) -> TagOpened:
    """One tag, with the first hundred models that it opens and closes."""
    (shown,) = await _opened(tx, [await identity.get_tag(tx, tag_id)], most=_MODELS_SHOWN)
    return shown


@router.patch("/{tag_id}", response_model=TagShown | PreviewShown)
async def change_tag(
    tag_id: UUID, body: TagChange, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryRun = False
) -> TagShown | PreviewShown:
    """Changes a tag. What it decides stays: policies and limits name it by its id."""
    changes = TagChanges(**body.changes())

    async def write() -> Tag:
        return await identity.change_tag(tx, actor, tag_id, changes, now=house.clock.now())

    if dry_run:
        return previewed(await access.preview_tag(tx, tag_id, write))
    return TagShown.model_validate(await write())


@router.delete("/{tag_id}", status_code=204, response_model=None, responses=WITH_DRY_RUN)
async def delete_tag(
    tag_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> Response:
    """Deletes a tag that no access policy and no limit names; one that is in use is refused, saying by what."""
    write = partial(setup.remove_tag, tx, actor, tag_id)
    return await nothing_left(tx, house, Touched(tag_id=tag_id), write, dry_run=dry_run)


@router.get("/{tag_id}/members", response_model=Listed[MemberOfTagShown])
async def list_tag_members(
    tag_id: UUID, _: AdminHolder, tx: Transaction, house: HouseDep, query: Annotated[MembersOfTagQuery, Query()]
) -> Listed[MemberOfTagShown]:
    """The members that were given a tag, the newest first. Those who have it as everyone are not listed."""
    page = await identity.list_tag_members(tx, tag_id, q=query.q, limit=query.limit, cursor=query.cursor)
    awaited = await setup.first_sign_ins(tx, [each.id for each in page.items], at=house.clock.now())
    shown = [
        MemberOfTagShown.model_validate({**asdict(each), "first_sign_in": awaited.get(each.id)}) for each in page.items
    ]
    return Listed(items=shown, next=page.next)


@router.post("/{tag_id}/members", response_model=MembershipShown | PreviewShown)
async def add_tag_members(
    tag_id: UUID, body: TagMembers, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryRun = False
) -> MembershipShown | PreviewShown:
    """Gives members a tag, all of them or none. In force for the next call of each."""

    async def write() -> Membership:
        return await identity.add_tag_members(tx, actor, tag_id, _who(body), now=house.clock.now())

    return previewed(await access.preview_membership(tx, tag_id, write)) if dry_run else _membership(await write())


@router.post("/{tag_id}/members/remove", response_model=MembershipShown | PreviewShown)
async def remove_tag_members(
    tag_id: UUID, body: TagMembers, *, actor: Admin, tx: Transaction, dry_run: DryRun = False
) -> MembershipShown | PreviewShown:
    """Takes a tag from members, from all of them or from none. In force for the next call of each."""

    async def write() -> Membership:
        return await identity.remove_tag_members(tx, actor, tag_id, _who(body))

    return previewed(await access.preview_membership(tx, tag_id, write)) if dry_run else _membership(await write())


async def _opened(tx: Tx, tags: Sequence[Tag], *, most: int) -> list[TagOpened]:
    decided = await catalog.decided_by_tags(tx, [tag.id for tag in tags], most=most)
    return [
        TagOpened.model_validate({**asdict(tag), "opens": decided[tag.id].opens, "closes": decided[tag.id].closes})
        for tag in tags
    ]


def _who(body: TagMembers) -> Who:
    return Who(member_ids=body.member_ids, identifiers=body.identifiers)


def _membership(membership: Membership) -> MembershipShown:
    tag = TagShown.model_validate(membership.tag)
    return MembershipShown(tag=tag, changed=len(membership.changed), unchanged=membership.unchanged)
