"""Every query that reads call records."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text

from ai_api.core.db import Tx
from ai_api.ledger.rules import HIDDEN, CallRecord, Question, id_bounds
from ai_api.ledger.tables import call_records

_COLUMNS = tuple(call_records.c[field.name] for field in fields(CallRecord))
_EQUALITIES = ("member_id", "credential_id", "allocation_id", "model", "provider", "outcome", "request_id", "call_id")


async def get(tx: Tx, call_id: UUID) -> CallRecord | None:
    """One record; the id alone leads to its partition."""
    row = (await tx.execute(select(*_COLUMNS).where(call_records.c.call_id == call_id))).one_or_none()
    return None if row is None else CallRecord(*row)


async def page(tx: Tx, question: Question, *, newest_first: bool, after: UUID | None, limit: int) -> list[CallRecord]:
    """Up to `limit` records in the order the calls started, from behind the one called `after`."""
    statement = page_statement(question, newest_first=newest_first, after=after, limit=limit)
    return [CallRecord(*row) for row in await tx.execute(statement)]


def page_statement(question: Question, *, newest_first: bool, after: UUID | None, limit: int) -> Select[Any]:
    """The one statement of a page. A question by time also bounds `call_id`, or no partition would be left out."""
    call_id, started_at = call_records.c.call_id, call_records.c.started_at
    statement: Select[Any] = select(*_COLUMNS).limit(limit)
    for name in _EQUALITIES:
        value = getattr(question, name)
        if value is not None:
            statement = statement.where(call_records.c[name] == value)
    if question.as_told and (question.model is not None or question.allocation_id is not None):
        statement = statement.where(call_records.c.outcome != HIDDEN)
    lower, upper = id_bounds(question)
    if lower is not None:
        statement = statement.where(call_id >= lower)
    if upper is not None:
        statement = statement.where(call_id < upper)
    if question.since is not None:
        statement = statement.where(started_at >= question.since)
    if question.until is not None:
        statement = statement.where(started_at < question.until)
    if after is not None:
        statement = statement.where(call_id < after if newest_first else call_id > after)
    return statement.order_by(call_id.desc() if newest_first else call_id)


async def partition_names(tx: Tx) -> set[str]:
    """The names of the ledger's partitions."""
    statement = text(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = 'call_records'::regclass"
    )
    return set((await tx.execute(statement)).scalars())


async def make_partition(tx: Tx, name: str, lower: UUID, upper: UUID) -> None:
    """Makes a partition for ids from `lower` (included) to `upper` (excluded), detached, then attaches it."""
    await tx.execute(select(func.make_ledger_partition(name, lower, upper)))


async def count_strays(tx: Tx) -> int:
    """How many records the default partition holds."""
    count: int = (await tx.execute(text("SELECT count(*) FROM call_records_default"))).scalar_one()
    return count
