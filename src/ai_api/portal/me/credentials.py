"""/api/me/credentials: the caller's own application keys. A secret is answered once, when it is made, and never again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from ai_api import credentials, ledger, quotas
from ai_api.core.db import Tx
from ai_api.credentials import Credential, Order, State
from ai_api.ledger import UsageQuestion, UsageSum
from ai_api.portal.credentials_shown import (
    AT_ONCE,
    LIMITS_MAX,
    NO_REASON,
    Because,
    Change,
    CredentialIssued,
    CredentialShown,
    NewCredential,
    Rotate,
    changes_given,
    credential_shown,
    expiry_given,
    issued_shown,
    rotated,
    stopped,
)
from ai_api.portal.deps import HouseDep, Myself, Signed, Transaction
from ai_api.portal.house import House, PortalSettings
from ai_api.portal.limits_given import LimitWanted
from ai_api.portal.limits_shown import LimitLeft, LimitsLeft, left_of_credential, own_limits_left
from ai_api.portal.previews import WITH_DRY_RUN, DryStop, StopsShown
from ai_api.portal.reports_asked import InZone, PeriodQuery, viewed
from ai_api.portal.shapes import Listed, ListQuery, UsdOut

router = APIRouter(prefix="/api/me/credentials", tags=["me"])


class MyIssue(NewCredential):
    """A new credential. `expires_at` absent is the organization's usual life, null is never.

    `allocation_ids` absent or null is all of the caller's, now and later; a list is exactly those, an empty one none.
    `source_networks` are those it may be used from; null is anywhere. `limits` are in place of the usual ones of the same kind,
    and never above them; the others of these stay.
    """

    limits: Annotated[list[LimitWanted], Field(max_length=LIMITS_MAX)] = Field(default_factory=list)


class MyCredentialsQuery(ListQuery, InZone):
    """Filters of the list. `q` looks in names, public ids and the shown part of secrets; `zone` is that of `month`."""

    SORTS = ("created_at", "-created_at", "name", "-name")
    SEARCHED = True

    state: State | None = None


class MonthUsed(BaseModel):
    """What was called with a credential in the present month of the zone that was asked for, else of the organization's."""

    calls: int
    input_tokens: int
    output_tokens: int
    billed_cost_usd: UsdOut
    unpriced_calls: int


class MyCredentialShown(CredentialShown):
    """One of the caller's credentials. `last_used_at` and `last_client` are of the last call with it, refused ones too.

    `own_limits` is what is left under its own limits.
    """

    own_limits: list[LimitLeft]
    last_used_at: datetime | None
    last_client: str | None
    month: MonthUsed


class MyCredentialFound(MyCredentialShown):
    """One of the caller's credentials, with every limit that matches calls with it and what is left of it."""

    limits: LimitsLeft


class PlaygroundTokenMade(BaseModel):
    """A secret that calls in the name of the credential until it expires: this answer is the only place it ever stands in."""

    secret: str = Field(repr=False)
    expires_at: datetime


@router.get("")
async def list_my_credentials(
    query: Annotated[MyCredentialsQuery, Query()], holder: Signed, tx: Transaction, house: HouseDep
) -> Listed[MyCredentialShown]:
    """The caller's credentials, the newest first unless asked otherwise."""
    page = await credentials.list_page(
        tx,
        credentials.Filters(q=query.q, member_id=holder.member_id, state=query.state),
        at=house.clock.now(),
        limit=query.limit,
        cursor=query.cursor,
        sort=query.sort or "-created_at",
    )
    return Listed(items=await _shown(tx, house, holder.member_id, page.items, query), next=page.next)


@router.post("", status_code=201)
async def issue_my_credential(
    body: MyIssue, holder: Signed, actor: Myself, tx: Transaction, house: HouseDep
) -> CredentialIssued:
    """Issues a credential and answers its secret, once."""
    at = house.clock.now()
    issued = await credentials.issue(tx, actor, order_given(body, holder.member_id, house.settings, at), at=at)
    return issued_shown(issued, at)


@router.get("/{credential_id}")
async def get_my_credential(
    credential_id: UUID, query: Annotated[InZone, Query()], holder: Signed, tx: Transaction, house: HouseDep
) -> MyCredentialFound:
    """One of the caller's credentials, with what is left to it; its `month` is of `zone`, or of the organization's."""
    credential = await credentials.find_own(tx, holder.member_id, credential_id)
    (shown,) = await _shown(tx, house, holder.member_id, [credential], query)
    return MyCredentialFound(**dict(shown), limits=await left_of_credential(tx, house, credential))


@router.patch("/{credential_id}", response_model=CredentialShown | StopsShown)
async def change_my_credential(
    credential_id: UUID,
    holder: Signed,
    actor: Myself,
    tx: Transaction,
    *,
    house: HouseDep,
    body: Change,
    dry_run: DryStop = False,
) -> CredentialShown | StopsShown:
    """Changes name, expiry or scope, in force for the next call. The secret stays the same."""
    own = await credentials.find_own(tx, holder.member_id, credential_id)
    write = partial(credentials.change, tx, actor, own.id, changes_given(body), at=house.clock.now())
    return await stopped(tx, house, own.id, write, dry_run=dry_run)


