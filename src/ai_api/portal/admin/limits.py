"""Limits: of the whole, of tags, members, allocations, credentials and provider keys, with what is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from ai_api import identity, quotas, setup
from ai_api.core.db import Tx
from ai_api.core.undone import undone
from ai_api.portal.deps import Admin, HouseDep, Reading, Transaction
from ai_api.portal.house import House
from ai_api.portal.limits_refused import RefusedThisMonth, refused_this_month
from ai_api.portal.limits_shown import Amount, AmountOut, LimitLeft, LimitsLeft, amount_of, left_of_member, left_shown
from ai_api.portal.previews import DryLimit, LimitPreview, over_shown, shown_instead
from ai_api.portal.shapes import Listed, ListQuery, Patch, Shown, Strict, not_given
from ai_api.quotas import LimitFilters, Reach, StoredLimit, Subject, Terms
from ai_api.quotas.limit import SLIDING_S_MAX, Metric, OnExceed, Partition, SubjectKind
from ai_api.quotas.windows import WindowKind

router = APIRouter(prefix="/api/admin/limits", tags=["limits"])
of_members = APIRouter(prefix="/api/admin/members", tags=["limits"])


class LimitSet(Strict):
    """A limit to be set. What it is of and what it counts cannot be changed later; its amount and `on_exceed` can.

    `window_s` is the length of a sliding window in seconds. Calls at a time (`concurrency`) have the window `lifetime`.
    `zone` is for days and months; null is the organization's. An `amount` of 0 allows nothing.
    """

    subject_kind: SubjectKind
    subject_id: UUID | None = None
    metric: Metric
    window_kind: WindowKind
    window_s: Annotated[int, Field(ge=1, le=SLIDING_S_MAX, strict=True)] | None = None
    zone: Annotated[str, Field(max_length=64)] | None = None
    partition_by: Partition = "subject"
    on_exceed: OnExceed = "reject"
    amount: Amount


class LimitChange(Patch):
    """What of a limit can change. To take it away, delete it: an amount is never null."""

    amount: Amount = not_given()
    on_exceed: OnExceed = not_given()


class LimitsQuery(ListQuery):
    """Filters of the list."""

    SORTS = ("created_at", "-created_at")

    subject_kind: SubjectKind | None = None
    subject_id: UUID | None = None
    metric: Metric | None = None
    window_kind: WindowKind | None = None


class LimitShown(BaseModel):
    """A limit."""

    id: UUID
    subject_kind: SubjectKind
    subject_id: UUID | None
    metric: Metric
    window_kind: WindowKind
    window_s: int | None
    zone: str | None
    partition_by: Partition
    on_exceed: OnExceed
    amount: AmountOut
    created_at: datetime
    updated_at: datetime


class LimitFound(LimitShown):
    """A limit with what is left; `left` is null where each member or credential has the whole amount for itself."""

    left: LimitLeft | None


class SubjectShown(Shown):
    """What the subject of a limit is called: an allocation by its model. `member` is whose it is; null of nobody's alone."""

    name: str
    member_id: UUID | None
    member: str | None


class LimitInFull(LimitFound):
    """A limit with whose it is and what is left, and how many calls it refused this month.

    `subject` is null of the whole; `refused` of a provider key's, and while the index for it is built.
    """

    subject: SubjectShown | None
    refused: RefusedThisMonth | None


_PREVIEWED: dict[int | str, dict[str, Any]] = {
    200: {"model": LimitPreview, "description": "With `dry_run`: what it would do. Nothing was made."}
}


@router.get("")
async def list_limits(
    query: Annotated[LimitsQuery, Query()], _: Admin, tx: Transaction, calls: Reading, house: HouseDep
) -> Listed[LimitInFull]:
    """Limits in the order they were set, the newest first unless asked otherwise; those of allocations' months too."""
    filters = LimitFilters(
        subject_kind=query.subject_kind,
        subject_id=query.subject_id,
        metric=query.metric,
        window_kind=query.window_kind,
    )
    sort = query.sort or "-created_at"
    page = await quotas.list_limits(tx, filters, limit=query.limit, cursor=query.cursor, sort=sort)
    return Listed(items=await _in_full(tx, calls, house, page.items), next=page.next)


@router.post("", status_code=201, response_model=LimitFound | LimitPreview, responses=_PREVIEWED)
async def set_limit(
    body: LimitSet, response: Response, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryLimit = False
) -> LimitFound | LimitPreview:
    """Sets a limit, in force for the next call. 409 `limit_exists` when the subject has one that counts the same."""
    subject = await setup.limit_subject(tx, body.subject_kind, body.subject_id)
    terms = Terms(
        metric=body.metric,
        amount=amount_of(body.metric, body.amount),
        window_kind=body.window_kind,
        window_s=body.window_s,
        zone=body.zone,
        partition=body.partition_by,
        on_exceed=body.on_exceed,
    )

    async def write() -> StoredLimit:
        return await quotas.set_limit(tx, actor, subject, terms)

    if dry_run:
        response.status_code = 200
        return await _preview(tx, house, subject, write)
    return await _found(tx, house, await write())


