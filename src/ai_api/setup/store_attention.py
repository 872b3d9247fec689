"""Every question of what needs somebody. Each reads a table of few rows, or a bounded slice of an index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from ai_api.core.db import Tx
from ai_api.quotas.limit import Limit, limit_of
from ai_api.setup.attention_rules import MOST, Case, Code

_KEYS = """
SELECT id, name, flagged_at AS since FROM provider_keys
WHERE status = 'active' AND flagged_code IS NOT NULL ORDER BY flagged_at, id LIMIT :most
"""

# Of the few without a route it is counted whose they are: a plan that looks for the first would read all allocations for none.
_UNSERVED = """
WITH unserved AS MATERIALIZED (
    SELECT m.id, m.slug FROM models m
    WHERE m.status = 'active' AND NOT EXISTS (
        SELECT 1 FROM routes r JOIN provider_keys k ON k.id = r.provider_key_id
        WHERE r.model_id = m.id AND r.status = 'active' AND r.weight > 0 AND k.status = 'active'
            AND NOT EXISTS (SELECT 1 FROM route_health h WHERE h.route_id = r.id AND h.until_ms > :now_ms))
)
SELECT id, slug AS name, NULL::timestamptz AS since FROM unserved
WHERE (SELECT count(*) FROM allocations a WHERE a.model_id = unserved.id AND a.state <> 'revoked') > 0
ORDER BY slug LIMIT :most
"""

_COOLING = """
SELECT r.id, m.slug || ' by ' || k.name AS name, NULL::timestamptz AS since
FROM route_health h JOIN routes r ON r.id = h.route_id JOIN models m ON m.id = r.model_id
    JOIN provider_keys k ON k.id = r.provider_key_id
WHERE h.until_ms > :now_ms AND r.status = 'active' AND k.status = 'active' AND m.status = 'active'
ORDER BY m.slug, k.name, r.id LIMIT :most
"""

_UNSETTLED = """
SELECT call_id AS id, call_id::text AS name, created_at AS since FROM unsettled ORDER BY created_at, call_id LIMIT :most
"""

_BOOKS = "SELECT NULL AS id, law AS name, unexplained_at AS since FROM book_proofs WHERE amount <> 0 ORDER BY law"

_STRAYS = """
SELECT call_id AS id, call_id::text AS name, started_at AS since FROM call_records_default ORDER BY call_id LIMIT :most
"""

# Neither those that were made for a few days, nor one that a rotation left to work on for some hours.
_EXPIRING = """
SELECT c.id, c.name, c.expires_at - interval '7 days' AS since FROM credentials c
WHERE c.revoked_at IS NULL AND c.expires_at > :now AND c.expires_at <= :in_a_week AND c.paused_at IS NULL
    AND c.expires_at - c.created_at > interval '7 days'
    AND (SELECT m.status FROM members m WHERE m.id = c.member_id) = 'active'
    AND (SELECT count(*) FROM credentials s WHERE s.member_id = c.member_id AND s.name = c.name
        AND s.created_at > c.created_at AND s.revoked_at IS NULL) = 0
ORDER BY c.expires_at LIMIT :most
"""

_UNPRICED = """
SELECT m.id, m.slug AS name, called.since FROM models m
    CROSS JOIN LATERAL (
        SELECT min(u.quarter) AS since FROM usage_quarters u
        WHERE u.model_id = m.id AND u.unpriced_calls > 0 AND u.quarter > :a_week_ago) called
WHERE m.status = 'active' AND called.since IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM price_versions p WHERE p.model_id = m.id AND p.in_force_from <= :now)
ORDER BY m.slug LIMIT :most
"""

_UNANSWERED = """
SELECT s.id, s.identifier AS name, r.updated_at AS since FROM members s JOIN members r ON r.id = s.responsible_member_id
WHERE s.responsible_member_id IS NOT NULL AND s.kind = 'service' AND s.status = 'active' AND r.status <> 'active'
ORDER BY s.identifier LIMIT :most
"""

# What reached the same recipient later has made good for it.
_LETTERS_FAILED = """
SELECT o.id, o.recipient AS name, o.failed_at AS since FROM outbox o
WHERE o.failed_at > :a_week_ago
    AND NOT EXISTS (SELECT 1 FROM outbox s WHERE s.recipient = o.recipient AND s.sent_at > o.failed_at)
