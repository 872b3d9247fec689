"""A database, a desk and a proof for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from ai_api.core.db import Hot
from tests.integration.jobs.desk import Desk
from tests.support.books import Books


class Log:
    """Remembers lines."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def info(self, event: str, **fields: Any) -> None:
        self.lines.append({"event": event, **fields})

    def error(self, event: str, **fields: Any) -> None:
        self.lines.append({"event": event, **fields})


@pytest.fixture
def log() -> Log:
    return Log()


@pytest_asyncio.fixture
async def hot(database: str) -> AsyncIterator[Hot]:
    pool = Hot(database, size=4)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
def desk(hot: Hot) -> Desk:
    return Desk(hot)


@pytest.fixture
def books(database: str) -> Books:
    return Books(database)
