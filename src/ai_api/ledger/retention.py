"""Keeping call records for so many months: older ones go a month at a time, with the partition they lie in.

A month goes only when the books have been proven with its records, for afterwards nobody can. What it had booked on accounts
that are still there is kept as sums; the roll-ups stay. Dropping is the tables' owner's, never the application's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ai_api import audit
from ai_api.audit import Actor
from ai_api.core.db import Database, Tx
from ai_api.core.errors import Refusal
from ai_api.core.ids import first_id_of
from ai_api.ledger import store_retention
from ai_api.ledger.partitions import name_of
from ai_api.ledger.store_retention import Booked

MONTHS_MIN = 2
"""Until a month's accounts are dropped and nothing of it can be corrected any more."""
RECORDS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class OldMonth:
    """A month that may go: its name in the ledger, how many records it has, and how large it is on disk."""

    month: datetime
    partition: str
    records: int
    size_bytes: int


async def old_months(database: Database, *, months: int, now: datetime) -> list[OldMonth]:
    """The months that are older than `months` whole ones before the present one, the oldest first. Counts their records.

    Raises Refusal `not_the_owner`, `months_too_few` below `MONTHS_MIN`, StoreUnavailable.
    """
    if months < MONTHS_MIN:
        message = (
            f"Keep records for at least {MONTHS_MIN} months: until then they may be corrected, and the books need them."
        )
        raise Refusal("months_too_few", "invalid", message)
    first_kept = months_before(now, months)
    async with database.transaction() as tx:
        await _as_owner(tx)
        names = [name for name in await store_retention.month_partitions(tx) if name < name_of(first_kept)]
    found = []
    for name in names:
        async with database.transaction() as tx:
            records, size_bytes = await store_retention.size(tx, name)
        found.append(OldMonth(_month_of(name), name, records, size_bytes))
    return found


async def drop(database: Database, actor: Actor, old: OldMonth) -> None:
    """Drops one month's records, in one short transaction after long looks.

    Raises Refusal `not_the_owner`, `books_not_proven`, StoreUnavailable (also where the table could not be locked in time:
    nothing has changed then, and it may be asked again).
    """
    until = months_before(old.month, -1)
    lower, upper = first_id_of(old.month), first_id_of(until)
    async with database.transaction() as tx:
        await _as_owner(tx)
        why = await store_retention.why_not_proven(tx, lower, upper)
    if why is not None:
        message = f"{old.partition} is needed still: {why}. Nothing was dropped."
        raise Refusal("books_not_proven", "conflict", message)
    booked = await _booked(database, old.partition)
    await _tell_quarters(database, old)
    async with database.transaction() as tx:
        await store_retention.keep_bookings(tx, booked)
        await store_retention.note_dropped(tx, old.month, until, upper, records=old.records)
        before = {"month": f"{old.month:%Y-%m}", "records": old.records}
        await audit.note(
            tx, actor, action="call_records.drop", target_kind="call_records", target_id=None, before=before, after=None
        )
        # Last: from here on until the commit nobody can write a record.
        await store_retention.drop_partition(tx, old.partition)


async def _as_owner(tx: Tx) -> None:
    if not await store_retention.is_owner(tx):
        message = "Only the role that owns the tables may drop records: give the address that `ai-api migrate` gets."
        raise Refusal("not_the_owner", "forbidden", message)


async def _booked(database: Database, partition: str) -> Sequence[Booked]:
    """What the records of a month have booked, by account and bucket."""
    sums: dict[tuple[UUID, int], Booked] = {}
    after: UUID | None = UUID(int=0)
    while after is not None:
        async with database.transaction() as tx:
            parts, after = await store_retention.booked(tx, partition, after, records=RECORDS_AT_ONCE)
        for part in parts:
            known = sums.get((part.account_id, part.bucket))
            sums[part.account_id, part.bucket] = part if known is None else known.plus(part)
    return [sums[key] for key in sorted(sums)]


async def _tell_quarters(database: Database, old: OldMonth) -> None:
    """Has the roll-ups say themselves what their records had to tell so far."""
    while True:
        async with database.transaction() as tx:
            if not await store_retention.tell_quarters(tx, old.partition, old.month, months_before(old.month, -1)):
                return


def months_before(moment: datetime, months: int) -> datetime:
    """The first moment (UTC) of the month so many months before the one that a moment lies in."""
    utc = moment.astimezone(UTC)
    number = utc.year * 12 + utc.month - 1 - months
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _month_of(name: str) -> datetime:
    return datetime.strptime(name, "call_records_%Y_%m").replace(tzinfo=UTC)
