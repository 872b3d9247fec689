"""Forgets responses whose time is over: those that providers keep, and those that the gateway keeps itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from ai_api.core.db import Hot

Kept = Literal["stored_responses", "kept_responses"]
"""Tables of responses: noted, of those that providers keep; sealed, of those that the gateway keeps."""


def _forget_expired(table: Kept) -> str:
    return f"""
WITH old AS (
    SELECT member_id, response_id FROM {table} WHERE expires_at <= now()
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
DELETE FROM {table} r USING old WHERE r.member_id = old.member_id AND r.response_id = old.response_id
RETURNING 1
"""  # noqa: S608  -- one of two names of ours


_FORGET_EXPIRED: Final[Mapping[Kept, str]] = {
    "stored_responses": _forget_expired("stored_responses"),
    "kept_responses": _forget_expired("kept_responses"),
}


async def forget_expired(hot: Hot, table: Kept, *, limit: int) -> int:
    """Deletes at most `limit` rows of a table whose time is over; how many it were. Raises StoreUnavailable."""
    return len(await hot.fetch(_FORGET_EXPIRED[table], limit))
