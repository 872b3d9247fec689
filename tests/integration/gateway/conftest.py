"""One simulated provider and one gateway per test, over a database of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support import upstream
from tests.support.gateway import Gateway, gateway
from tests.support.upstream import Simulator


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with upstream.running() as simulator:
        yield simulator


@pytest.fixture
async def g(database: str, sim: Simulator) -> AsyncIterator[Gateway]:
    async with gateway(database, sim) as running:
        yield running
