"""Makes records of what dead replicas held."""

from __future__ import annotations

from ai_api.gateway.sweep import Sweep
from ai_api.jobs.runner import Job

EVERY_S = 5.0


def sweep_holds(sweep: Sweep, silent_s: float) -> Job:
    """Looks often enough to read every counter as many times as a verdict needs."""
    return Job("sweep_holds", min(EVERY_S, silent_s / 6), sweep.look)
