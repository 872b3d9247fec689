"""Call records as a file: CSV for people's spreadsheets, lines of JSON for programs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.csv_text import Cell, csv_rows
from ai_api.core.db import Database
from ai_api.core.money import format_usd
from ai_api.ledger.read import list_page
from ai_api.ledger.rules import CallRecord, Question, as_told, in_usd

Form = Literal["csv", "jsonl"]

PAGE: Final = 100
"""How many records are read and written at a time: as many as keep the event loop busy for a few milliseconds."""


async def export(database: Database, question: Question, *, form: Form, names: Sequence[str]) -> AsyncIterator[str]:
    """The records a question is about, the oldest call first, as pieces of a file; only a page of them is in memory at a time.

    `names` are the columns, those of a `CallRecord` with `_usd` for `_nanos`: amounts are decimal strings of USD, times are UTC.
    In CSV, lists and objects are JSON in a cell. Each page is a transaction of its own, over before the reader is given it: a
    slow reader holds no connection, and calls that begin meanwhile are in it unless the question has an end.
    Raises StoreUnavailable.
    """
    readers = [_reader(name) for name in names]
    if form == "csv":
        yield csv_rows([names])
    cursor: str | None = None
    while True:
        async with database.transaction() as tx:
            page = await list_page(tx, question, limit=PAGE, cursor=cursor, sort="started_at")
        records = [as_told(each) for each in page.items] if question.as_told else page.items
        if records:
            yield _csv(records, readers) if form == "csv" else _lines(records, names, readers)
        if page.next is None:
            return
        cursor = page.next


Reader = Callable[[CallRecord], Any]


def _reader(name: str) -> Reader:
    column = f"{name.removesuffix('_usd')}_nanos" if name.endswith("_usd") else name

    def amount(record: CallRecord) -> str | None:
        nanos = getattr(record, column)
        return None if nanos is None else format_usd(nanos)

    def plain(record: CallRecord) -> Any:
        value = getattr(record, column)
        if isinstance(value, UUID):
            return str(value)
        if isinstance(value, datetime):
            return in_utc(value)
        return in_usd(value)

    return amount if column != name else plain


def in_utc(moment: datetime) -> str:
    """An instant as every file says it: RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _csv(records: Iterable[CallRecord], readers: Sequence[Reader]) -> str:
    return csv_rows([_cell(read(record)) for read in readers] for record in records)


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


def _lines(records: Iterable[CallRecord], names: Sequence[str], readers: Sequence[Reader]) -> str:
    return "".join(
        json.dumps({name: read(record) for name, read in zip(names, readers, strict=True)}, ensure_ascii=False) + "\n"
        for record in records
    )
