"""What the check of migrations sees in their text, and what it lets pass."""

from __future__ import annotations

import pytest
from scripts.check_migrations import FIRST_CHECKED, VERSIONS, unsafe


@pytest.mark.parametrize(
    "statement",
    [
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
    ],
)
def test_a_migration_stops_calls_unseen(statement: str) -> None:
    assert unsafe(f'SCHEMA = """\nCREATE TABLE later (id UUID);\n\n{statement};\n"""')


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE call_records ADD COLUMN later TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE call_records ADD CONSTRAINT ck_x CHECK (input_tokens >= 0) NOT VALID",
        "CREATE INDEX CONCURRENTLY ix_x ON quota_accounts (metric)",
        "CREATE INDEX ix_x ON ONLY call_records (client)",
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
