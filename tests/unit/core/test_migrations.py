"""What the check of migrations sees in their text, and what it lets pass."""

from __future__ import annotations

import re

import pytest
from scripts.check_migrations import FIRST_CHECKED, LARGE, VERSIONS, unsafe

LARGE_NAME = re.compile(rf"\b(?:{'|'.join(LARGE)})\b")
PARTITIONS = (
    "call_records_default",
    "call_records_2026_11",
    '"call_records_2026_11"',
    "public.call_records_default",
    'public."call_records_2026_11"',
)

REFUSED = [
    "ALTER TABLE usage_quarters ADD COLUMN x BIGINT GENERATED ALWAYS AS (calls) STORED",
    "ALTER TABLE call_records ALTER COLUMN outcome TYPE VARCHAR(9)",
    "ALTER TABLE holds ALTER COLUMN record SET NOT NULL",
    "ALTER TABLE call_records ADD CONSTRAINT ck_x CHECK (input_tokens >= 0)",
    "ALTER TABLE call_records ADD CONSTRAINT fk_x FOREIGN KEY (member_id) REFERENCES members (id)",
    "ALTER TABLE quota_accounts\n    ADD COLUMN x UUID DEFAULT gen_random_uuid() NOT NULL",
    "UPDATE call_records SET client = ''",
    "DELETE FROM usage_quarters",
    "create index ix_x on call_records (client)",
    "CREATE INDEX ix_x ON ONLY usage_quarters (calls)",
    "CREATE UNIQUE INDEX ix_x ON ONLY quota_accounts (metric)",
    "LOCK TABLE members",
    'op.create_index("ix_x", "call_records", ["client"])',
]


@pytest.mark.parametrize("statement", REFUSED)
def test_a_migration_stops_calls_unseen(statement: str) -> None:
    assert unsafe(f'SCHEMA = """\nCREATE TABLE later (id UUID);\n\n{statement};\n"""')


@pytest.mark.parametrize("name", PARTITIONS)
@pytest.mark.parametrize("statement", [each for each in REFUSED if LARGE_NAME.search(each)])
def test_a_migration_does_to_a_partition_what_it_may_not_do_to_the_ledger(statement: str, name: str) -> None:
    """Each statement that is refused for some large table is refused for a partition by its own name."""
    assert unsafe(LARGE_NAME.sub(name, statement, count=1))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE call_records_default ALTER COLUMN outcome TYPE VARCHAR(9)",
        "ALTER TABLE IF EXISTS call_records_2026_11 ALTER COLUMN outcome TYPE VARCHAR(9)",
        "ALTER TABLE IF EXISTS ONLY public.call_records ALTER COLUMN outcome TYPE VARCHAR(9)",
        "CREATE INDEX ON call_records_2026_11 (client)",
        "CREATE INDEX IF NOT EXISTS ix_x ON call_records_2026_11(client)",
        "CREATE INDEX ix_x ON ONLY call_records_2026_11 (client)",
        "CREATE INDEX ix_x ON call_records_{month:%Y_%m} (client)",
    ],
)
def test_a_partition_is_a_small_table(statement: str) -> None:
    assert unsafe(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE call_records ADD COLUMN later TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE call_records ADD CONSTRAINT ck_x CHECK (input_tokens >= 0) NOT VALID",
        "CREATE INDEX CONCURRENTLY ix_x ON quota_accounts (metric)",
        "CREATE INDEX ix_x ON ONLY call_records (client)",
        "CREATE INDEX CONCURRENTLY ix_x ON call_records_2026_11 (client)",
        "ALTER TABLE call_records_default ADD CONSTRAINT ck_x CHECK (input_tokens >= 0) NOT VALID",
        "ALTER TABLE holdsters ALTER COLUMN record SET NOT NULL",
        "CREATE INDEX ix_key_rings_seen_at ON key_rings (seen_at)",
        "UPDATE schema_state SET revision = '0023'",
        "CREATE TABLE x (id UUID REFERENCES members (id), CONSTRAINT ck_x CHECK (true))",
    ],
)
def test_a_harmless_migration_is_refused(statement: str) -> None:
    assert unsafe(statement) == []


def test_the_migrations_there_are_are_not_looked_at() -> None:
    assert any(path.name.startswith(FIRST_CHECKED) for path in VERSIONS.iterdir())
    # The rewriting of a large table that there once was is what this would refuse today.
    (rewriting,) = VERSIONS.glob("0021_*.py")
    assert unsafe(rewriting.read_text()) != []
