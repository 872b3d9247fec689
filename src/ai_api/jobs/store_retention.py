"""What the dropping of old accounts says to Postgres: one autocommit statement for a bounded slice."""

from __future__ import annotations

from uuid import UUID

from ai_api.core.db import Hot
from ai_api.jobs.store_books import Kept

# An account that slides goes by what the proof has seen: all it says was booked, and the last of it long ago. One that a call
# has locked is in use; one that holds something is read again under the lock, and stays.
_DROP = """
WITH past AS MATERIALIZED (
    SELECT q.id FROM quota_accounts q
    WHERE q.id > $1 AND q.id <= $2 AND q.held = 0 AND (
        q.window_end < $3
        OR q.bucket > 0
        AND q.settled = coalesce((SELECT s.amount FROM proof_sums s WHERE s.account_id = q.id AND s.bucket = q.bucket), 0)
        AND q.previous = coalesce(
            (SELECT s.amount FROM proof_sums s WHERE s.account_id = q.id AND s.bucket = q.bucket - 1), 0)
        AND NOT EXISTS (SELECT 1 FROM proof_sums s WHERE s.account_id = q.id AND s.last_at > $4))
    ORDER BY q.id FOR UPDATE SKIP LOCKED
),
dropped AS (DELETE FROM quota_accounts q USING past p WHERE q.id = p.id RETURNING q.id),
forgotten AS (DELETE FROM proof_sums s USING dropped d WHERE s.account_id = d.id)
SELECT count(*) AS dropped FROM dropped
"""


async def drop_past(hot: Hot, after: UUID, until: UUID, kept: Kept) -> int:
    """Drops the accounts of a slice that nothing holds and nobody counts any more; gives how many."""
    dropped: int = (await hot.fetch(_DROP, after, until, kept.window, kept.sliding))[0]["dropped"]
    return dropped
