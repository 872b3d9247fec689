"""A member looks at a program that waits, and approves or denies it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ai_api.audit import Actor, note
from ai_api.core.db import Tx
from ai_api.devices import rules, store
from ai_api.devices.rules import Device


async def find_for(tx: Tx, user_code: str, member_id: UUID, *, now: datetime) -> Device | None:
    """The program of a code that waits for somebody, or that this member decided; None for all others."""
    device = await store.find_by_user_code(tx, rules.hash_of_user_code(user_code))
    return device if device is not None and rules.is_seen_by(device, member_id, now) else None


async def approve(
    tx: Tx, actor: Actor, device: Device, member_id: UUID, ordered: Mapping[str, Any], *, now: datetime
) -> Device:
    """The program may collect the credential that is `ordered` (plain values), until its time is over.

    Raises Refusal `device_already_decided`, or `device_code_not_found` where somebody else was first or it is over.
    """
    _require(device, now, "pending")
    approved = await store.approve(tx, device.id, member_id, ordered, now=now)
    if approved is None:
        raise rules.device_code_not_found()
    await note(
        tx,
        actor,
        action="device.approve",
        target_kind="device",
        target_id=device.id,
        before={"state": "pending"},
        after={"state": "approved", **rules.audited(device), "ordered": ordered},
    )
    return approved


async def deny(tx: Tx, actor: Actor, device: Device, member_id: UUID, *, now: datetime) -> Device:
    """The program is given nothing, also where the member approved it and it did not collect yet.

    Raises Refusal `device_already_decided`, or `device_code_not_found` where somebody else was first or it is over.
    """
    _require(device, now, "pending", "approved")
    denied = await store.deny(tx, device.id, member_id, now=now)
    if denied is None:
        raise rules.device_code_not_found()
    await note(
        tx,
        actor,
        action="device.deny",
        target_kind="device",
        target_id=device.id,
        before={"state": device.state(now)},
        after={"state": "denied", **rules.audited(device)},
    )
    return denied


async def end_of(tx: Tx, member_id: UUID) -> int:
    """What a member approved and no program collected ends, as part of a write that is audited itself. Gives how many."""
    return await store.end_of(tx, member_id)


def _require(device: Device, now: datetime, *states: rules.State) -> None:
    state = device.state(now)
    if state not in states:
        raise rules.device_already_decided(state)
