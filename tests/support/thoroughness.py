"""How much of each property is tried: `PROPERTIES=ci`, always the same cases, or `PROPERTIES=full`, other and many more.

A number is as `full`, and so many of each.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

CHOSEN = os.environ.get("PROPERTIES", "ci")
GIVEN = int(CHOSEN) if CHOSEN.isdigit() else None
if GIVEN is None and CHOSEN not in {"ci", "full"}:
    raise ValueError(f"PROPERTIES is ci, full or a number, not {CHOSEN!r}")
FULL = CHOSEN != "ci"


def tried(*, ci: int = 150, full: int = 5_000) -> settings:
    """Settings for a property: so many cases in each form. None is slow or large: a busy machine is no failure."""
    return settings(
        max_examples=GIVEN or (full if FULL else ci),
        derandomize=not FULL,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if FULL else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
