"""Stopping a member: everything by which they act ends at once, and before that it can be asked what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from ai_api import credentials, identity, invitations, sign_in
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.identity import By, Changes, Member
from ai_api.sign_in import SessionTerms

Services = Literal["keep", "disable"]
"""What becomes of the service accounts somebody answers for: they go on and wait for somebody else, or stop as well."""

SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Stops:
    """What works now and would stop. `services` are the first 20 active service accounts the member answers for."""

    credentials: int
    access_tokens: int
    sessions: int
    services: Sequence[Member]
    service_count: int


async def disable_member(
    tx: Tx, actor: Actor, member_id: UUID, *, by: By, now: datetime, services: Services | None = None
) -> Member:
    """The member, disabled: credentials and access tokens stop, sessions and links are over for good.

    Raises what `identity.change_member` raises; `responsible_for_services` only where nobody said what becomes of those.
    """
    if services == "disable":
        for service in await identity.services_of(tx, member_id):
            await identity.disable_member(tx, actor, service.id, by=by, now=now)
    leave = services is not None
    member = await identity.disable_member(tx, actor, member_id, by=by, now=now, leave_services=leave)
    await _end_all(tx, member_id, now)
    return member


async def change_member(tx: Tx, actor: Actor, member_id: UUID, changes: Changes, *, by: By, now: datetime) -> Member:
    """The member with `changes` made; disabling by a change is the same as disabling. Raises as `identity.change_member`."""
    member = await identity.change_member(tx, actor, member_id, changes, by=by, now=now)
    if changes.status == "disabled":
        await _end_all(tx, member_id, now)
    return member


async def preview_disabling(
    tx: Tx,
    actor: Actor,
    member_id: UUID,
    *,
    by: By,
    terms: SessionTerms,
    now: datetime,
    services: Services | None = None,
) -> Stops:
    """What disabling a member would stop; it is done and taken back. Raises what it would raise, but for service accounts."""
    stops = await _stops(tx, member_id, terms, now)
    savepoint = await tx.begin_nested()
    try:
        await disable_member(tx, actor, member_id, by=by, now=now, services=services or "keep")
    finally:
        await savepoint.rollback()
    return stops


async def preview_deletion(
    tx: Tx, actor: Actor, member_id: UUID, *, by: By, terms: SessionTerms, now: datetime
) -> Stops:
    """What deleting a member would stop; it is done and taken back. Raises what it would raise."""
    stops = await _stops(tx, member_id, terms, now)
    savepoint = await tx.begin_nested()
    try:
        await identity.delete_member(tx, actor, member_id, by=by)
    finally:
        await savepoint.rollback()
    return stops


async def _end_all(tx: Tx, member_id: UUID, now: datetime) -> None:
    await sign_in.end_sessions_of(tx, member_id, now=now)
    await invitations.end_links_of(tx, member_id, now=now)


async def _stops(tx: Tx, member_id: UUID, terms: SessionTerms, now: datetime) -> Stops:
    services = await identity.services_of(tx, member_id)
    live = credentials.Filters(member_id=member_id, state="active")
    return Stops(
        credentials=await credentials.count(tx, live, at=now),
        access_tokens=await identity.count_access_tokens(tx, member_id, now=now),
        sessions=await sign_in.count_sessions(tx, member_id, terms=terms, now=now),
        services=services[:SHOWN_MAX],
        service_count=len(services),
    )