ORDER BY o.failed_at, o.id LIMIT :most
"""

_LETTERS_WAITING = """
SELECT id, recipient AS name, created_at AS since FROM outbox
WHERE sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL AND created_at < :a_while_ago
ORDER BY created_at, id LIMIT :most
"""

_VERSIONS = """
SELECT NULL AS id, version AS name, max(since) OVER () AS since FROM (
    SELECT version, min(started_at) AS since FROM replicas WHERE swept_at IS NULL AND seen_at > :a_minute_ago GROUP BY version
) alive WHERE (SELECT count(DISTINCT version) FROM replicas WHERE swept_at IS NULL AND seen_at > :a_minute_ago) > 1
ORDER BY version LIMIT :most
"""

_NO_REPLICA = """
SELECT NULL AS id, 'no replica' AS name, (SELECT max(seen_at) FROM replicas) AS since
WHERE NOT EXISTS (SELECT 1 FROM replicas WHERE swept_at IS NULL AND seen_at > :a_minute_ago)
"""

_JOBS = """
SELECT NULL AS id, name, coalesce(done_at, known_at) AS since FROM job_runs
WHERE coalesce(done_at, known_at) < CAST(:now AS timestamptz) - make_interval(secs => greatest(3 * every_s, 300))
UNION ALL SELECT NULL, 'every job', NULL WHERE NOT EXISTS (SELECT 1 FROM job_runs)
ORDER BY 3, 2
"""

_OWNERS = """
SELECT id, name, NULL::timestamptz AS since FROM (
    SELECT id, identifier AS name, count(*) OVER () AS owners FROM members
    WHERE role = 'owner' AND status = 'active' AND kind = 'person'
) active WHERE owners = 1
"""

QUESTIONS: Final[dict[Code, str]] = {
    "books_unexplained": _BOOKS,
    "unsettled_records": _UNSETTLED,
    "stray_records": _STRAYS,
    "no_replica": _NO_REPLICA,
    "model_unserved": _UNSERVED,
    "provider_key_flagged": _KEYS,
    "jobs_late": _JOBS,
    "route_cooling": _COOLING,
    "model_without_price": _UNPRICED,
    "letters_failed": _LETTERS_FAILED,
    "letters_waiting": _LETTERS_WAITING,
    "service_unanswered": _UNANSWERED,
    "replica_versions": _VERSIONS,
    "credentials_expiring": _EXPIRING,
    "one_owner": _OWNERS,
}
"""The conditions that one statement answers."""

# Accounts are named by what they count, in a way that only the program knows: these may be meant, and are then looked at.
_NEARLY_USED = """
WITH latest AS MATERIALIZED (
    SELECT *, coalesce(allocation_id, member_id, credential_id) AS subject_id FROM limits
    WHERE partition_by = 'subject' AND window_kind <> 'request' AND metric <> 'concurrency' AND amount > 0
        AND subject_kind IN ('allocation', 'member', 'credential')
    ORDER BY id DESC LIMIT :looked_at
)
SELECT latest.* FROM latest WHERE EXISTS (
    SELECT 1 FROM quota_accounts a
    WHERE a.subject_id = latest.subject_id AND a.metric = latest.metric
        AND a.window_start <= :now AND (a.window_end IS NULL OR a.window_end > :now)
        AND 10 * (a.settled + a.held + a.previous)::numeric >= 9 * latest.amount::numeric)
LIMIT :most
"""


async def cases(tx: Tx, code: Code, *, now: datetime) -> list[Case]:
    """What one condition of `QUESTIONS` is about, at most `MOST`."""
    given = {
        "most": MOST,
        "now": now,
        "now_ms": int(now.timestamp() * 1000),
        "a_minute_ago": now - timedelta(minutes=1),
        "a_while_ago": now - timedelta(minutes=15),
        "a_week_ago": now - timedelta(days=7),
        "in_a_week": now + timedelta(days=7),
    }
    rows = await tx.execute(text(QUESTIONS[code]), given)
    return [Case(None if row.id is None else str(row.id), row.name, row.since) for row in rows]


async def limits_to_look_at(tx: Tx, *, now: datetime, looked_at: int) -> Sequence[Limit]:
    """Of the newest `looked_at` limits of members, allocations and credentials those that may be nearly used, at most `MOST`."""
    given = {"now": now, "looked_at": looked_at, "most": MOST}
    return [limit_of(row._asdict()) for row in await tx.execute(text(_NEARLY_USED), given)]
