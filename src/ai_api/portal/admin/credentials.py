"""Credentials: members' application keys. A secret is answered once, when it is made, and never again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from ai_api import credentials, quotas
from ai_api.credentials import Order, State
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
from ai_api.portal.deps import Admin, HouseDep, NeedsProof, Transaction
from ai_api.portal.limits_shown import Amount, LimitLeft, LimitsLeft, amount_of, left_of_credential, own_limits_left
from ai_api.portal.previews import WITH_DRY_RUN, DryStop, StopsShown
from ai_api.portal.shapes import Listed, ListQuery, Strict
from ai_api.quotas import Terms
from ai_api.quotas.limit import SLIDING_S_MAX, Metric, OnExceed
from ai_api.quotas.windows import WindowKind

router = APIRouter(prefix="/api/admin/credentials", tags=["credentials"])


class LimitGiven(Strict):
    """A limit of the new credential. `amount` null is none of this kind, also where one is usual; 0 allows nothing."""

    metric: Metric
    window_kind: WindowKind
    window_s: Annotated[int, Field(ge=1, le=SLIDING_S_MAX, strict=True)] | None = None
    zone: Annotated[str, Field(max_length=64)] | None = None
    on_exceed: OnExceed = "reject"
    amount: Amount | None


class Issue(NewCredential):
    """A new credential. `expires_at` absent is the organization's usual life, null is never.

    `allocation_ids` absent or null is all of the member's, now and later; a list is exactly those, an empty one none.
    `source_networks` are those it may be used from; null is anywhere. `limits` are in place of the usual ones
    of the same kind; the others of these stay.
    """

    member_id: UUID
    limits: Annotated[list[LimitGiven], Field(max_length=LIMITS_MAX)] = Field(default_factory=list)


class CredentialsQuery(ListQuery):
    """Filters of the list. `q` looks in names, public ids and the shown part of secrets."""

    SORTS = ("created_at", "-created_at", "name", "-name")
    SEARCHED = True

    member_id: UUID | None = None
    state: State | None = None


class CredentialListed(CredentialShown):
    """One credential of a list, with what is left under its own limits."""

    own_limits: list[LimitLeft]


class CredentialFound(CredentialShown):
    """One credential, with every limit that matches calls with it and what is left of it."""

    limits: LimitsLeft


@router.get("")
async def list_credentials(
    query: Annotated[CredentialsQuery, Query()], _: Admin, tx: Transaction, house: HouseDep
) -> Listed[CredentialListed]:
    """Credentials, the newest first unless asked otherwise."""
    at = house.clock.now()
    page = await credentials.list_page(
        tx,
        credentials.Filters(q=query.q, member_id=query.member_id, state=query.state),
        at=at,
        limit=query.limit,
        cursor=query.cursor,
        sort=query.sort or "-created_at",
    )
    own = await own_limits_left(tx, house, [one.id for one in page.items])
    items = [CredentialListed(**dict(credential_shown(one, at)), own_limits=own[one.id]) for one in page.items]
    return Listed(items=items, next=page.next)


@router.post("", status_code=201, dependencies=[NeedsProof])
async def issue_credential(body: Issue, actor: Admin, tx: Transaction, house: HouseDep) -> CredentialIssued:
    """Issues a credential and answers its secret, once."""
    at = house.clock.now()
    order = Order(
        member_id=body.member_id,
        name=body.name,
        prefix=body.prefix or house.settings.credential_prefix,
        expires_at=expiry_given(body, house.settings, at),
        allocation_ids=body.allocation_ids,
        source_networks=body.source_networks,
        limits=_limits(house.settings.credential_limits, body.limits),
    )
    issued = await credentials.issue(tx, actor, order, at=at)
    return issued_shown(issued, at)


@router.get("/{credential_id}")
async def get_credential(credential_id: UUID, _: Admin, tx: Transaction, house: HouseDep) -> CredentialFound:
    """One credential, with what is left to it."""
    credential = await credentials.find(tx, credential_id)
    shown = credential_shown(credential, house.clock.now())
    return CredentialFound(**dict(shown), limits=await left_of_credential(tx, house, credential))


@router.patch("/{credential_id}", response_model=CredentialShown | StopsShown)
async def change_credential(
    credential_id: UUID, body: Change, *, actor: Admin, tx: Transaction, house: HouseDep, dry_run: DryStop = False
) -> CredentialShown | StopsShown:
    """Changes name, expiry, scope or source networks, in force for the next call. The secret stays the same."""
    write = partial(credentials.change, tx, actor, credential_id, changes_given(body), at=house.clock.now())
    return await stopped(tx, house, credential_id, write, dry_run=dry_run)


@router.post("/{credential_id}/pause", response_model=CredentialShown | StopsShown)
async def pause_credential(
    credential_id: UUID,
    *,
    actor: Admin,
    tx: Transaction,
    house: HouseDep,
    body: Because = NO_REASON,
    dry_run: DryStop = False,
) -> CredentialShown | StopsShown:
    """Stops it until an administrator resumes it."""
    at = house.clock.now()
    write = partial(credentials.pause, tx, actor, credential_id, by="admin", reason=body.reason, at=at)
    return await stopped(tx, house, credential_id, write, dry_run=dry_run)


@router.post("/{credential_id}/resume")
async def resume_credential(
    credential_id: UUID, actor: Admin, tx: Transaction, house: HouseDep, body: Because = NO_REASON
) -> CredentialShown:
    """Lets a paused one be used again, whoever paused it."""
    at = house.clock.now()
    return credential_shown(
        await credentials.resume(tx, actor, credential_id, by="admin", reason=body.reason, at=at), at
    )


@router.post("/{credential_id}/revoke", response_model=CredentialShown | StopsShown)
async def revoke_credential(
    credential_id: UUID,
    *,
    actor: Admin,
    tx: Transaction,
    house: HouseDep,
    body: Because = NO_REASON,
    dry_run: DryStop = False,
) -> CredentialShown | StopsShown:
    """Stops it for good."""
    write = partial(credentials.revoke, tx, actor, credential_id, reason=body.reason, at=house.clock.now())
    return await stopped(tx, house, credential_id, write, dry_run=dry_run)


@router.post(
    "/{credential_id}/rotate",
    status_code=201,
    response_model=CredentialIssued,
    responses=WITH_DRY_RUN,
    dependencies=[NeedsProof],
)
async def rotate_credential(
    credential_id: UUID,
    *,
    actor: Admin,
    tx: Transaction,
    house: HouseDep,
    body: Rotate = AT_ONCE,
    dry_run: DryStop = False,
) -> CredentialIssued | Response:
    """Answers a successor with a new secret, once; the old secret ends after the overlap."""
    return await rotated(tx, house, actor, credential_id, body, dry_run=dry_run)


def _limits(usual: Sequence[Terms], given: Sequence[LimitGiven]) -> tuple[Terms, ...]:
    wanted = [_terms(each) for each in given if each.amount is not None]
    return quotas.merged(usual, wanted, without=[_terms(each) for each in given if each.amount is None])


def _terms(given: LimitGiven) -> Terms:
    return Terms(
        metric=given.metric,
        amount=0 if given.amount is None else amount_of(given.metric, given.amount),
        window_kind=given.window_kind,
        window_s=given.window_s,
        zone=given.zone,
        on_exceed=given.on_exceed,
    )
