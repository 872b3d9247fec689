"""Credentials: members' application keys. A secret is answered once, when it is made, and never again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from ai_api import credentials, quotas
from ai_api.credentials import (
    NAME_CHARACTERS_MAX,
    OVERLAP_MAX,
    SCOPE_MAX,
    SOURCE_NETWORKS_MAX,
    By,
    Changes,
    Credential,
    Order,
    State,
)
from ai_api.portal.deps import Admin, HouseDep, Transaction
from ai_api.portal.house import PortalSettings
from ai_api.portal.limits_shown import Amount, LimitsLeft, amount_of, left_of_credential
from ai_api.portal.shapes import Listed, ListQuery, Moment, Name, Patch, Strict, not_given
from ai_api.quotas import Terms
from ai_api.quotas.limit import SLIDING_S_MAX, Metric, OnExceed
from ai_api.quotas.windows import WindowKind

router = APIRouter(prefix="/api/admin/credentials", tags=["credentials"])

CredentialName = Annotated[Name, Field(max_length=NAME_CHARACTERS_MAX)]
LIMITS_MAX: Final = 20
Networks = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=64)]], Field(min_length=1, max_length=SOURCE_NETWORKS_MAX)
]
Scope = Annotated[list[UUID], Field(max_length=SCOPE_MAX)]


class LimitGiven(Strict):
    """A limit of the new credential. `amount` null is none of this kind, also where one is usual; 0 allows nothing."""

    metric: Metric
    window_kind: WindowKind
    window_s: Annotated[int, Field(ge=1, le=SLIDING_S_MAX, strict=True)] | None = None
    zone: Annotated[str, Field(max_length=64)] | None = None
    on_exceed: OnExceed = "reject"
    amount: Amount | None


class Issue(Strict):
    """A new credential. `expires_at` absent is the organization's usual life, null is never.

    `allocation_ids` absent or null is all of the member's, now and later; a list is exactly those, an empty one none.
    `source_networks` are those it may be used from; null is anywhere. `limits` are in place of the usual ones
    of the same kind; the others of these stay.
    """

    member_id: UUID
    name: CredentialName
    prefix: str | None = Field(default=None, pattern=r"^[a-z0-9_-]{1,20}$")
    expires_at: Moment | None = None
    allocation_ids: Scope | None = None
    source_networks: Networks | None = None
    limits: Annotated[list[LimitGiven], Field(max_length=LIMITS_MAX)] = Field(default_factory=list)


class Change(Patch):
    """What is given is stored; `expires_at` null is never, `allocation_ids` null is all of the member's.

    `source_networks` null is from anywhere.
    """

    name: CredentialName = not_given()
    expires_at: Moment | None = None
    allocation_ids: Scope | None = None
    source_networks: Networks | None = None


class Because(Strict):
    """Why something is done; kept in the audit trail."""

    reason: str = Field(default="", max_length=500)


class Rotate(Strict):
    """How long the old secret works on beside the new one, in seconds: up to a day; 0 revokes it at once."""

    overlap_s: int = Field(default=0, ge=0, le=int(OVERLAP_MAX.total_seconds()), strict=True)


class CredentialsQuery(ListQuery):
    """Filters of the list. `q` looks in names, public ids and the shown part of secrets."""

    SORTS = ("created_at", "-created_at", "name", "-name")
    SEARCHED = True

    member_id: UUID | None = None
    state: State | None = None


class CredentialShown(BaseModel):
    """One credential, without its secret. `allocation_ids` is null for all of the member's allocations."""

    id: UUID
    public_id: str
    member_id: UUID
    name: str
    display: str
    state: State
    all_allocations: bool
    allocation_ids: list[UUID] | None
    expires_at: datetime | None
    source_networks: list[str] | None
    paused_at: datetime | None
    paused_by: By | None
    revoked_at: datetime | None
    created_at: datetime
    updated_at: datetime


class CredentialFound(CredentialShown):
    """One credential, with every limit that matches calls with it and what is left of it."""

    limits: LimitsLeft


class CredentialIssued(CredentialShown):
    """A new credential with its secret: this answer is the only place it ever stands in."""

    secret: str = Field(repr=False)


NO_REASON: Final = Because()
AT_ONCE: Final = Rotate()


@router.get("")
async def list_credentials(
    query: Annotated[CredentialsQuery, Query()], _: Admin, tx: Transaction, house: HouseDep
) -> Listed[CredentialShown]:
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
    return Listed(items=[credential_shown(one, at) for one in page.items], next=page.next)


