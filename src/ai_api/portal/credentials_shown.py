"""What the doors to an administrator's credentials and to one's own have in common: bodies, answers, and stopping one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Final, Protocol
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from ai_api import credentials
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.credentials import (
    NAME_CHARACTERS_MAX,
    OVERLAP_MAX,
    SCOPE_MAX,
    SOURCE_NETWORKS_MAX,
    By,
    Changes,
    Credential,
    Issued,
    State,
)
from ai_api.portal.house import House, PortalSettings
from ai_api.portal.previews import StopsShown, previewed_stops, shown_instead
from ai_api.portal.shapes import Moment, Name, Patch, Strict, not_given
from ai_api.setup import Touched

CredentialName = Annotated[Name, Field(max_length=NAME_CHARACTERS_MAX)]
LIMITS_MAX: Final = 20
Networks = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=64)]], Field(min_length=1, max_length=SOURCE_NETWORKS_MAX)
]
Scope = Annotated[list[UUID], Field(max_length=SCOPE_MAX)]


class NewCredential(Strict):
    """A new credential. `expires_at` absent is the organization's usual life, null is never.

    `allocation_ids` absent or null is all of the member's, now and later; a list is exactly those, an empty one none.
    `source_networks` are those it may be used from; null is anywhere.
    """

    name: CredentialName
    prefix: str | None = Field(default=None, pattern=r"^[a-z0-9_-]{1,20}$")
    expires_at: Moment | None = None
    allocation_ids: Scope | None = None
    source_networks: Networks | None = None


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


class CredentialIssued(CredentialShown):
    """A new credential with its secret: this answer is the only place it ever stands in."""

    secret: str = Field(repr=False)


NO_REASON: Final = Because()
AT_ONCE: Final = Rotate()


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
    return body.expires_at if "expires_at" in body.model_fields_set else usual_expiry(settings, at)


def usual_expiry(settings: PortalSettings, at: datetime) -> datetime | None:
    """When a credential expires that is made at `at`, unless somebody says otherwise; None is never."""
    return None if settings.credential_ttl_days is None else at + timedelta(days=settings.credential_ttl_days)


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


async def stopped(
    tx: Tx, house: House, credential_id: UUID, write: Callable[[], Awaitable[Credential]], *, dry_run: bool
) -> CredentialShown | StopsShown:
    """The answer of a write that takes something from a credential, or of its dry run. Raises what `write` raises."""
    if dry_run:
        return await previewed_stops(tx, house, Touched(credential_id=credential_id), write)
    return credential_shown(await write(), house.clock.now())


def issued_shown(issued: Issued, at: datetime) -> CredentialIssued:
    """A new credential as it is answered, once."""
    return CredentialIssued(**credential_shown(issued.credential, at).model_dump(), secret=issued.secret)


async def rotated(
    tx: Tx, house: House, actor: Actor, credential_id: UUID, body: Rotate, *, dry_run: bool
) -> CredentialIssued | Response:
    """The answer of a rotation, or of its dry run, whose secret nobody sees. Raises what `credentials.rotate` raises."""
    at = house.clock.now()
    rotate = partial(credentials.rotate, tx, actor, credential_id, overlap=timedelta(seconds=body.overlap_s), at=at)
    if dry_run:
        return shown_instead(await previewed_stops(tx, house, Touched(credential_id=credential_id), rotate))
    return issued_shown(await rotate(), at)
