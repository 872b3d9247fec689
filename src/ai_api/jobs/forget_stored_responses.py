"""Forgets responses that providers keep no longer, and deletes those that the gateway kept, when their time is over."""

from __future__ import annotations

from ai_api.core.db import Hot
from ai_api.gateway import store_kept, store_responses
from ai_api.jobs.forget import until_none_is_left
from ai_api.jobs.runner import Job

EVERY_S = 600.0
BATCH_MAX = 500
KEPT_BATCH_MAX = 50
"""Of those that the gateway kept: each may have some megabytes."""


def forget_stored_responses(hot: Hot) -> Job:
    """One short statement a batch, until none is left."""

    async def run() -> int:
        noted = await until_none_is_left(lambda limit: store_responses.forget_expired(hot, limit=limit), BATCH_MAX)
        kept = await until_none_is_left(lambda limit: store_kept.forget_expired(hot, limit=limit), KEPT_BATCH_MAX)
        return noted + kept

    return Job("forget_stored_responses", EVERY_S, run)
