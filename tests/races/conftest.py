"""What every race has: how much of it is played."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def full() -> bool:
    """Whether the long form is played, `RACES=full`, and not the one that every change can afford, `RACES=ci`."""
    chosen = os.environ.get("RACES", "ci")
    assert chosen in {"ci", "full"}, f"RACES is ci or full, not {chosen!r}"
    return chosen == "full"
