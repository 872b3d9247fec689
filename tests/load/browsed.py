"""A large organization to browse in: calls of half a year, in bursts, by members of very different weight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

import asyncpg

from ai_api.core.db import Database, Hot
from ai_api.core.ids import first_id_of
from ai_api.jobs.sum_days import sum_days

MONTHS = 6
OUTCOMES = ("ok", "upstream_error", "rate_limited", "upstream_timeout", "cost_quota_exceeded")
WITHIN_S = 3_600.0
_AT_ONCE = 100_000
_BURST = 5
"""Calls of one member, model and credential in one quarter of an hour, as a session of a coding agent makes them."""

_PEOPLE = (
    """INSERT INTO tags (id, name) SELECT md5('tag' || n)::uuid, 'tag-' || n FROM generate_series(0, 11) n""",
    """INSERT INTO members (id, identifier, display_name, epoch)
    SELECT md5('member' || n)::uuid, 'browsed' || n || '@example.test', 'Browsed ' || n, n FROM generate_series(0, $1::int - 1) n""",
    """INSERT INTO models (id, slug, display_name, operations)
    SELECT md5('model' || n)::uuid, 'provider-' || n % 5 || '/model-' || n, 'Model ' || n, '{chat}' FROM generate_series(0, 39) n""",
    """INSERT INTO provider_keys (id, provider, name, base_url, wiring, wiring_version)
    SELECT md5('key' || n)::uuid, 'provider-' || n, 'browsed-key-' || n, 'https://provider-' || n || '.example/v1',
        '{"urls": {}, "lanes": {}, "models_url": null, "auth_header": "authorization", "auth_prefix": "Bearer ", "headers": {}}', 'browsed'
    FROM generate_series(0, 4) n""",
    """INSERT INTO routes (id, model_id, provider_key_id, upstream_model)
    SELECT md5('route' || n)::uuid, md5('model' || n)::uuid, md5('key' || n % 5)::uuid, 'model-' || n FROM generate_series(0, 34) n""",
    """INSERT INTO allocations (id, member_id, model_id)
    SELECT md5('allocation' || n)::uuid, md5('member' || n)::uuid, md5('model' || n % 40)::uuid
    FROM generate_series(0, $1::int - 1) n""",
    """INSERT INTO credentials (id, public_id, member_id, name, secret_hash, display)
    SELECT md5('credential' || n)::uuid, 'cred_b' || n, md5('member' || n % $1::int)::uuid, 'laptop ' || n,
        sha256(('browsed' || n)::bytea), 'sk-aiapi-…' FROM generate_series(0, 2 * $1::int - 1) n""",
)
# Each burst has one member, credential and model. Members are called by the cube of a random number: a few of them make most calls.
_RECORDS = """
INSERT INTO call_records (call_id, started_at, first_byte_at, finished_at, credential_id, allocation_id, member_id, dialect, operation,
    stream, requested_model, model, model_id, upstream_model, provider, provider_key_id, outcome, attempts, details, upstream_status,
    finish_reason, input_tokens, output_tokens, usage_source, list_cost_nanos, billed_cost_nanos, held_nanos, request_id, client, tags)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 4, 15))::uuid,
    at, at + took / 4, at + took, md5('credential' || who + (burst % 2) * $3::int)::uuid, md5('allocation' || who)::uuid,
    md5('member' || who)::uuid, 'openai', 'chat', n % 2 = 0, slug, slug, md5('model' || which)::uuid, slug,
    'provider-' || which % 5, md5('key' || which % 5)::uuid, outcome, jsonb_build_array(jsonb_build_object(
        'provider', 'provider-' || which % 5, 'status', 200, 'sent', true, 'ms', 900, 'cost_nanos', cost)),
    CASE WHEN outcome IN ('rate_limited', 'cost_quota_exceeded') THEN jsonb_build_object('limit_id', md5('limit' || who % 25)::uuid)
        ELSE '{}' END,
    CASE WHEN outcome = 'ok' THEN 200 ELSE 500 END, 'stop', 1400, 250, 'provider', cost, cost, 2 * cost, 'browsed-' || n,
    CASE burst % 3 WHEN 0 THEN 'codex/1.4' WHEN 1 THEN 'claude-cli/2.1' ELSE 'OpenAI/Python' END,
    jsonb_build_array(md5('tag' || who % 12)::uuid)
