"""What every property has: a patient gateway."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from ai_api.gateway import admit, growing_hold, hold_changes, key_holds, narrow, people, settle, taking
from tests.properties.gate import LONG


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not look like a database that is away; and what is tried again is tried at once."""
    for module in (taking, hold_changes, key_holds, people):
        monkeypatch.setattr(module, "PATIENCE", LONG)
    monkeypatch.setattr(admit, "ADMIT_TIMEOUT_S", 20.0)
    monkeypatch.setattr(admit, "WAITED_MAX_S", 60.0)
    monkeypatch.setattr(growing_hold, "ASKED_AGAIN_S", 0.0)
    monkeypatch.setattr(narrow, "TIGHT_FOR_S", 1e6)
    monkeypatch.setattr(people, "LOOKUPS_PER_S_MAX", 10_000)
    monkeypatch.setattr(settle, "RETRY_FIRST_S", 0.001)


@pytest.fixture(autouse=True)
def _types_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a type of Postgres is, is asked of a database once: each connection would ask anew, at the price of ten statements."""
    known: dict[frozenset[int], Any] = {}
    ask = asyncpg.Connection._introspect_types

    async def look(self: asyncpg.Connection, typeoids: Any, timeout: float | None) -> Any:
        wanted = frozenset(typeoids)
        if wanted not in known:
            known[wanted] = await ask(self, typeoids, timeout)
        return known[wanted]

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", look)
