"""What settlement says to Postgres.

Each is one autocommit statement, so that a slow database costs one round trip, not four. One lock order for every writer:
holds by call id, records by call id, accounts by id. Two replicas that take several accounts in another order deadlock; in
this one they queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from ai_api.core.db import Hot

RECORD_COLUMNS: tuple[tuple[str, str], ...] = (
    ("call_id", "uuid"),
    ("started_at", "timestamptz"),
    ("first_byte_at", "timestamptz"),
    ("finished_at", "timestamptz"),
    ("credential_id", "uuid"),
    ("allocation_id", "uuid"),
    ("member_id", "uuid"),
    ("dialect", "text"),
    ("operation", "text"),
    ("stream", "boolean"),
    ("requested_model", "text"),
    ("model", "text"),
    ("model_id", "uuid"),
    ("upstream_model", "text"),
    ("provider", "text"),
    ("provider_key_id", "uuid"),
    ("route_id", "uuid"),
    ("attempts", "jsonb"),
    ("outcome", "text"),
    ("details", "jsonb"),
    ("upstream_status", "integer"),
    ("finish_reason", "text"),
    ("input_tokens", "bigint"),
    ("cached_read_tokens", "bigint"),
    ("cache_write_tokens", "bigint"),
    ("output_tokens", "bigint"),
    ("reasoning_tokens", "bigint"),
    ("unit", "text"),
    ("quantity", "bigint"),
    ("usage_source", "text"),
    ("service_tier", "text"),
    ("price_version_id", "uuid"),
    ("list_cost_nanos", "bigint"),
    ("multiplier_millionths", "bigint"),
    ("billed_cost_nanos", "bigint"),
    ("held_nanos", "bigint"),
    ("overrun_nanos", "bigint"),
    ("funded_by", "text"),
    ("bookings", "jsonb"),
    ("swept", "boolean"),
    ("refused_count", "integer"),
    ("request_id", "text"),
    ("upstream_request_id", "text"),
    ("client", "text"),
)
"""The ledger's columns with their types, in the order of the table. A test holds them equal."""

CORRECTED_COLUMNS = tuple(
    name
    for name, _ in RECORD_COLUMNS
    if name
    not in {
        "call_id",
        "started_at",
        "credential_id",
        "allocation_id",
        "member_id",
        "dialect",
        "operation",
        "stream",
        "requested_model",
        "model",
        "model_id",
        "details",
        "multiplier_millionths",
        "held_nanos",
        "funded_by",
        "swept",
        "refused_count",
        "request_id",
        "client",
    }
)

_NAMES = ", ".join(name for name, _ in RECORD_COLUMNS)
_GIVEN = f"""
WITH given AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb)
        AS g({", ".join(f"{name} {kind}" for name, kind in RECORD_COLUMNS)}, accounts jsonb, holdless boolean)
)"""  # noqa: S608  -- the names are the constants above

# `accounts` describes every account a record books on, so that a window's first booking can create it.
_BOOKED = """
described AS MATERIALIZED (
    SELECT DISTINCT ON ((d->>0)::uuid) (d->>0)::uuid AS id, d->>1 AS subject_kind, (d->>2)::uuid AS subject_id, d->>3 AS metric,
        (d->>4)::timestamptz AS window_start, (d->>5)::timestamptz AS window_end
    FROM given CROSS JOIN LATERAL jsonb_array_elements(given.accounts) d ORDER BY (d->>0)::uuid
),
booked AS (
    INSERT INTO quota_accounts AS q (id, subject_kind, subject_id, metric, window_start, window_end, settled, held)
    SELECT m.id, d.subject_kind, d.subject_id, d.metric, d.window_start, d.window_end, m.settled, m.held
    FROM (SELECT id, sum(settled)::bigint AS settled, sum(held)::bigint AS held FROM moves GROUP BY id) m
    JOIN described d USING (id) ORDER BY m.id
    ON CONFLICT (id) DO UPDATE SET settled = q.settled + excluded.settled, held = q.held + excluded.held
)"""