@router.post("", status_code=201)
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
    return CredentialIssued(**credential_shown(issued.credential, at).model_dump(), secret=issued.secret)


@router.get("/{credential_id}")
async def get_credential(credential_id: UUID, _: Admin, tx: Transaction, house: HouseDep) -> CredentialFound:
    """One credential, with what is left to it."""
    credential = await credentials.find(tx, credential_id)
    shown = credential_shown(credential, house.clock.now())
    return CredentialFound(**dict(shown), limits=await left_of_credential(tx, house, credential))


@router.patch("/{credential_id}")
async def change_credential(
    credential_id: UUID, body: Change, actor: Admin, tx: Transaction, house: HouseDep
) -> CredentialShown:
    """Changes name, expiry, scope or source networks, in force for the next call. The secret stays the same."""
    at = house.clock.now()
    return credential_shown(await credentials.change(tx, actor, credential_id, changes_given(body), at=at), at)


@router.post("/{credential_id}/pause")
async def pause_credential(
    credential_id: UUID, actor: Admin, tx: Transaction, house: HouseDep, body: Because = NO_REASON
) -> CredentialShown:
    """Stops it until an administrator resumes it."""
    at = house.clock.now()
    return credential_shown(
        await credentials.pause(tx, actor, credential_id, by="admin", reason=body.reason, at=at), at
    )


@router.post("/{credential_id}/resume")
async def resume_credential(
    credential_id: UUID, actor: Admin, tx: Transaction, house: HouseDep, body: Because = NO_REASON
) -> CredentialShown:
    """Lets a paused one be used again, whoever paused it."""
    at = house.clock.now()
    return credential_shown(
        await credentials.resume(tx, actor, credential_id, by="admin", reason=body.reason, at=at), at
    )


@router.post("/{credential_id}/revoke")
async def revoke_credential(
    credential_id: UUID, actor: Admin, tx: Transaction, house: HouseDep, body: Because = NO_REASON
) -> CredentialShown:
    """Stops it for good."""
    at = house.clock.now()
    return credential_shown(await credentials.revoke(tx, actor, credential_id, reason=body.reason, at=at), at)


@router.post("/{credential_id}/rotate", status_code=201)
async def rotate_credential(
    credential_id: UUID, actor: Admin, tx: Transaction, house: HouseDep, body: Rotate = AT_ONCE
) -> CredentialIssued:
    """Answers a successor with a new secret, once; the old secret ends after the overlap."""
    at = house.clock.now()
    issued = await credentials.rotate(tx, actor, credential_id, overlap=timedelta(seconds=body.overlap_s), at=at)
    return CredentialIssued(**credential_shown(issued.credential, at).model_dump(), secret=issued.secret)


class Expiring(Protocol):
    """A body that may say when something expires."""

    @property
    def expires_at(self) -> datetime | None:
        """As given; None for never, or where it was not."""

    @property
    def model_fields_set(self) -> set[str]:
        """The fields that were given."""


def expiry_given(body: Expiring, settings: PortalSettings, at: datetime) -> datetime | None:
    """When a new credential expires: as given, else after the organization's usual life."""
    if "expires_at" in body.model_fields_set or settings.credential_ttl_days is None:
        return body.expires_at
    return at + timedelta(days=settings.credential_ttl_days)


def changes_given(body: Change) -> Changes:
    """What a change names."""
    changes: Changes = {}
    if "name" in body.model_fields_set:
        changes["name"] = body.name
    if "expires_at" in body.model_fields_set:
        changes["expires_at"] = body.expires_at
    if "allocation_ids" in body.model_fields_set:
        changes["allocation_ids"] = body.allocation_ids
    if "source_networks" in body.model_fields_set:
        changes["source_networks"] = body.source_networks
    return changes


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


def credential_shown(credential: Credential, at: datetime) -> CredentialShown:
    """A credential as it is answered."""
    scope = credential.allocation_ids
    return CredentialShown(
        id=credential.id,
        public_id=credential.public_id,
        member_id=credential.member_id,
        name=credential.name,
        display=credential.display,
        state=credential.state(at),
        all_allocations=scope is None,
        allocation_ids=None if scope is None else list(scope),
        expires_at=credential.expires_at,
        source_networks=None if credential.source_networks is None else list(credential.source_networks),
        paused_at=credential.paused_at,
        paused_by=credential.paused_by,
        revoked_at=credential.revoked_at,
        created_at=credential.created_at,
        updated_at=credential.updated_at,
    )
