"""A statement that fails is quoted in the log, and what went with it is not."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ai_api.core.db import Database


async def test_a_failing_statement_is_told_with_its_values(database: str) -> None:
    opened = Database(database)
    try:
        with pytest.raises(DBAPIError) as failed:
            async with opened.transaction() as tx:
                await tx.execute(text("SELECT 1 / length(substr(:secret, 1, 0))"), {"secret": "a.value.nobody.may.see"})
    finally:
        await opened.close()
    assert "SELECT 1 / length" in str(failed.value)
    assert "nobody.may.see" not in str(failed.value) + repr(failed.value)
