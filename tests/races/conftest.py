"""What every race has: how much of it is played."""

from __future__ import annotations

import os

import pytest

from ai_api.core.db import Patience
from ai_api.gateway import admit, taking


@pytest.fixture(scope="session")
def full() -> bool:
    """Whether the long form is played, `RACES=full`, and not the one that every change can afford, `RACES=ci`."""
    chosen = os.environ.get("RACES", "ci")
    assert chosen in {"ci", "full"}, f"RACES is ci or full, not {chosen!r}"
    return chosen == "full"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is sent away for having waited too long: for what must hold at whatever speed a machine goes."""
    monkeypatch.setattr(admit, "WAITED_MAX_S", 120.0)
    monkeypatch.setattr(admit, "ADMIT_TIMEOUT_S", 60.0)
    monkeypatch.setattr(taking, "PATIENCE", Patience(30.0, 60.0))
