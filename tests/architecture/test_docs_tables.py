"""Every table and every column of the ledger is described, and none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ai_api.core.db import load_tables

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "tables.md"
# Made and read by the migration tool alone.
OF_TOOLS = {"alembic_version"}


def first_cells(page: str, heading: str) -> set[str]:
    """The names in the first column of the first table under a heading."""
    _, _, rest = page.partition(f"\n{heading}\n")
    table = re.search(r"^\|.*?(?=\n\n|\Z)", rest, re.DOTALL | re.MULTILINE)
    cells = [line.split("|")[1] for line in table[0].splitlines()[2:]] if table else []
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def described_tables(page: str) -> set[str]:
    """The tables of the page's own list."""
    return first_cells(f"\n{page}", "# Tables")


def test_every_table_is_described():
    assert described_tables(PAGE.read_text(encoding="utf-8")) - OF_TOOLS == set(load_tables().tables)


def test_every_column_of_the_ledger_is_described():
    columns = {column.name for column in load_tables().tables["call_records"].columns}
    assert first_cells(PAGE.read_text(encoding="utf-8"), "## call_records") == columns


@pytest.mark.parametrize("change", [("`b`", "b"), ("| `a` | … |\n", ""), ("`c`", "`d`")])
def test_what_is_missing_or_gone_is_found(change):
    page = "# Tables\n\nWords.\n\n| table | … |\n|---|---|\n| `a` | … |\n| `b`, `c` | … |\n\n| `other` | … |\n"
    assert described_tables(page) == {"a", "b", "c"}
    assert described_tables(page.replace(*change)) != {"a", "b", "c"}
