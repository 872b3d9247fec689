"""Every query that reads call records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select, text

from ai_api.core.db import Tx
from ai_api.ledger.rules import FAILED, HIDDEN, OK, CallRecord, Question, id_bounds
from ai_api.ledger.tables import call_records

_COLUMNS = tuple(call_records.c[field.name] for field in fields(CallRecord))
_INDEXED = ("member_id", "credential_id", "call_id")
_EQUALITIES = ("allocation_id", "model", "provider", "request_id")
_UNTOLD = ("model", "provider", "allocation_id")
"""By what a call could be told apart whose caller was told that there is no such model."""
LOOKED_AT_MAX: Final = 8_000
"""How many records one page looks at for what no index leads to: among ten million, a rare one would take a minute."""


async def get(tx: Tx, call_id: UUID) -> CallRecord | None:
    """One record; the id alone leads to its partition."""
    row = (await tx.execute(select(*_COLUMNS).where(call_records.c.call_id == call_id))).one_or_none()
    return None if row is None else CallRecord(*row)


async def page(tx: Tx, question: Question, *, newest_first: bool, after: UUID | None, limit: int) -> list[CallRecord]:
    """Up to `limit` records in the order the calls started, from behind the one called `after`."""
    statement = page_statement(question, newest_first=newest_first, after=after, limit=limit)
    return [CallRecord(*row) for row in await tx.execute(statement)]


async def last_looked_at(tx: Tx, question: Question, *, newest_first: bool, after: UUID | None) -> UUID | None:
    """The last record that a page looked at; None where it came to the end of the ledger."""
    way = _way(question, (call_records.c.call_id,), newest_first=newest_first, after=after)
    row = (await tx.execute(way.offset(LOOKED_AT_MAX - 1).limit(1))).one_or_none()
    return None if row is None else row.call_id


def page_statement(question: Question, *, newest_first: bool, after: UUID | None, limit: int) -> Select[Any]:
    """The one statement of a page. A question by time also bounds `call_id`, or no partition would be left out.

    What no index leads to is looked for in the next `LOOKED_AT_MAX` records of the way, and no further.
    """
    way = _way(question, _COLUMNS, newest_first=newest_first, after=after)
    if not question.is_looked_for:
        return way.limit(limit)
    looked_at = way.limit(LOOKED_AT_MAX).subquery("looked_at")
    statement: Select[Any] = select(looked_at).where(*_looked_for(question, looked_at.c)).limit(limit)
    return statement.order_by(looked_at.c.call_id.desc() if newest_first else looked_at.c.call_id)


def _way(question: Question, columns: Sequence[Any], *, newest_first: bool, after: UUID | None) -> Select[Any]:
    """The records that one walk through one index passes, in its order."""
    call_id, started_at = call_records.c.call_id, call_records.c.started_at
    statement: Select[Any] = select(*columns)
    for name in _INDEXED:
        value = getattr(question, name)
        if value is None:
            continue
        is_value = call_records.c[name] == value
        # Postgres takes the two for independent, and would read all calls of a credential to find the newest few of a member: it
        # is to walk through the credential's index, whose calls are nearly always its member's.
        is_walked = name != "member_id" or question.credential_id is None
        statement = statement.where(is_value if is_walked else func.coalesce(is_value, false()))
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


def _looked_for(question: Question, columns: Any) -> Iterator[ColumnElement[bool]]:
    for name in _EQUALITIES:
        value = getattr(question, name)
        if value is not None:
            yield columns[name] == value
    if question.outcome is not None:
        yield columns.outcome != OK if question.outcome == FAILED else columns.outcome == question.outcome
    if question.tag is not None:
        yield columns.tags.contains([str(question.tag)])
    if question.client is not None:
        # `codex/1.2` is what `codex` asks for, and `codex-other` is not.
        yield or_(columns.client == question.client, columns.client.startswith(f"{question.client}/", autoescape=True))
    yield from _spans(question, columns)
    if question.as_told and any(getattr(question, name) is not None for name in _UNTOLD):
        yield columns.outcome != HIDDEN


def _spans(question: Question, columns: Any) -> Iterator[ColumnElement[bool]]:
    if question.cost_nanos_min is not None:
        yield columns.billed_cost_nanos >= question.cost_nanos_min
    if question.cost_nanos_max is not None:
        yield columns.billed_cost_nanos <= question.cost_nanos_max
    took = columns.finished_at - columns.started_at
    if question.latency_ms_min is not None:
        yield took >= timedelta(milliseconds=question.latency_ms_min)
    if question.latency_ms_max is not None:
        yield took <= timedelta(milliseconds=question.latency_ms_max)


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