FROM (
    SELECT n, n / $4::int AS burst, floor(power(chance, 3) * $3::int)::int AS who, which, 'provider-' || which % 5 || '/model-' || which AS slug,
        $5::timestamptz + ($6::timestamptz - $5::timestamptz) * ((n / $4::int * $4::int)::float8 / $7::int)
            + make_interval(secs => 20 * (n % $4::int)) AS at,
        make_interval(secs => 0.2 + 12 * chance) AS took,
        CASE WHEN n % 100000 = 99 THEN ($8::text[])[5] WHEN n % 50 = 7 THEN ($8::text[])[2 + n / 50 % 3] ELSE 'ok' END AS outcome,
        (1000 + 90000000 * power(chance, 6))::bigint AS cost
    FROM (
        SELECT n, (hashint4(n / $4::int) & 65535) / 65536.0::float8 AS chance, (hashint4(n / $4::int + 7) & 255) % 40 AS which
        FROM generate_series($1::int, $2::int) n
    ) drawn
) calls
"""
_QUARTERS = """
INSERT INTO usage_quarters (quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome, calls,
    input_tokens, output_tokens, billed_cost_nanos, list_cost_nanos, tags, told_calls)
SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00:00+00'), member_id, credential_id, allocation_id, model_id, model,
    provider, provider_key_id, outcome, count(*), sum(input_tokens), sum(output_tokens), sum(billed_cost_nanos), sum(list_cost_nanos),
    min(tags::text)::jsonb, count(*)
FROM call_records GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1
"""
_OLD_QUARTERS = """
INSERT INTO usage_quarters (quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome, calls,
    input_tokens, output_tokens, billed_cost_nanos)
SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00:00+00'), member_id, credential_id, allocation_id, model_id, model,
    provider, provider_key_id, outcome, count(*), sum(input_tokens), sum(output_tokens), sum(billed_cost_nanos)
FROM call_records GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Browsed:
    """What is in it, as pages name it. The first member makes the most calls."""

    records: int
    since: datetime
    until: datetime
    member_id: UUID
    credential_public_id: str
    credential_id: UUID
    allocation_id: UUID
    tag_id: UUID
    model: str


async def fill(dsn: str, *, records: int, members: int, now: datetime, is_told: bool = True) -> None:
    """Fills a migrated database with calls up to `now`; a million of them take a minute or two. Raises asyncpg's errors.

    Without `is_told` roll-ups are as they were before they told tags and list prices: for schemas from 0017 to 0020.
    """
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=WITHIN_S)
    try:
        months = _months_before(now)
        for first, following in pairwise(months):
            name = f"call_records_{first:%Y_%m}"
            if await connection.fetchval("SELECT to_regclass($1)", name) is None:
                await connection.execute(
                    "SELECT make_ledger_partition($1, $2, $3)", name, first_id_of(first), first_id_of(following)
                )
        for statement in _PEOPLE:
            await connection.execute(statement, *([members] if "$1" in statement else []))
        for first in range(0, records, _AT_ONCE):
            last = min(first + _AT_ONCE, records) - 1
            since, until = months[0], now
            await connection.execute(_RECORDS, first, last, members, _BURST, since, until, records, list(OUTCOMES))
        await connection.execute(_QUARTERS if is_told else _OLD_QUARTERS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def sum_up(dsn: str) -> None:
    """Sums up the days whose calls are over, as a worker has done by then. Of a database that is migrated to the newest."""
    hot, database = Hot(dsn, size=1), Database(dsn, pool_size=1)
    await hot.open()
    try:
        while await sum_days(hot, database).run():
            pass
        await hot.fetch("ANALYZE usage_days")
    finally:
        await hot.close()
        await database.close()


async def describe(dsn: str, *, records: int, now: datetime) -> Browsed:
    """What is in a database that was filled with calls up to `now`. Raises asyncpg's errors."""
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=WITHIN_S)
    try:
        return await _described(connection, records, _months_before(now)[0], now)
    finally:
        await connection.close()


async def _described(connection: asyncpg.Connection, records: int, since: datetime, until: datetime) -> Browsed:
    busiest = await connection.fetchrow(
        """SELECT c.member_id, c.id, c.public_id, r.allocation_id, r.model FROM call_records r JOIN credentials c ON c.id = r.credential_id
        WHERE r.member_id = md5('member0')::uuid ORDER BY r.call_id DESC LIMIT 1"""
    )
    assert busiest is not None
    tag_id = await connection.fetchval("SELECT md5('tag0')::uuid")
    return Browsed(
        records=records,
        since=since,
        until=until,
        member_id=busiest["member_id"],
        credential_public_id=busiest["public_id"],
        credential_id=busiest["id"],
        allocation_id=busiest["allocation_id"],
        tag_id=tag_id,
        model=busiest["model"],
    )


def _months_before(now: datetime) -> list[datetime]:
    """The first instants of the last months, the present one's and the following one's."""
    number = now.year * 12 + now.month - 1
    return [datetime((number + step) // 12, (number + step) % 12 + 1, 1, tzinfo=UTC) for step in range(1 - MONTHS, 2)]
