"""Every query about links."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from ai_api.core.db import Tx
from ai_api.invitations.rules import Link, LinkKind
from ai_api.invitations.tables import invitations

_LINK = tuple(column for column in invitations.c if column.name != "secret_hash")
_OPEN = (invitations.c.used_at.is_(None), invitations.c.revoked_at.is_(None))


async def insert_link(tx: Tx, link: Link, *, secret_hash: bytes) -> None:
    """Adds a link."""
    values = {column.name: getattr(link, column.name) for column in _LINK}
    await tx.execute(insert(invitations).values(**values, secret_hash=secret_hash))


async def find_link(tx: Tx, secret_hash: bytes) -> Link | None:
    """The link of a secret's hash, whatever its state."""
    row = (await tx.execute(select(*_LINK).where(invitations.c.secret_hash == secret_hash))).mappings().one_or_none()
    return None if row is None else Link(**row)


async def use(tx: Tx, link_id: UUID, *, now: datetime) -> bool:
    """Marks a live link as used; False when somebody else was first, or it is over. Whoever comes second waits and is told."""
    live = (invitations.c.id == link_id, *_OPEN, invitations.c.expires_at > now)
    used = await tx.execute(update(invitations).where(*live).values(used_at=now).returning(invitations.c.id))
    return used.first() is not None


async def revoke(
    tx: Tx, member_id: UUID | None, *, now: datetime, kind: LinkKind | None = None, only: UUID | None = None
) -> int:
    """Ends open links of a member (None: those of nobody), all, of one kind, or `only` one. Gives how many."""
    chosen = [*_OPEN, invitations.c.expires_at > now]
    chosen.append(invitations.c.member_id.is_(None) if member_id is None else invitations.c.member_id == member_id)
    if kind is not None:
        chosen.append(invitations.c.kind == kind)
    if only is not None:
        chosen.append(invitations.c.id == only)
    ended = await tx.execute(update(invitations).where(*chosen).values(revoked_at=now).returning(invitations.c.id))
    return len(ended.all())


async def list_links(tx: Tx, member_id: UUID, *, before_id: UUID | None, limit: int) -> list[Link]:
    """At most `limit` links of a member, the newest first, older than `before_id`."""
    statement = select(*_LINK).where(invitations.c.member_id == member_id)
    if before_id is not None:
        statement = statement.where(invitations.c.id < before_id)
    rows = await tx.execute(statement.order_by(invitations.c.id.desc()).limit(limit))
    return [Link(**row) for row in rows.mappings()]


async def forget(tx: Tx, *, before: datetime, limit: int) -> int:
    """Deletes at most `limit` links whose time was over `before`. Gives how many."""
    chosen = select(invitations.c.id).where(invitations.c.expires_at < before).limit(limit)
    gone = await tx.execute(
        delete(invitations)
        .where(invitations.c.id.in_(chosen.with_for_update(skip_locked=True)))
        .returning(invitations.c.id)
    )
    return len(gone.all())
