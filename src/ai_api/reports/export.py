"""A report as a file: one row for each group, or for each group of each step, and one for each whole."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from typing import Final

from ai_api.core.exports import Cell, FileForm, csv_rows, in_utc
from ai_api.core.money import format_usd
from ai_api.reports.periods import Period
from ai_api.reports.rules import SUMMED, Name, Report, Sums

WHOLE: Final = "total"
"""The `kind` of the row that is the sum of everything in its step; where groups overlap, the others do not add up to it."""
COLUMNS: Final = (
    "since", "until", "kind", "key", "name", "detail", "deleted", *(name.replace("_nanos", "_usd") for name in SUMMED),
)  # fmt: skip
_ROWS: Final = 200
_Values = tuple[Cell | bool, ...]


async def export(report: Report, period: Period, *, form: FileForm) -> AsyncIterator[str]:
    """A report of a period as pieces of a file. Amounts are decimal strings of USD, `since` and `until` are UTC.

    Text that a spreadsheet would run as a formula begins with an apostrophe in CSV.
    """
    rows = _rows(report, period)
    if form == "csv":
        yield csv_rows([COLUMNS])
    while some := list(islice(rows, _ROWS)):
        yield csv_rows(map(_cells, some)) if form == "csv" else "".join(map(_line, some))


def _rows(report: Report, period: Period) -> Iterator[_Values]:
    names = {(row.kind, row.key): row.name for row in report.rows}
    if not report.steps:
        yield _values(period, WHOLE, None, Name(None), report.total)
        for row in report.rows:
            yield _values(period, row.kind, row.key, row.name, row.sums)
    for step in report.steps:
        yield _values(step.period, WHOLE, None, Name(None), step.total)
        for each in step.rows:
            yield _values(step.period, each.kind, each.key, names.get((each.kind, each.key), Name(None)), each.sums)


def _values(period: Period, kind: str, key: str | None, name: Name, sums: Sums) -> _Values:
    amounts = (
        format_usd(getattr(sums, each)) if each.endswith("_nanos") else int(getattr(sums, each)) for each in SUMMED
    )
    return (in_utc(period.since), in_utc(period.until), kind, key, name.text, name.detail, name.deleted, *amounts)


def _cells(values: _Values) -> Sequence[Cell]:
    return [str(value).lower() if isinstance(value, bool) else value for value in values]


def _line(values: _Values) -> str:
    return json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False) + "\n"
