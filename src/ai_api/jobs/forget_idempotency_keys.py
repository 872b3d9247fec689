"""Deletes idempotency keys, and the answers kept under them, when their day is over."""

from __future__ import annotations

from ai_api.core.db import Hot
from ai_api.gateway import store_idempotency
from ai_api.jobs.forget import until_none_is_left
from ai_api.jobs.runner import Job

EVERY_S = 60.0
BATCH_MAX = 200


def forget_idempotency_keys(hot: Hot) -> Job:
    """One short statement a batch, until none is left."""

    async def run() -> int:
        return await until_none_is_left(lambda limit: store_idempotency.forget_expired(hot, limit=limit), BATCH_MAX)

    return Job("forget_idempotency_keys", EVERY_S, run)
