"""Call records as a file: CSV for people's spreadsheets, lines of JSON for programs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from ai_api.core.db import Database
from ai_api.core.exports import Cell, FileForm, csv_rows, in_utc
from ai_api.core.money import format_usd
from ai_api.ledger.read import list_page
from ai_api.ledger.rules import CallRecord, Question, as_told, in_usd

_AS_IT_IS: Final = frozenset({str, int, bool})
_CELLS: Final = frozenset({str, int})
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode
PAGE: Final = 100
"""How many records are read and written at a time: as many as keep the event loop busy for a few milliseconds."""


async def export(database: Database, question: Question, *, form: FileForm, names: Sequence[str]) -> AsyncIterator[str]:
    """The records a question is about, the oldest call first, as pieces of a file; only a page of them is in memory at a time.

    `names` are the columns, those of a `CallRecord` with `_usd` for `_nanos`: amounts are decimal strings of USD, times are UTC.
    In CSV, lists and objects are JSON in a cell. Each page is a transaction of its own, over before the reader is given it: a
    slow reader holds no connection, and calls that begin meanwhile are in it unless the question has an end.
    Raises StoreUnavailable.
    """
    row_of = _row_maker(names)
    if form == "csv":
        yield csv_rows([names])
    cursor: str | None = None
    while True:
        async with database.transaction() as tx:
            page = await list_page(tx, question, limit=PAGE, cursor=cursor, sort="started_at")
        records = (as_told(each) if question.as_told else each for each in page.items)
        rows = [row_of(record) for record in records]
        if rows:
            yield csv_rows(map(_cells, rows)) if form == "csv" else _lines(names, rows)
        if page.next is None:
            return
        cursor = page.next


def _row_maker(names: Sequence[str]) -> Callable[[CallRecord], list[Any]]:
    amounts = [name.endswith("_usd") for name in names]
    columns = [
        f"{name.removesuffix('_usd')}_nanos" if is_amount else name
        for name, is_amount in zip(names, amounts, strict=True)
    ]
    read = attrgetter(*columns)

    def row_of(record: CallRecord) -> list[Any]:
        values = zip(read(record), amounts, strict=True)
        return [
            value
            if value is None or (type(value) in _AS_IT_IS and not is_amount)
            else _shown(value, is_amount=is_amount)
            for value, is_amount in values
        ]

    return row_of


def _shown(value: Any, *, is_amount: bool) -> Any:
    if is_amount:
        return format_usd(value)
    if isinstance(value, UUID):
        return str(value)
    return in_utc(value) if isinstance(value, datetime) else in_usd(value)


def _cells(row: Iterable[Any]) -> list[Cell]:
    return [value if value is None or type(value) in _CELLS else _in_a_cell(value) for value in row]


def _in_a_cell(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lines(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    return "".join(f"{_encode(dict(zip(names, row, strict=True)))}\n" for row in rows)
