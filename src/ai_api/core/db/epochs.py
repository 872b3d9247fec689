"""What replicas look at before they believe what they know: epochs of members and of the world, and the schema's state."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from ai_api.core.db.database import Tx


def new_epoch() -> int:
    """A random 63-bit epoch. Random, so that two bumps that race never leave equal numbers behind."""
    return secrets.randbits(63)


async def bump_members(tx: Tx, member_ids: Iterable[UUID]) -> None:
    """Makes every replica reload these members before their next call, in the writing transaction; locks in id order."""
    ordered = sorted(set(member_ids))
    if not ordered:
        return
    await tx.execute(text("SELECT 1 FROM members WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"), {"ids": ordered})
    await tx.execute(
        text("UPDATE members SET epoch = :epoch WHERE id = ANY(:ids)"), {"ids": ordered, "epoch": new_epoch()}
    )


async def bump_world(tx: Tx) -> None:
    """Makes every replica reload the world before its next call. Part of the writing transaction."""
    await tx.execute(text("UPDATE world SET epoch = :epoch WHERE id = 1"), {"epoch": new_epoch()})


async def read_world(tx: Tx) -> tuple[int, str | None]:
    """The world's epoch, and the organization's zone where an administrator has set one."""
    statement = (
        "SELECT epoch, (SELECT value #>> '{}' FROM settings WHERE name = 'organization_zone') AS zone FROM world"
    )
    row = (await tx.execute(text(statement))).one()
    return row.epoch, row.zone


async def read_schema_state(tx: Tx) -> tuple[str, str] | tuple[None, None]:
    """The revision of the schema and the oldest revision whose builds can read it; Nones for an empty database."""
    if (await tx.execute(text("SELECT to_regclass('schema_state')"))).scalar() is None:
        return None, None
    row = (await tx.execute(text("SELECT revision, readable_from FROM schema_state"))).one()
    return row.revision, row.readable_from
