"""A program asks for a credential by a code: who may ask how often, what a member approves, and what is collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from ai_api import access, allocations, credentials, devices, identity, quotas, sign_in
from ai_api.allocations import Allocation
from ai_api.audit import Actor
from ai_api.catalog import Model
from ai_api.core.db import Database, Tx
from ai_api.core.errors import Refusal
from ai_api.credentials import Issued, Order
from ai_api.devices import Asked, Begun, Device, PollError
from ai_api.providers import lanes
from ai_api.sign_in import Backoff, Visitor
from ai_api.wire.envelope import Operation

ASKING: Final = Backoff(free=100, first_s=15, max_s=300, forget_s=600)
"""How often codes are asked for from one network."""
GUESSING: Final = Backoff(free=20, first_s=60, max_s=900, forget_s=3_600)
"""How often one member types a code that is none."""
GUESSING_FROM: Final = Backoff(free=200, first_s=15, max_s=300, forget_s=3_600)
"""How often all members of one network do."""

_ASKED: Final = b"device"
_GUESSED: Final = b"device code"
_ANYWHERE: Final = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that a member may let a program call: theirs, and at work."""

    allocation: Allocation
    model: Model
    fits: bool
    """Whether it serves all that the program says it needs."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What a program is given, once. `choices` are the models that it may call from now on."""

    device: Device
    issued: Issued
    choices: Sequence[Choice]


async def begin_device(tx: Tx, asked: Asked, *, now: datetime) -> Begun:
    """A program that waits for a member, with its codes. Raises Refusal `too_many_devices`, `devices_full`."""
    # First without a lock: a flood that has to wait does not queue for one row, with a connection each.
    wait_until = await sign_in.next_try_at(tx, _ASKED, network=asked.network)
    if wait_until is None or wait_until <= now:
        if await sign_in.count_try(tx, _ASKED, network=asked.network, backoff=ASKING, now=now):
            return await devices.begin(tx, asked, now=now)
        wait_until = await sign_in.next_try_at(tx, _ASKED, network=asked.network)
    raise devices.too_many_devices(_seconds(wait_until or now, now))


async def find_device(database: Database, member_id: UUID, typed: str, *, network: str, now: datetime) -> Device:
    """The program that waits with the code a member typed. A code that is none is counted before this is told.

    Raises Refusal `device_code_not_found`, `too_many_codes`, StoreUnavailable.
    """
    user_code = devices.user_code_in(typed)
    if user_code is None:
        # No look-up, and so no guess.
        raise devices.device_code_not_found()
    counts = ((_GUESSED + member_id.bytes, _ANYWHERE, GUESSING), (_GUESSED, network, GUESSING_FROM))
    async with database.transaction() as tx:
        # First without a lock: a flood that has to wait does not queue for one row, with a connection each.
        await _check_waits(tx, counts, now)
        # Then one at a time for a member: of many guesses at once, each sees what the others counted.
        await identity.get_member(tx, member_id, lock=True)
        await _check_waits(tx, counts, now)
        device = await devices.find_for(tx, user_code, member_id, now=now)
        if device is not None:
            return device
        for what, where, backoff in counts:
            await sign_in.count_try(tx, what, network=where, backoff=backoff, now=now)
    raise devices.device_code_not_found()


async def _check_waits(tx: Tx, counts: Sequence[tuple[bytes, str, Backoff]], now: datetime) -> None:
    for what, where, _ in counts:
        wait_until = await sign_in.next_try_at(tx, what, network=where)
        if wait_until is not None and wait_until > now:
            message = "Too many codes that were none. Wait, and type the one that the program shows."
            raise Refusal("too_many_codes", "limited", message, retry_after_s=_seconds(wait_until, now))


async def approve_device(tx: Tx, actor: Actor, device: Device, order: Order, *, now: datetime) -> Device:
    """The program may collect a credential as `order` says. Raises what `credentials.issue` and `devices.approve` raise."""
    # Members are locked before what hangs on them, as when one is disabled.
    await identity.get_member(tx, order.member_id, lock=True)
    scope, networks = await credentials.check_order(tx, order, at=now)
    ordered = {
        "name": order.name,
        "prefix": order.prefix,
        "expires_at": None if order.expires_at is None else order.expires_at.isoformat(),
        "allocation_ids": None if scope is None else [str(each) for each in scope],
        "source_networks": None if networks is None else list(networks),
        "limits": quotas.ordered_limits_document(order.limits),
    }
    return await devices.approve(tx, actor, device, order.member_id, ordered, now=now)


async def poll_device(
    tx: Tx, visitor: Visitor, *, device_code: str, client_id: str, now: datetime
) -> Collected | PollError:
    """The credential that a member approved, made now, so that its secret was never kept; or why there is none.

    The transaction has to be committed for either. Of several polls at once, one is given the credential.
    """
    device = await devices.find_of_code(tx, device_code)
    error = devices.poll_error(device, client_id, now)
    if device is None or error is not None:
        if device is not None and error == "authorization_pending":
            error = await devices.pace(tx, device, now=now)
        return error or "invalid_grant"
    order = _order_of(device)
    member = await identity.get_member(tx, order.member_id, lock=True)
    try:
        await credentials.check_order(tx, order, at=now)
    except Refusal:
        # What was approved cannot be had any more: the member was disabled, or what it was for was taken from them.
        return "access_denied"
    if not await devices.collect(tx, device, now=now):
        return "invalid_grant"
    actor = Actor("member", member.id, member.identifier, visitor.address, visitor.request_id)
    issued = await credentials.issue(tx, actor, order, at=now)
    await devices.note_collected(tx, device, issued.credential.id)
    scope = issued.credential.allocation_ids
    choices = await choices_of(tx, member.id, device.operations)
    return Collected(device, issued, [each for each in choices if scope is None or each.allocation.id in scope])


async def choices_of(tx: Tx, member_id: UUID, operations: Sequence[str]) -> list[Choice]:
    """The models that a member sees and may call, by slug, and which of them serve all these operations."""
    models = await access.visible_models(tx, member_id)
    claims = await allocations.claims_of(tx, member_id, models)
    return [
        Choice(allocation, model, _fits(model, operations))
        for model in models
        for allocation in [claims[model.id][0]]
        if allocation is not None and allocation.state == "active"
    ]


def _fits(model: Model, operations: Sequence[str]) -> bool:
    return all(lanes.offers(cast(Operation, each), model.operations) for each in operations)


def _order_of(device: Device) -> Order:
    """What its member approved. Only for one that was."""
    if device.member_id is None or device.ordered is None:
        raise RuntimeError("nobody approved this")
    ordered: Mapping[str, Any] = device.ordered
    expires_at, allocation_ids = ordered["expires_at"], ordered["allocation_ids"]
    return Order(
        member_id=device.member_id,
        name=ordered["name"],
        prefix=ordered["prefix"],
        expires_at=None if expires_at is None else datetime.fromisoformat(expires_at),
        allocation_ids=None if allocation_ids is None else [UUID(each) for each in allocation_ids],
        source_networks=ordered["source_networks"],
        limits=quotas.default_limits_terms(ordered["limits"]),
    )


def _seconds(until: datetime, now: datetime) -> float:
    return max(1.0, (until - now).total_seconds())
