"""Every query about sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from ai_api.core.db import Tx
from ai_api.sign_in.rules import Session
from ai_api.sign_in.tables import sessions

_SESSION = tuple(column for column in sessions.c if column.name != "secret_hash")


async def insert_session(tx: Tx, session: Session, *, secret_hash: bytes) -> None:
    """Adds a session."""
    values = {column.name: getattr(session, column.name) for column in _SESSION}
    await tx.execute(insert(sessions).values(**values, secret_hash=secret_hash))


async def find_session(tx: Tx, secret_hash: bytes) -> Session | None:
    """The session of a secret's hash, whatever its state."""
    row = (await tx.execute(select(*_SESSION).where(sessions.c.secret_hash == secret_hash))).mappings().one_or_none()
    return None if row is None else Session(**row)


async def list_live(tx: Tx, member_id: UUID, *, seen_after: datetime, now: datetime) -> list[Session]:
    """A member's sessions that are not over, the one seen last first."""
    statement = (
        select(*_SESSION)
        .where(_live(member_id, seen_after=seen_after, now=now))
        .order_by(sessions.c.seen_at.desc(), sessions.c.id.desc())
    )
    return [Session(**row) for row in (await tx.execute(statement)).mappings()]


async def touch(tx: Tx, session_id: UUID, *, now: datetime) -> None:
    """Sets when a session was last seen; waits for nobody who holds the row."""
    free = select(sessions.c.id).where(sessions.c.id == session_id, sessions.c.seen_at < now)
    await tx.execute(
        update(sessions)
        .where(sessions.c.id == free.with_for_update(skip_locked=True).scalar_subquery())
        .values(seen_at=now)
    )


async def set_proved(tx: Tx, session_id: UUID, *, now: datetime) -> None:
    """Sets when the member last proved who they are."""
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(proved_at=now))


async def renew(tx: Tx, session_id: UUID, *, secret_hash: bytes, now: datetime) -> None:
    """Gives a session another secret, and sets when the member last proved who they are."""
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(secret_hash=secret_hash, proved_at=now))


async def end(tx: Tx, member_id: UUID, *, now: datetime, only: UUID | None = None, but: UUID | None = None) -> int:
    """Ends a member's sessions: all, `only` one, or all `but` one. Gives how many were not over yet."""
    chosen = [sessions.c.member_id == member_id, sessions.c.ended_at.is_(None)]
    if only is not None:
        chosen.append(sessions.c.id == only)
    if but is not None:
        chosen.append(sessions.c.id != but)
    ended = await tx.execute(update(sessions).where(*chosen).values(ended_at=now).returning(sessions.c.id))
    return len(ended.all())


async def forget_over(tx: Tx, *, before: datetime, limit: int) -> int:
    """Deletes at most `limit` sessions that were over `before`. Gives how many."""
    over = or_(sessions.c.expires_at < before, and_(sessions.c.ended_at.is_not(None), sessions.c.ended_at < before))
    chosen = select(sessions.c.id).where(over).limit(limit).with_for_update(skip_locked=True)
    gone = await tx.execute(delete(sessions).where(sessions.c.id.in_(chosen)).returning(sessions.c.id))
    return len(gone.all())


def _live(member_id: UUID, *, seen_after: datetime, now: datetime) -> ColumnElement[bool]:
    return and_(
        sessions.c.member_id == member_id,
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > now,
        sessions.c.seen_at > seen_after,
    )
