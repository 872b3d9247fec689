"""Every query about the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from ai_api.core.db import Tx
from ai_api.core.seal import Sealed
from ai_api.mail.rules import LetterKind
from ai_api.mail.tables import outbox

_WAITS = and_(outbox.c.sent_at.is_(None), outbox.c.dropped_at.is_(None), outbox.c.failed_at.is_(None))


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that whoever took it is to send. `tries` counts this one."""

    id: UUID
    kind: LetterKind
    recipient: str
    sealed: Sealed
    expires_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Letters that wait, when the oldest of them was put in, and letters that were given up."""

    waiting: int
    waiting_since: datetime | None
    failed: int


async def insert(
    tx: Tx,
    *,
    letter_id: UUID,
    kind: LetterKind,
    recipient: str,
    sealed: Sealed,
    expires_at: datetime,
    now: datetime,
    network: str | None = None,
) -> None:
    """Adds a letter, due at once."""
    await tx.execute(
        outbox.insert().values(
            id=letter_id,
            kind=kind,
            recipient=recipient,
            network=network,
            sealed_payload=sealed.value,
            sealing_key_id=sealed.key_id,
            created_at=now,
            expires_at=expires_at,
            next_try_at=now,
        )
    )


async def count_asked(tx: Tx, *, since: datetime, recipient: str | None = None, network: str | None = None) -> int:
    """How many forgotten passwords there were since then for a recipient, or from a network.

    Until the transaction ends nobody else counts for the same one: who asks many times at once is counted each time.
    """
    column, value = (outbox.c.recipient, recipient) if recipient is not None else (outbox.c.network, network)
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{column.name} {value}", 0))))
    asked = (outbox.c.kind == "forgot", column == value, outbox.c.created_at > since)
    return int((await tx.execute(select(func.count()).select_from(outbox).where(*asked))).scalar_one())


async def take(tx: Tx, *, now: datetime, until: datetime, limit: int) -> list[Taken]:
    """Leases letters that are due; waits for nobody who does the same."""
    due = (
        select(outbox.c.id)
        .where(_WAITS, outbox.c.next_try_at <= now)
        .order_by(outbox.c.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(outbox).where(outbox.c.id.in_(due)).values(next_try_at=until, tries=outbox.c.tries + 1).returning(outbox)
    )
    return [
        Taken(
            id=row.id,
            kind=row.kind,
            recipient=row.recipient,
            sealed=Sealed(row.sealing_key_id, row.sealed_payload),
            expires_at=row.expires_at,
            tries=row.tries,
        )
        for row in await tx.execute(statement)
    ]


async def end(
    tx: Tx,
    letter_id: UUID,
    column: Literal["sent_at", "dropped_at", "failed_at"],
    *,
    now: datetime,
    error: str | None = None,
) -> None:
    """Ends a letter that waits, and deletes what was in it."""
    emptied = {"sealed_payload": None, "sealing_key_id": None, "last_error": error, column: now}
    await tx.execute(update(outbox).where(outbox.c.id == letter_id, _WAITS).values(**emptied))


async def postpone(tx: Tx, letter_id: UUID, *, until: datetime, error: str) -> None:
    """Sets when a letter that waits is tried again, and why it has to be."""
    await tx.execute(update(outbox).where(outbox.c.id == letter_id, _WAITS).values(next_try_at=until, last_error=error))


async def figures(tx: Tx, *, since: datetime) -> Figures:
    """Counts of what waits, and of what failed since then."""
    failed: ColumnElement[bool] = outbox.c.failed_at > since
    statement = select(
        func.count().filter(_WAITS).label("waiting"),
        func.min(outbox.c.created_at).filter(_WAITS).label("waiting_since"),
        func.count().filter(failed).label("failed"),
    ).where(or_(_WAITS, failed))
    row = (await tx.execute(statement)).one()
    return Figures(row.waiting, row.waiting_since, row.failed)


async def forget(tx: Tx, *, before: datetime, limit: int) -> int:
    """Deletes at most `limit` letters that are done and were put in `before`. Gives how many."""
    chosen = select(outbox.c.id).where(outbox.c.created_at < before, ~_WAITS).limit(limit)
    gone = await tx.execute(
        delete(outbox).where(outbox.c.id.in_(chosen.with_for_update(skip_locked=True))).returning(outbox.c.id)
    )
    return len(gone.all())
