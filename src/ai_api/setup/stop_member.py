"""Stopping a member: everything by which they act ends at once."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from ai_api import devices, identity, invitations, sign_in
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.identity import By, Changes, Member

Services = Literal["keep", "disable"]
"""What becomes of the service accounts somebody answers for: they go on and wait for somebody else, or stop as well."""


async def disable_member(
    tx: Tx, actor: Actor, member_id: UUID, *, by: By, now: datetime, services: Services | None = None
) -> Member:
    """The member, disabled: credentials and access tokens stop, sessions, links and approvals of programs are over for good.

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


async def _end_all(tx: Tx, member_id: UUID, now: datetime) -> None:
    await sign_in.end_sessions_of(tx, member_id, now=now)
    await invitations.end_links_of(tx, member_id, now=now)
    await devices.end_of(tx, member_id)
