"""A program asks, polls and is forgotten."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7
from ai_api.core.secret_form import hash_of
from ai_api.devices import rules, store
from ai_api.devices.rules import INTERVAL_S, KEPT, LIVES, Asked, Begun, Device, PollError

_RETRY_AFTER_S = 60.0


async def begin(tx: Tx, asked: Asked, *, now: datetime) -> Begun:
    """A program that waits for a member, and its codes, which are not kept.

    Raises Refusal `too_many_devices` where its network has as many as it may, `devices_full` where there are in all.
    """
    of_network, in_all = await store.count_open(tx, asked.network, now=now)
    if of_network >= rules.OPEN_OF_NETWORK_MAX:
        raise too_many_devices(_RETRY_AFTER_S)
    if in_all >= rules.OPEN_MAX:
        message = "Too many programs wait to be approved. Try again in a few minutes."
        raise Refusal("devices_full", "unavailable", message, retry_after_s=_RETRY_AFTER_S)
    device = Device(
        id=uuid7(),
        **asdict(asked) | {"user_agent": asked.user_agent[: rules.USER_AGENT_CHARACTERS_MAX]},
        created_at=now,
        expires_at=now + LIVES,
        interval_s=INTERVAL_S,
        polled_at=None,
        decision=None,
        decided_at=None,
        member_id=None,
        ordered=None,
        collected_at=None,
        credential_id=None,
    )
    device_code = rules.new_device_code()
    while True:
        user_code = rules.new_user_code()
        hashes = {"device_code_hash": hash_of(device_code), "user_code_hash": rules.hash_of_user_code(user_code)}
        # One in 25 million is somebody else's while as many wait as there may.
        if await store.insert_device(tx, device, **hashes):
            return Begun(device, device_code, user_code)


async def find_of_code(tx: Tx, device_code: str) -> Device | None:
    """The program of its own code; None where it is unknown. One that is mistyped is not looked up."""
    return await store.find_by_device_code(tx, hash_of(device_code)) if rules.looks_valid(device_code) else None


async def pace(tx: Tx, device: Device, *, now: datetime) -> PollError:
    """What a program is told that waits on, and polled: `slow_down` where it came too soon."""
    return "authorization_pending" if await store.note_poll(tx, device.id, now=now) else "slow_down"


async def collect(tx: Tx, device: Device, *, now: datetime) -> bool:
    """Uses an approval up, in the transaction that makes its credential. Of several polls at once, one is first: True."""
    return await store.collect(tx, device.id, now=now)


async def note_collected(tx: Tx, device: Device, credential_id: UUID) -> None:
    """Remembers which credential a program was given."""
    await store.set_credential(tx, device.id, credential_id)


async def forget_old(tx: Tx, *, now: datetime, limit: int) -> int:
    """Deletes at most `limit` programs whose time was over a day ago, with whatever became of them. Gives how many."""
    return await store.forget(tx, before=now - KEPT, limit=limit)


def too_many_devices(retry_after_s: float) -> Refusal:
    """The answer to a network that asks for more codes than anybody types."""
    message = "Too many codes were asked for from this network. Wait, and use one of them."
    return Refusal("too_many_devices", "limited", message, retry_after_s=retry_after_s)