_SETTLE = f"""{_GIVEN},
held AS MATERIALIZED (
    SELECT call_id, amounts FROM holds WHERE call_id IN (SELECT call_id FROM given) ORDER BY call_id FOR UPDATE
),
fresh AS (
    INSERT INTO call_records ({_NAMES})
    SELECT {_NAMES} FROM given g WHERE g.holdless OR EXISTS (SELECT 1 FROM held h WHERE h.call_id = g.call_id)
    ORDER BY call_id
    ON CONFLICT (call_id) DO NOTHING RETURNING call_id
),
moves AS (
    SELECT (b->>'account_id')::uuid AS id, coalesce(b->>'tokens', b->>'cost_nanos')::bigint AS settled, 0::bigint AS held
    FROM fresh JOIN given USING (call_id) CROSS JOIN LATERAL jsonb_array_elements(given.bookings) b
    UNION ALL
    SELECT (a->>0)::uuid, 0, -(a->>1)::bigint
    FROM held JOIN fresh USING (call_id) CROSS JOIN LATERAL jsonb_array_elements(held.amounts) a
),{_BOOKED},
dropped AS (DELETE FROM holds h USING fresh f WHERE h.call_id = f.call_id)
SELECT call_id FROM fresh
"""  # noqa: S608

_KNOWN = "SELECT call_id, swept AND NOT details ? 'corrected' AS open FROM call_records WHERE call_id = ANY($1::uuid[])"

# A replica that was only cut off comes back with the truth: the swept record is corrected once, the difference booked.
_CORRECT = f"""{_GIVEN},
before AS MATERIALIZED (
    SELECT r.call_id, r.bookings FROM call_records r JOIN given USING (call_id)
    WHERE r.swept AND NOT r.details ? 'corrected' ORDER BY r.call_id FOR UPDATE OF r
),
fresh AS (
    UPDATE call_records r SET details = g.details || '{{"corrected": true}}', {
    ", ".join(f"{name} = g.{name}" for name in CORRECTED_COLUMNS)
}
    FROM given g JOIN before b USING (call_id) WHERE r.call_id = g.call_id RETURNING r.call_id
),
moves AS (
    SELECT (b->>'account_id')::uuid AS id, coalesce(b->>'tokens', b->>'cost_nanos')::bigint AS settled, 0::bigint AS held
    FROM fresh JOIN given USING (call_id) CROSS JOIN LATERAL jsonb_array_elements(given.bookings) b
    UNION ALL
    SELECT (o->>'account_id')::uuid, -coalesce(o->>'tokens', o->>'cost_nanos')::bigint, 0
    FROM before JOIN fresh USING (call_id) CROSS JOIN LATERAL jsonb_array_elements(before.bookings) o
),{_BOOKED}
SELECT call_id FROM fresh
"""  # noqa: S608

_PARK = """
WITH parked AS (UPDATE holds SET parked = true WHERE call_id = $1::uuid)
INSERT INTO unsettled (call_id, record, sqlstate, reason) VALUES ($1::uuid, $2::jsonb, $3, $4) ON CONFLICT DO NOTHING
"""

REHEARSAL: tuple[tuple[str, tuple[object, ...]], ...] = ((_SETTLE, ("[]",)),)
"""The statement of every settlement, with arguments by which it does nothing."""


async def settle(hot: Hot, records_json: str, *, timeout_s: float) -> set[UUID]:
    """Settles a batch; gives the calls whose records were really inserted. Raises StoreUnavailable, or asyncpg's error."""
    return {row["call_id"] for row in await hot.fetch(_SETTLE, records_json, timeout_s=timeout_s)}


async def known(hot: Hot, call_ids: Sequence[UUID], *, timeout_s: float) -> Mapping[UUID, bool]:
    """Of these calls, those that have a record; True where it was swept and may still be corrected."""
    rows = await hot.fetch(_KNOWN, list(call_ids), timeout_s=timeout_s)
    return {row["call_id"]: row["open"] for row in rows}


async def correct(hot: Hot, records_json: str, *, timeout_s: float) -> set[UUID]:
    """Corrects swept records, each once; gives the calls really corrected."""
    return {row["call_id"] for row in await hot.fetch(_CORRECT, records_json, timeout_s=timeout_s)}


async def park(hot: Hot, call_id: UUID, record_json: str, *, sqlstate: str, reason: str) -> None:
    """Keeps a record that Postgres refused, and its hold, for an administrator."""
    await hot.fetch(_PARK, call_id, record_json, sqlstate, reason[:500])
