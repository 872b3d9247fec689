"""A large organization, put into a database by a few statements: what it would take days to call into being."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg

from ai_api import setup
from ai_api.core.secret_form import hash_of
from ai_api.core.secret_form import new as new_secret
from ai_api.providers import KeyDraft
from tests.load.plan import Plan, Say
from tests.load.stand import Ask, Stand, migrate, organize
from tests.support.organization import CLI, Caller, Organization

DATABASE = "load_large"
_WITHIN_S = 900.0
_AT_ONCE = 100_000

_MEMBERS = """
INSERT INTO members (id, identifier, display_name, epoch)
SELECT md5('member' || n)::uuid, 'seeded' || n || '@example.test', 'Seeded ' || n, n FROM generate_series(1, $1::int) n
"""
_ALLOCATIONS = """
INSERT INTO allocations (id, member_id, model_id)
SELECT md5('allocation' || n)::uuid, md5('member' || n)::uuid, $2::uuid FROM generate_series(1, $1::int) n
"""
_LIMITS = """
INSERT INTO limits (id, subject_kind, allocation_id, metric, window_kind, amount)
SELECT md5('limit' || metric || n)::uuid, 'allocation', md5('allocation' || n)::uuid, metric, 'month', 1000000000000000
FROM generate_series(1, $1::int) n CROSS JOIN (VALUES ('total_tokens'), ('cost')) metrics(metric)
"""
# The first ones are those whose secrets are known here; the others have hashes that nothing leads to.
_CREDENTIALS = """
INSERT INTO credentials (id, public_id, member_id, name, secret_hash, display)
SELECT md5('credential' || n)::uuid, 'cred_s' || n, md5('member' || (n - 1) % $1::int + 1)::uuid, 'seeded',
    coalesce(($3::bytea[])[n], sha256(('seeded' || n)::bytea)), 'sk-aiapi-…'
FROM generate_series(1, $2::int) n
"""
_RECORDS = """
INSERT INTO call_records (call_id, started_at, finished_at, credential_id, allocation_id, member_id, dialect, operation, stream,
    requested_model, model, model_id, upstream_model, provider, provider_key_id, outcome, upstream_status, finish_reason,
    input_tokens, output_tokens, usage_source, list_cost_nanos, billed_cost_nanos, held_nanos, request_id, client, bookings)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 4, 15))::uuid,
    at, at + interval '1 second', md5('credential' || who)::uuid, md5('allocation' || who)::uuid, md5('member' || who)::uuid,
    'openai', 'chat', false, m.slug, m.slug, m.id, $4, 'local', $5::uuid, 'ok', 200, 'stop', 14, 50, 'provider', 114000, 114000,
    200000, 'seeded-' || n, 'load/1', jsonb_build_array(
        jsonb_build_object('account_id', md5('account' || 'total_tokens' || who)::uuid, 'tokens', 64),
        jsonb_build_object('account_id', md5('account' || 'cost' || who)::uuid, 'cost_nanos', 114000))
FROM (SELECT n, n % $6::int + 1 AS who, date_trunc('month', now())
          + (now() - interval '1 minute' - date_trunc('month', now())) * (n::float8 / $7::int) AS at
      FROM generate_series($1::int, $2::int) n) calls, models m WHERE m.id = $3::uuid
"""
_ACCOUNTS = """
INSERT INTO quota_accounts (id, subject_kind, subject_id, metric, window_start, window_end, settled)
SELECT md5('account' || metric || n)::uuid, 'allocation', md5('allocation' || n)::uuid, metric, date_trunc('month', now()),
    date_trunc('month', now()) + interval '1 month', each * ($2::int / $1::int)
FROM generate_series(1, $1::int) n CROSS JOIN (VALUES ('total_tokens', 64), ('cost', 114000)) metrics(metric, each)
"""
_QUARTERS = """
INSERT INTO usage_quarters (quarter, member_id, credential_id, allocation_id, model_id, model, provider, provider_key_id, outcome,
    calls, input_tokens, output_tokens, billed_cost_nanos, list_cost_nanos, told_calls, tags)
SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00:00+00'), member_id, credential_id, allocation_id, model_id, model,
    provider, provider_key_id, outcome, count(*), sum(input_tokens), sum(output_tokens), sum(billed_cost_nanos),
    sum(list_cost_nanos), count(*), '[]'
FROM call_records GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""


@dataclass(frozen=True, slots=True)
class Large:
    """A database with much in it. `callers` were made as those of the small one; `strangers` are members put there, each with a
    credential whose secret is known."""

    dsn: str
    callers: list[Caller]
    strangers: Sequence[Ask]


async def large(stand: Stand, plan: Plan, say: Say) -> Large:
    """Makes the database and fills it, which takes a minute for a million records. Raises RuntimeError, asyncpg's errors."""
    dsn = await database_of(stand, DATABASE)
    callers = await organize(dsn, stand.provider.url)
    secrets = [new_secret("sk-aiapi-") for _ in range(plan.holders)]
    say(f"   filling a database: {plan.members:,} members, {plan.credentials:,} credentials, {plan.records:,} records")
    await _fill(dsn, plan, callers[0], [hash_of(secret) for secret in secrets])
    return Large(dsn, callers, [Ask(callers[0].model.slug, secret) for secret in secrets])


async def database_of(stand: Stand, name: str) -> str:
    """A new database of the stand's Postgres, migrated, by its URL. Raises RuntimeError, asyncpg's errors."""
    dsn = await empty_database(stand, name)
    await migrate(dsn)
    return dsn


async def empty_database(stand: Stand, name: str) -> str:
    """A new database of the stand's Postgres with nothing in it, by its URL. Raises asyncpg's errors."""
    parts = urlsplit(stand.postgres.dsn)
    await stand.statistics.execute(f'CREATE DATABASE {name} OWNER "{parts.username}"')
    dsn = parts._replace(path=f"/{name}").geturl()
    # A URL without a host loses its two slashes on the way.
    return dsn if "://" in dsn else dsn.replace(":", "://", 1)


async def _fill(dsn: str, plan: Plan, like: Caller, hashes: list[bytes]) -> None:
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=_WITHIN_S)
    try:
        model = like.model
        await connection.execute(_MEMBERS, plan.members)
        await connection.execute(_ALLOCATIONS, plan.members, model.id)
        await connection.execute(_LIMITS, plan.members)
        await connection.execute(_CREDENTIALS, plan.members, plan.credentials, hashes)
        for first in range(1, plan.records + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, plan.records)
            facts = (model.id, model.upstream_model, model.key.id, plan.members, plan.records)
            await connection.execute(_RECORDS, first, last, *facts)
        await connection.execute(_ACCOUNTS, plan.members, plan.records)
        await connection.execute(_QUARTERS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def connect_translated(dsn: str, provider_url: str) -> None:
    """A provider key whose calls are translated: workers that start from now on import litellm."""
    organization = Organization(dsn, provider_url)
    try:
        draft = KeyDraft(
            provider="anthropic",
            name="translated",
            base_url=provider_url,
            secret="sk-ant-anything",
            allow_private_network=True,
        )
        async with organization.database.transaction() as tx:
            await setup.connect_provider(tx, CLI, organization.ring, draft)
    finally:
        await organization.close()
