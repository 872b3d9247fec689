"""The list of members as administrators read it: each with what they have, what they spend, and when they were last seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from ai_api import identity, setup
from ai_api.identity import Identity, Kind, Role, Status
from ai_api.portal.admin.members import MemberOpened
from ai_api.portal.deps import AdminHolder, HouseDep, Transaction
from ai_api.portal.reports_asked import InZone, viewed_period
from ai_api.portal.shapes import Listed, ListQuery, Shown, UsdOut
from ai_api.setup import MemberAtWork

router = APIRouter(prefix="/api/admin/members", tags=["members"])

IDS_MAX = 100


class SpentShown(Shown):
    """What calls came to, refused ones too; the cost leaves out `unpriced_calls`, which nobody knows the price of."""

    calls: int
    unpriced_calls: int
    billed_cost_usd: UsdOut


class MemberListed(MemberOpened):
    """A member with how many `allocations` they have that are not revoked, and what they spent in the present calendar month.

    `last_seen_at` is when they were last in the portal, used an access token or made a call, as far as it is still on record;
    null for never.
    """

    allocations: int
    this_month: SpentShown
    last_seen_at: datetime | None


def _ids(text: str) -> list[UUID]:
    return [UUID(each) for each in text.split(",")]


def _only_ids(text: str) -> str:
    """Raises ValueError for what is no list of ids, or too many of them."""
    if len(_ids(text)) > IDS_MAX:
        raise ValueError(f"at most {IDS_MAX} ids")
    return text


class MembersQuery(ListQuery, InZone):
    """Filters; `q` is part of an identifier or a display name. The month is one of `zone`, or else of the organization's.

    `unanswered` are active service accounts whose responsible member is disabled. `ids` are at most 100, with commas
    between them, for whoever wants their names; those of nobody are left out. `tag_id` is a tag that applies to them: given to
    them, or everyone's. `identity` is who knows them: `local` is this gateway, `oidc` a provider of sign-ins.

    `-this_month` has those first who spent the most in the month, `-last_seen_at` those who were seen last; who spent nothing, or
    was never seen, comes behind them by identifier.
    """

    SORTS: ClassVar[tuple[str, ...]] = (
        "created_at", "-created_at", "identifier", "-identifier", "-this_month", "-last_seen_at",
    )  # fmt: skip
    SEARCHED: ClassVar[bool] = True

    ids: Annotated[str, Field(examples=["01a2…,01a3…"]), AfterValidator(_only_ids)] | None = None
    kind: Kind | None = None
    role: Role | None = None
    status: Status | None = None
    responsible_member_id: UUID | None = None
    unanswered: bool | None = None
    tag_id: UUID | None = None
    identity: Identity | None = None


@router.get("", response_model=Listed[MemberListed])
async def list_members(
    _: AdminHolder, tx: Transaction, house: HouseDep, query: Annotated[MembersQuery, Query()]
) -> Listed[MemberListed]:
    """Members, the newest first unless sorted otherwise."""
    month = await viewed_period(tx, house, query, "this_month")
    page = await setup.list_members(
        tx,
        identity.Filters(
            q=query.q,
            ids=None if query.ids is None else frozenset(_ids(query.ids)),
            kind=query.kind,
            role=query.role,
            status=query.status,
            responsible_member_id=query.responsible_member_id,
            unanswered=query.unanswered,
            tag_id=query.tag_id,
            identity=query.identity,
        ),
        sort=query.sort or "-created_at",
        limit=query.limit,
        cursor=query.cursor,
        since=month.since,
        until=month.until,
        now=house.clock.now(),
    )
    tags = await identity.tags_of_members(tx, [each.member.id for each in page.items])
    return Listed(
        items=[_shown(each, tags[each.member.id], at=house.clock.now()) for each in page.items], next=page.next
    )


def _shown(found: MemberAtWork, tags: Sequence[object], *, at: datetime) -> MemberListed:
    at_work = {
        "tags": tags,
        "allocations": found.allocations,
        "this_month": SpentShown(
            calls=found.spent.calls,
            unpriced_calls=found.spent.unpriced_calls,
            billed_cost_usd=found.spent.billed_cost_nanos,
        ),
        "last_seen_at": found.seen.last_at,
        "first_sign_in": found.seen.first_sign_in(at),
    }
    return MemberListed.model_validate({**asdict(found.member), **at_work})
