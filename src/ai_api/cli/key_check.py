"""A start without an encryption key that rows need is refused, before anybody is served."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from ai_api.core.db import Hot, StatementRefused
from ai_api.core.errors import StoreUnavailable
from ai_api.jobs.key_watch import missing_keys
from ai_api.settings import Settings

WITHIN_S = 4.0


class KeysMissing(Exception):
    """Rows are sealed with encryption keys that the setting does not have. Names the keys by their ids, never their values."""

    def __init__(self, missing: Mapping[str, Sequence[str]]) -> None:
        told = "; ".join(f"{words} need {', '.join(key_ids)}" for words, key_ids in missing.items())
        super().__init__(
            f"AI_API_ENCRYPTION_KEYS: a key is missing that sealed rows need: {told}. Add it behind the others; "
            "`ai-api keys rotate` then seals everything with the first one."
        )


async def refuse_missing_keys(settings: Settings) -> None:
    """Looks whether every key that rows need is there. Raises KeysMissing.

    A database that does not answer in time, or was never migrated, refuses nothing here: the process starts, says why it is not
    ready, and looks again before it serves anybody.
    """
    hot = Hot(settings.database_url.get_secret_value(), size=1)
    try:
        async with asyncio.timeout(WITHIN_S):
            await hot.open()
            missing = await missing_keys(hot, settings.ring(), structlog.get_logger("ai_api"))
    except (StoreUnavailable, StatementRefused, TimeoutError):
        return
    finally:
        await hot.close()
    if missing:
        raise KeysMissing(missing)
