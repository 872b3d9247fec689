"""What a suite has tried, counted while it is tried: `AI_API_TALLY` names the file that is told at the end of the run.

A plugin: campaigns read how much was done from it, and nothing else does.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.database import Databases
from tests.support.imported import FILE, imported

POSTGRES, COUNTS = "postgres", "counts"


@pytest.fixture(scope="session")
def tally(postgres_server: Databases) -> Iterator[Counter[str]]:
    """Counts by what is counted; the run's own, and empty at its beginning."""
    counts: Counter[str] = Counter()
    yield counts
    if FILE in os.environ:
        told = {POSTGRES: postgres_server.version(), COUNTS: counts, **imported()}
        Path(os.environ[FILE]).write_text(json.dumps(told), encoding="utf-8")
