"""Partitions of the ledger: one a calendar month (UTC), made ahead, bounded by the ids of the month's first millisecond.

A partition is made detached and then attached under a short lock timeout: creating it in place would wait behind every open
statement, and block the inserts behind itself. A function of the database does so as the owner of the tables.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ai_api.core.db import Tx
from ai_api.core.ids import first_id_of
from ai_api.ledger import store

MONTHS_AHEAD = 3


async def missing(tx: Tx, now: datetime) -> list[datetime]:
    """The months, from the present one on, that have no partition yet."""
    present = await store.partition_names(tx)
    return [month for month in _months(now) if name_of(month) not in present]


async def make(tx: Tx, month: datetime) -> None:
    """Makes the partition of one month, in the transaction given. Fails when the default partition holds rows of it."""
    following = _following(month)
    await store.make_partition(tx, name_of(month), first_id_of(month), first_id_of(following))


async def strays(tx: Tx) -> int:
    """How many records lie in the default partition: a number other than 0 needs a person."""
    return await store.count_strays(tx)


def name_of(month: datetime) -> str:
    """The name of a month's partition."""
    return f"call_records_{month:%Y_%m}"


def _months(now: datetime) -> list[datetime]:
    month = datetime(now.astimezone(UTC).year, now.astimezone(UTC).month, 1, tzinfo=UTC)
    months = [month]
    for _ in range(MONTHS_AHEAD):
        months.append(_following(months[-1]))
    return months


def _following(month: datetime) -> datetime:
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
