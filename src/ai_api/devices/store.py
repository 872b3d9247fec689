"""Every query about programs that ask for a credential by a code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Update, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from ai_api.core.db import Tx
from ai_api.devices.rules import EARLY_S, INTERVAL_S, INTERVAL_S_MAX, Device
from ai_api.devices.tables import device_authorizations as devices

_DEVICE = tuple(column for column in devices.c if not column.name.endswith("_hash"))
_UNDECIDED = devices.c.decision.is_(None)
_TO_COLLECT = and_(devices.c.decision == "approved", devices.c.collected_at.is_(None))


async def insert_device(tx: Tx, device: Device, *, device_code_hash: bytes, user_code_hash: bytes) -> bool:
    """Adds a program; False where somebody has the same code for members."""
    values = {column.name: getattr(device, column.name) for column in _DEVICE}
    hashes = {"device_code_hash": device_code_hash, "user_code_hash": user_code_hash}
    added = insert(devices).values(**values, **hashes).on_conflict_do_nothing().returning(devices.c.id)
    return (await tx.execute(added)).first() is not None


async def count_open(tx: Tx, network: str, *, now: datetime) -> tuple[int, int]:
    """How many wait for a member: from one network, and in all."""
    of_network = func.count().filter(devices.c.network == network)
    waiting = select(of_network, func.count()).where(_UNDECIDED, devices.c.expires_at > now)
    row = (await tx.execute(waiting)).one()
    return row[0], row[1]


async def find_by_user_code(tx: Tx, user_code_hash: bytes) -> Device | None:
    """The program of a member's code, whatever its state."""
    return await _find(tx, devices.c.user_code_hash == user_code_hash)


async def find_by_device_code(tx: Tx, device_code_hash: bytes) -> Device | None:
    """The program of its own code, whatever its state."""
    return await _find(tx, devices.c.device_code_hash == device_code_hash)


async def note_poll(tx: Tx, device_id: UUID, *, now: datetime) -> bool:
    """Writes a poll down, unless it came too soon: then each has to wait longer from now on. Gives whether it was in time.

    Of two at the same moment the second has come too soon, on whichever replicas they are.
    """
    waits = func.make_interval(0, 0, 0, 0, 0, 0, devices.c.interval_s - EARLY_S)
    in_time = or_(devices.c.polled_at.is_(None), devices.c.polled_at + waits <= now)
    of_it = devices.c.id == device_id
    polled = update(devices).where(of_it, in_time).values(polled_at=now).returning(devices.c.id)
    if (await tx.execute(polled)).first() is not None:
        return True
    longer = func.least(devices.c.interval_s + INTERVAL_S, INTERVAL_S_MAX)
    await tx.execute(update(devices).where(of_it).values(polled_at=now, interval_s=longer))
    return False


async def approve(
    tx: Tx, device_id: UUID, member_id: UUID, ordered: Mapping[str, Any], *, now: datetime
) -> Device | None:
    """The program, approved; None where somebody else was first, or its time is over."""
    waiting = update(devices).where(devices.c.id == device_id, _UNDECIDED, devices.c.expires_at > now)
    return await _changed(
        tx, waiting.values(decision="approved", decided_at=now, member_id=member_id, ordered=dict(ordered))
    )


async def deny(tx: Tx, device_id: UUID, member_id: UUID, *, now: datetime) -> Device | None:
    """The program, denied; None where it is over, or somebody else decided. An approval of one's own is taken back."""
    is_open = or_(_UNDECIDED, and_(_TO_COLLECT, devices.c.member_id == member_id))
    waiting = update(devices).where(devices.c.id == device_id, is_open, devices.c.expires_at > now)
    return await _changed(tx, waiting.values(decision="denied", decided_at=now, member_id=member_id))


async def collect(tx: Tx, device_id: UUID, *, now: datetime) -> bool:
    """Marks an approved program as having its credential; False when another poll was first, or it is over or denied."""
    ready = (devices.c.id == device_id, _TO_COLLECT, devices.c.expires_at > now)
    collected = update(devices).where(*ready).values(collected_at=now).returning(devices.c.id)
    return (await tx.execute(collected)).first() is not None


async def set_credential(tx: Tx, device_id: UUID, credential_id: UUID) -> None:
    """Notes which credential was made."""
    await tx.execute(update(devices).where(devices.c.id == device_id).values(credential_id=credential_id))


async def end_of(tx: Tx, member_id: UUID) -> int:
    """Denies what a member approved and nobody collected. Gives how many."""
    ended = update(devices).where(devices.c.member_id == member_id, _TO_COLLECT).values(decision="denied")
    return len((await tx.execute(ended.returning(devices.c.id))).all())


async def forget(tx: Tx, *, before: datetime, limit: int) -> int:
    """Deletes at most `limit` programs whose time was over `before`. Gives how many."""
    chosen = select(devices.c.id).where(devices.c.expires_at < before).limit(limit)
    gone = delete(devices).where(devices.c.id.in_(chosen.with_for_update(skip_locked=True))).returning(devices.c.id)
    return len((await tx.execute(gone)).all())


async def _find(tx: Tx, which: ColumnElement[bool]) -> Device | None:
    return _one((await tx.execute(select(*_DEVICE).where(which))).one_or_none())


async def _changed(tx: Tx, statement: Update) -> Device | None:
    return _one((await tx.execute(statement.returning(*_DEVICE))).one_or_none())


def _one(row: Row[Any] | None) -> Device | None:
    if row is None:
        return None
    found = row._asdict()
    return Device(**{**found, "operations": tuple(found["operations"])})
