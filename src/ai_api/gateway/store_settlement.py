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
    ("tags", "jsonb"),
)
"""The ledger's columns with their types, in the order of the table. A test holds them equal."""

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
newest AS MATERIALIZED (SELECT id, coalesce(max(bucket), 0) AS bucket FROM moves GROUP BY id),
summed AS MATERIALIZED (
    SELECT n.id, n.bucket, coalesce(sum(m.held), 0)::bigint AS held,
        coalesce(sum(m.settled) FILTER (WHERE m.bucket = n.bucket), 0)::bigint AS settled,
        coalesce(sum(m.settled) FILTER (WHERE m.bucket = n.bucket - 1), 0)::bigint AS previous
    FROM newest n JOIN moves m USING (id) GROUP BY n.id, n.bucket
),
rolled_up AS (
    INSERT INTO usage_quarters AS u (quarter, member_id, credential_id, allocation_id, model_id, model, provider,
        provider_key_id, outcome, calls, input_tokens, cached_read_tokens, cache_write_tokens, output_tokens,
        reasoning_tokens, billed_cost_nanos, unpriced_calls, list_cost_nanos, estimated_cost_nanos, told_calls, tags)
    SELECT quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome,
        sum(calls), sum(input_tokens), sum(cached_read_tokens), sum(cache_write_tokens), sum(output_tokens),
        sum(reasoning_tokens), sum(billed_cost_nanos), sum(unpriced_calls), sum(list_cost_nanos),
        coalesce(sum(billed_cost_nanos) FILTER (WHERE is_estimated), 0), sum(calls),
        CASE WHEN min(tags) = max(tags) THEN min(tags)::jsonb END
    FROM counted
    GROUP BY quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome
    ORDER BY quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome
    ON CONFLICT (quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome)
    DO UPDATE SET calls = u.calls + excluded.calls, input_tokens = u.input_tokens + excluded.input_tokens,
        cached_read_tokens = u.cached_read_tokens + excluded.cached_read_tokens,
        cache_write_tokens = u.cache_write_tokens + excluded.cache_write_tokens,
        output_tokens = u.output_tokens + excluded.output_tokens,
        reasoning_tokens = u.reasoning_tokens + excluded.reasoning_tokens,
        billed_cost_nanos = u.billed_cost_nanos + excluded.billed_cost_nanos,
        unpriced_calls = u.unpriced_calls + excluded.unpriced_calls,
        list_cost_nanos = u.list_cost_nanos + excluded.list_cost_nanos,
        estimated_cost_nanos = u.estimated_cost_nanos + excluded.estimated_cost_nanos,
        told_calls = u.told_calls + excluded.told_calls,
        -- Null where they differ, and for ever: then the records of this row's calls tell.
        tags = CASE WHEN u.tags = excluded.tags THEN u.tags END
    RETURNING 1
),
booked AS (
    INSERT INTO quota_accounts AS q
        (id, subject_kind, subject_id, metric, window_start, window_end, settled, held, previous, bucket)
    SELECT s.id, d.subject_kind, d.subject_id, d.metric, d.window_start, d.window_end, s.settled, s.held, s.previous, s.bucket
    FROM summed s JOIN described d USING (id)
    -- Reads the step before it, or Postgres may take the accounts first: the one lock order is what keeps replicas apart.
    WHERE (SELECT count(*) FROM rolled_up) >= 0
    ORDER BY s.id
    ON CONFLICT (id) DO UPDATE SET
        held = q.held + excluded.held,
        settled = CASE WHEN excluded.bucket > q.bucket THEN excluded.settled
                       WHEN excluded.bucket = q.bucket THEN q.settled + excluded.settled ELSE q.settled END,
        previous = CASE WHEN excluded.bucket = q.bucket + 1 THEN q.settled + excluded.previous
                        WHEN excluded.bucket > q.bucket THEN excluded.previous
                        WHEN excluded.bucket = q.bucket THEN q.previous + excluded.previous
                        WHEN excluded.bucket = q.bucket - 1 THEN q.previous + excluded.settled ELSE q.previous END,
        bucket = greatest(q.bucket, excluded.bucket)
)"""


def _counted(source: str, sign: int) -> str:
    """One row of the roll-up for each record of `source`, added or taken back."""
    return f"""
    SELECT date_bin('15 minutes', r.started_at, '2000-01-01 00:00:00+00') AS quarter, r.member_id, r.credential_id,
        r.allocation_id, r.model_id, r.model, r.provider, r.provider_key_id, r.outcome,
        {sign} * greatest(1, r.refused_count)::bigint AS calls, {sign} * r.input_tokens AS input_tokens,
        {sign} * r.cached_read_tokens AS cached_read_tokens, {sign} * r.cache_write_tokens AS cache_write_tokens,
        {sign} * r.output_tokens AS output_tokens, {sign} * r.reasoning_tokens AS reasoning_tokens,
        {sign} * coalesce(r.billed_cost_nanos, 0) AS billed_cost_nanos,
        {sign} * (r.billed_cost_nanos IS NULL)::int::bigint AS unpriced_calls,
        {sign} * coalesce(r.list_cost_nanos, 0) AS list_cost_nanos,
        r.usage_source = 'estimated' AS is_estimated, r.tags::text AS tags
    FROM {source} r JOIN fresh USING (call_id)"""  # noqa: S608


def _moved(source: str, sign: int) -> str:
    """What the bookings of `source` move on the accounts."""
    return f"""
    SELECT (b->>'account_id')::uuid AS id,
        {sign} * coalesce(b->>'tokens', b->>'cost_nanos', b->>'requests')::bigint AS settled, 0::bigint AS held,
        coalesce((b->>'bucket')::bigint, 0) AS bucket
    FROM fresh JOIN {source} r USING (call_id) CROSS JOIN LATERAL jsonb_array_elements(r.bookings) b"""  # noqa: S608


_SETTLE = f"""{_GIVEN},
held AS MATERIALIZED (
    SELECT call_id, amounts FROM holds WHERE call_id = ANY(ARRAY(SELECT call_id FROM given)) ORDER BY call_id FOR UPDATE
),
fresh AS (
    INSERT INTO call_records ({_NAMES})
    SELECT {_NAMES} FROM given g WHERE g.holdless OR EXISTS (SELECT 1 FROM held h WHERE h.call_id = g.call_id)
    ORDER BY call_id
    ON CONFLICT (call_id) DO NOTHING RETURNING call_id
),
counted AS ({_counted("given", 1)}
),
moves AS ({_moved("given", 1)}
    UNION ALL
    SELECT (a->>0)::uuid, 0, -(a->>1)::bigint, NULL
    FROM held JOIN fresh USING (call_id) CROSS JOIN LATERAL jsonb_array_elements(held.amounts) a
),{_BOOKED},
dropped AS (DELETE FROM holds WHERE call_id = ANY(ARRAY(SELECT call_id FROM fresh)))
SELECT call_id FROM fresh
"""  # noqa: S608

_KNOWN = "SELECT call_id, swept AND NOT details ? 'corrected' AS open FROM call_records WHERE call_id = ANY($1::uuid[])"

# A replica that was only cut off comes back with the truth: the swept record is corrected once, the difference booked. The
# function changes it as the tables' owner, since nobody else may, and gives the record as it was.
_CORRECT = f"""{_GIVEN},
before AS MATERIALIZED (SELECT * FROM correct_call_records($1::jsonb)),
fresh AS (SELECT call_id FROM before),
counted AS ({_counted("given", 1)}
    UNION ALL{_counted("before", -1)}
),
moves AS ({_moved("given", 1)}
    UNION ALL{_moved("before", -1)}
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
