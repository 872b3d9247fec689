"""A database of its own for each test, and a way to write into the trail."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ai_api.core.db import Database
from tests.integration.audit.trail import Trail


@pytest.fixture
async def trail(database: str) -> AsyncIterator[Trail]:
    """The audit trail of an empty database, with a small pool."""
    opened = Database(database)
    yield Trail(opened, database)
    await opened.close()
