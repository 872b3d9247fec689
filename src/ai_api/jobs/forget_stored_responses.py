"""Forgets responses that providers keep no longer, and deletes those that the gateway kept, when their time is over."""

from __future__ import annotations

from ai_api.core.db import Hot
from ai_api.gateway.store_expired import forget_expired
from ai_api.jobs.forget import until_none_is_left
from ai_api.jobs.runner import Job

EVERY_S = 600.0
BATCH_MAX = 500
KEPT_BATCH_MAX = 50
"""Of those that the gateway kept: each may have some megabytes."""


def forget_stored_responses(hot: Hot) -> Job:
    """One short statement a batch, until none is left."""

    async def run() -> int:
        noted = await until_none_is_left(lambda limit: forget_expired(hot, "stored_responses", limit=limit), BATCH_MAX)
        kept = await until_none_is_left(
            lambda limit: forget_expired(hot, "kept_responses", limit=limit), KEPT_BATCH_MAX
        )
        return noted + kept

    return Job("forget_stored_responses", EVERY_S, run)
