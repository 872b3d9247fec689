"""Files that people take away: CSV (RFC 4180) whose text no spreadsheet runs as a formula, and times in UTC."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

FileForm = Literal["csv", "jsonl"]
"""CSV for people's spreadsheets, or lines of JSON for programs."""

Cell = str | int | None
"""Text is anybody's; numbers are ours, and stay numbers; None is an empty cell."""

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_rows(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV, each ended by CR LF. Text that a spreadsheet would take for a formula begins with an apostrophe."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def in_utc(moment: datetime) -> str:
    """An instant as every file says it: RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _harmless(cell: Cell) -> str | int:
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA) else cell
