"""/api/me/device: what asks for a credential with a code, and the caller's word on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel

from ai_api import devices, setup
from ai_api.core.db import Tx
from ai_api.devices import Device, State
from ai_api.portal.address import shown_address_of
from ai_api.portal.credentials_shown import usual_expiry
from ai_api.portal.deps import HouseDep, Myself, Signed, Transaction
from ai_api.portal.house import House
from ai_api.portal.me.credentials import MyIssue, order_given
from ai_api.setup import Choice
from ai_api.sign_in import network_of

router = APIRouter(prefix="/api/me/device", tags=["me"])

Typed = Annotated[str, Path(description="As the program shows it; case, dashes and blanks do not matter.")]


class DeviceChoice(BaseModel):
    """A model of the caller's that the program could call. `fits` says that it serves all that the program needs.

    `chosen` is whether it is in the credential's scope; null until the caller decided.
    """

    allocation_id: UUID
    model_id: UUID
    slug: str
    display_name: str
    operations: list[str]
    fits: bool
    chosen: bool | None


class DeviceOrder(BaseModel):
    """The credential that the caller chose. `allocation_ids` null is all of theirs, now and later."""

    name: str
    prefix: str
    expires_at: datetime | None
    allocation_ids: list[UUID] | None
    source_networks: list[str] | None
    limits: list[dict[str, Any]]


class DeviceShown(BaseModel):
    """What asks, from where and since when. `client_id`, `device_name` and `user_agent` are its own claims.

    `same_network` is whether it asks from the caller's own network. `expires_at` is the code's; `suggested_name` and
    `suggested_expires_at` are for the credential. `credential_id` is set when the program has collected it.
    """

    id: UUID
    user_code: str
    state: State
    client_id: str
    device_name: str | None
    user_agent: str
    address: str | None
    same_network: bool
    operations: list[str]
    requested_at: datetime
    expires_at: datetime
    suggested_name: str
    suggested_expires_at: datetime | None
    models: list[DeviceChoice]
    ordered: DeviceOrder | None
    credential_id: UUID | None


@dataclass(frozen=True, slots=True)
class Looked:
    """A program that the caller looks at, the code as people read it, and what the caller's own address is counted with."""

    device: Device
    user_code: str
    network: str


async def looked_at(code: Typed, request: Request, holder: Signed, house: HouseDep) -> Looked:
    """The program that waits with this code, or that the caller decided. Looked up in a transaction of its own.

    Raises Refusal `device_code_not_found`, `too_many_codes`.
    """
    network = network_of(shown_address_of(request))
    device = await setup.find_device(house.database, holder.member_id, code, network=network, now=house.clock.now())
    return Looked(device, devices.shown_user_code(devices.user_code_in(code) or ""), network)


@router.get("/{code}")
async def get_device(
    holder: Signed, looked: Annotated[Looked, Depends(looked_at)], tx: Transaction, house: HouseDep
) -> DeviceShown:
    """What asks with this code, from where, since when, and what it could call. Wrong codes are counted."""
    return await _shown(tx, house, holder.member_id, looked)


@router.post("/{code}/approve")
async def approve_device(
    holder: Signed,
    actor: Myself,
    looked: Annotated[Looked, Depends(looked_at)],
    tx: Transaction,
    *,
    house: HouseDep,
    body: MyIssue,
) -> DeviceShown:
    """Lets the program collect a credential, which is then made as `POST /api/me/credentials` makes one."""
    now, settings = house.clock.now(), house.settings
    order = order_given(body, holder.member_id, settings, now)
    approved = await setup.approve_device(tx, actor, looked.device, order, now=now)
    return await _shown(tx, house, holder.member_id, replace(looked, device=approved))


@router.post("/{code}/deny")
async def deny_device(
    holder: Signed, actor: Myself, looked: Annotated[Looked, Depends(looked_at)], tx: Transaction, house: HouseDep
) -> DeviceShown:
    """Gives the program nothing. What the caller approved is taken back as long as it was not collected."""
    denied = await devices.deny(tx, actor, looked.device, holder.member_id, now=house.clock.now())
    return await _shown(tx, house, holder.member_id, replace(looked, device=denied))


async def _shown(tx: Tx, house: House, member_id: UUID, looked: Looked) -> DeviceShown:
    now, device = house.clock.now(), looked.device
    ordered = None if device.ordered is None else DeviceOrder.model_validate(device.ordered)
    return DeviceShown(
        id=device.id,
        user_code=looked.user_code,
        state=device.state(now),
        client_id=device.client_id,
        device_name=device.device_name,
        user_agent=device.user_agent,
        address=device.address,
        same_network=device.network == looked.network,
        operations=list(device.operations),
        requested_at=device.created_at,
        expires_at=device.expires_at,
        suggested_name=device.suggested_name,
        suggested_expires_at=usual_expiry(house.settings, now),
        models=[_choice(each, ordered) for each in await setup.choices_of(tx, member_id, device.operations)],
        ordered=ordered,
        credential_id=device.credential_id,
    )


def _choice(choice: Choice, ordered: DeviceOrder | None) -> DeviceChoice:
    allocation_id, chosen = choice.allocation.id, None
    if ordered is not None:
        chosen = ordered.allocation_ids is None or allocation_id in ordered.allocation_ids
    return DeviceChoice(
        allocation_id=allocation_id,
        model_id=choice.model.id,
        slug=choice.model.slug,
        display_name=choice.model.display_name,
        operations=sorted(choice.model.operations),
        fits=choice.fits,
        chosen=chosen,
    )
