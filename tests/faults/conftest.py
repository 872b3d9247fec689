"""What every fault test has: a witness, and how many rounds to play."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from tests.support import upstream
from tests.support.upstream import Simulator

ROUNDS = int(os.environ.get("AI_API_FAULT_ROUNDS", "3"))
IS_FULL = ROUNDS >= 100
"""Whether everything is played, as `make faults` does; a hundred rounds are nobody's short form."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a fault test."""
    for item in items:
        if "tests/faults/" in item.nodeid:
            item.add_marker(pytest.mark.faults)


@pytest.fixture
def rounds() -> int:
    """How often a process is killed at random moments; `AI_API_FAULT_ROUNDS`. What takes longer dies a quarter as often."""
    return ROUNDS


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with upstream.running() as simulator:
        yield simulator