@router.post("/{credential_id}/pause", response_model=CredentialShown | StopsShown)
async def pause_my_credential(
    credential_id: UUID,
    holder: Signed,
    actor: Myself,
    tx: Transaction,
    *,
    house: HouseDep,
    body: Because = NO_REASON,
    dry_run: DryStop = False,
) -> CredentialShown | StopsShown:
    """Stops it until the caller or an administrator resumes it."""
    own, at = await credentials.find_own(tx, holder.member_id, credential_id), house.clock.now()
    write = partial(credentials.pause, tx, actor, own.id, by="member", reason=body.reason, at=at)
    return await stopped(tx, house, own.id, write, dry_run=dry_run)


@router.post("/{credential_id}/resume")
async def resume_my_credential(
    credential_id: UUID,
    holder: Signed,
    actor: Myself,
    tx: Transaction,
    *,
    house: HouseDep,
    body: Because = NO_REASON,
) -> CredentialShown:
    """Lets it be used again. 403 for what an administrator paused."""
    own, at = await credentials.find_own(tx, holder.member_id, credential_id), house.clock.now()
    return credential_shown(await credentials.resume(tx, actor, own.id, by="member", reason=body.reason, at=at), at)


@router.post("/{credential_id}/revoke", response_model=CredentialShown | StopsShown)
async def revoke_my_credential(
    credential_id: UUID,
    holder: Signed,
    actor: Myself,
    tx: Transaction,
    *,
    house: HouseDep,
    body: Because = NO_REASON,
    dry_run: DryStop = False,
) -> CredentialShown | StopsShown:
    """Stops it for good."""
    own = await credentials.find_own(tx, holder.member_id, credential_id)
    write = partial(credentials.revoke, tx, actor, own.id, reason=body.reason, at=house.clock.now())
    return await stopped(tx, house, own.id, write, dry_run=dry_run)


@router.post("/{credential_id}/rotate", status_code=201, response_model=CredentialIssued, responses=WITH_DRY_RUN)
async def rotate_my_credential(
    credential_id: UUID,
    holder: Signed,
    actor: Myself,
    tx: Transaction,
    *,
    house: HouseDep,
    body: Rotate = AT_ONCE,
    dry_run: DryStop = False,
) -> CredentialIssued | Response:
    """Answers a successor with a new secret, once; the old secret ends after the overlap."""
    own = await credentials.find_own(tx, holder.member_id, credential_id)
    return await rotated(tx, house, actor, own.id, body, dry_run=dry_run)


@router.post("/{credential_id}/playground-token", status_code=201)
async def issue_playground_token(
    credential_id: UUID, holder: Signed, actor: Myself, tx: Transaction, house: HouseDep
) -> PlaygroundTokenMade:
    """Answers a secret, once, that calls in the name of the credential for 15 minutes and stops with it."""
    own = await credentials.find_own(tx, holder.member_id, credential_id)
    token = await credentials.issue_playground_token(tx, actor, own.id, at=house.clock.now())
    return PlaygroundTokenMade(secret=token.secret, expires_at=token.expires_at)


def order_given(body: MyIssue, member_id: UUID, settings: PortalSettings, at: datetime) -> Order:
    """The credential that a member asks for at `at`. Raises Refusal `limit_above_usual`, `bad_amount`."""
    return Order(
        member_id=member_id,
        name=body.name,
        prefix=body.prefix or settings.credential_prefix,
        expires_at=expiry_given(body, settings, at),
        allocation_ids=body.allocation_ids,
        source_networks=body.source_networks,
        limits=quotas.narrowed(settings.credential_limits, [each.terms() for each in body.limits]),
    )


async def _shown(
    tx: Tx, house: House, member_id: UUID, found: Sequence[Credential], query: InZone
) -> list[MyCredentialShown]:
    """Credentials with their use and their limits, in six queries however many there are. Raises Refusal `bad_time_zone`."""
    month = PeriodQuery(zone=query.zone, range="this_month")
    seen = await viewed(tx, house, month, member_id=member_id, as_told=False)
    if not found:
        return []
    at, ids = house.clock.now(), [each.id for each in found]
    question = UsageQuestion(
        member_id=member_id,
        since=seen.asked.period.since,
        until=seen.asked.period.until,
        zone=seen.zone_name,
        credential_ids=ids,
        by_credential=True,
    )
    used = {each.credential_id: each for each in await ledger.sum_usage(tx, question)}
    last = await ledger.last_calls(tx, ids)
    own = await own_limits_left(tx, house, ids)
    return [
        MyCredentialShown(
            **dict(credential_shown(each, at)),
            own_limits=own[each.id],
            last_used_at=last[each.id].at if each.id in last else None,
            last_client=last[each.id].client if each.id in last else None,
            month=_month(used.get(each.id)),
        )
        for each in found
    ]


def _month(used: UsageSum | None) -> MonthUsed:
    return MonthUsed(
        calls=used.calls if used else 0,
        input_tokens=used.input_tokens if used else 0,
        output_tokens=used.output_tokens if used else 0,
        billed_cost_usd=used.billed_cost_nanos if used else 0,
        unpriced_calls=used.unpriced_calls if used else 0,
    )