@router.get("/{limit_id}")
async def get_limit(limit_id: UUID, _: Admin, tx: Transaction, calls: Reading, house: HouseDep) -> LimitInFull:
    """One limit with what is left."""
    (found,) = await _in_full(tx, calls, house, [await quotas.find_limit(tx, limit_id)])
    return found


@router.patch("/{limit_id}", response_model=LimitFound | LimitPreview)
async def change_limit(
    limit_id: UUID, body: LimitChange, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryLimit = False
) -> LimitFound | LimitPreview:
    """Changes the amount, or what happens when it is exceeded, in force for the next call; open calls go on."""
    limit = (await quotas.find_limit(tx, limit_id)).limit
    subject = await setup.limit_subject(tx, limit.subject_kind, limit.subject_id)
    changes = body.changes()
    amount = amount_of(limit.metric, changes["amount"]) if "amount" in changes else None

    async def write() -> StoredLimit:
        return await quotas.change_limit(
            tx, actor, limit_id, subject, amount=amount, on_exceed=changes.get("on_exceed")
        )

    if dry_run:
        return await _preview(tx, house, subject, write)
    return await _found(tx, house, await write())


@router.delete("/{limit_id}", status_code=204, response_model=None, responses={200: {"model": LimitPreview}})
async def remove_limit(
    limit_id: UUID, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryLimit = False
) -> Response:
    """Takes a limit away. The same limit set again knows what was used. With `dry_run`: who stands over it until then."""
    stored = await quotas.find_limit(tx, limit_id)
    subject = await setup.limit_subject(tx, stored.limit.subject_kind, stored.limit.subject_id)

    async def write() -> StoredLimit:
        await quotas.remove_limit(tx, actor, limit_id, subject)
        return stored

    if dry_run:
        return shown_instead(await _preview(tx, house, subject, write))
    await write()
    return Response(status_code=204)


@of_members.get("/{member_id}/limits")
async def get_limits_of_member(member_id: UUID, _: Admin, tx: Transaction, house: HouseDep) -> LimitsLeft:
    """Every limit that matches calls of a member, with what is left."""
    member = await identity.get_member(tx, member_id)
    return await left_of_member(tx, house, member.id)


async def _preview(tx: Tx, house: House, subject: Subject, write: Callable[[], Awaitable[StoredLimit]]) -> LimitPreview:
    zone = await setup.organization_zone(tx, configured=house.settings.organization_zone)
    async with undone(tx):
        written = (await write()).limit
    return over_shown(await setup.over_limit(tx, written, subject, zone=zone, at=house.clock.now()))


async def _found(tx: Tx, house: House, stored: StoredLimit) -> LimitFound:
    left = await _left(tx, house, [stored])
    return LimitFound(**_fields(stored), left=left.get(stored.limit.id))


async def _left(tx: Tx, house: House, stored: Sequence[StoredLimit]) -> dict[UUID, LimitLeft]:
    """What is left under each of these limits; where each member or credential has the whole amount, there is no one answer."""
    limits = [each.limit for each in stored if each.limit.partition == "subject"]
    zone = await setup.organization_zone(tx, configured=house.settings.organization_zone)
    found = await quotas.left_under(tx, limits, Reach(), zone=zone, at=house.clock.now())
    return {each.limit_id: left_shown(each) for each in found if each.limit_id is not None}


async def _in_full(tx: Tx, calls: Tx, house: House, stored: Sequence[StoredLimit]) -> list[LimitInFull]:
    """These limits, in a few statements however many there are."""
    refused = await refused_this_month(calls, house, [each.limit for each in stored])
    left = await _left(tx, house, stored)
    named = await setup.names_of(tx, [each.limit.subject_id for each in stored if each.limit.subject_id])
    # An allocation has no name of its own: it is called by its model.
    subjects = {
        subject_id: SubjectShown(name=name, member_id=each.member_id, member=each.member)
        for subject_id, each in named.items()
        if (name := each.name or each.model) is not None
    }
    return [
        LimitInFull(
            **_fields(each),
            subject=None if each.limit.subject_id is None else subjects.get(each.limit.subject_id),
            left=left.get(each.limit.id),
            refused=refused.get(each.limit.id),
        )
        for each in stored
    ]


def _fields(stored: StoredLimit) -> dict[str, Any]:
    times = {"created_at": stored.created_at, "updated_at": stored.updated_at}
    return {"id": stored.limit.id, **quotas.described(stored.limit), **times}
