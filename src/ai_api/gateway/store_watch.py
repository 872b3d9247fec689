"""What the walk reads, and what watch and sweep say to Postgres.

Each is one autocommit statement, so that a slow database costs one round trip, not four. One lock order for every writer:
holds by call id, records by call id, accounts by id. Two replicas that take several accounts in another order deadlock; in
this one they queue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ai_api.core.db import Hot, Patience, dump_json
from ai_api.providers import Cooling

HOLDER_FIELDS = """
    c.id, c.public_id, c.name, c.display, c.all_allocations,
    LEAST(c.expires_at, s.expires_at) AS expires_at, c.paused_at, c.revoked_at,
    c.created_at, c.source_networks, m.id AS member_id, m.epoch AS member_epoch, m.status AS member_status, m.identifier,
    COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
            'id', a.id, 'model_id', a.model_id, 'state', a.state, 'paused_by', a.paused_by, 'funded_by', a.funded_by,
            'limits', COALESCE((SELECT jsonb_agg(to_jsonb(l) ORDER BY l.id) FROM limits l WHERE l.allocation_id = a.id), '[]')
        ) ORDER BY a.id)
        FROM allocations a WHERE a.member_id = m.id AND (
            c.all_allocations
            OR EXISTS (SELECT 1 FROM credential_allocations s WHERE s.credential_id = c.id AND s.allocation_id = a.id))
    ), '[]') AS allocations,
    COALESCE((SELECT jsonb_agg(to_jsonb(l) ORDER BY l.id) FROM limits l
              WHERE l.member_id = m.id OR l.credential_id = c.id), '[]') AS limits,
    COALESCE((SELECT jsonb_agg(t.tag_id ORDER BY t.tag_id) FROM member_tags t WHERE t.member_id = m.id), '[]') AS tags
"""
"""What a holder is read from, of a credential `c`, one of its secrets `s`, and its member `m`."""

# A credential answers to its own secret, and to the short-lived ones beside it, which end by themselves.
_HOLDERS = f"""
SELECT s.secret_hash, {HOLDER_FIELDS} FROM (
    SELECT secret_hash, id AS credential_id, NULL::timestamptz AS expires_at FROM credentials
    WHERE secret_hash = ANY($1::bytea[])
    UNION ALL
    SELECT secret_hash, credential_id, expires_at FROM credential_tokens WHERE secret_hash = ANY($1::bytea[])
) s JOIN credentials c ON c.id = s.credential_id JOIN members m ON m.id = c.member_id
"""  # noqa: S608  -- constants of this file

_WATCH = """
WITH beating AS (
    UPDATE replicas SET beat = beat + 1, seen_at = now() WHERE id = $1 AND swept_at IS NULL RETURNING 1
)
SELECT (SELECT epoch FROM world) AS world_epoch, EXISTS (SELECT 1 FROM beating) AS alive,
    extract(epoch FROM clock_timestamp()) AS now_s,
    (SELECT coalesce(jsonb_object_agg(id, epoch::text), '{}') FROM members WHERE id = ANY($2::uuid[])) AS members,
    (SELECT coalesce(jsonb_agg(to_jsonb(h)), '[]') FROM route_health h) AS health
"""

_PROGRESS = """
UPDATE holds h SET progress = p.progress FROM unnest($1::uuid[], $2::jsonb[]) AS p(call_id, progress)
WHERE h.call_id = p.call_id AND h.call_id = ANY($1::uuid[])
"""

_SIGN_OFF = """
UPDATE replicas SET swept_at = now() WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM holds WHERE replica_id = $1 AND NOT parked)
"""

# In two steps, or a plan may walk all holds in the order of their calls until it has met enough of these replicas'.
_HOLDS_OF = """
WITH theirs AS MATERIALIZED (
    SELECT call_id, amounts, record, progress FROM holds WHERE replica_id = ANY($1::uuid[]) AND NOT parked
)
SELECT call_id, amounts, record, progress FROM theirs ORDER BY call_id LIMIT $2
"""

_TYPICAL_OUTPUT = """
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY output_tokens)::bigint AS tokens FROM (
    SELECT output_tokens FROM call_records WHERE allocation_id = $1 AND call_id > $2 AND outcome = 'ok' AND NOT swept
    ORDER BY call_id DESC LIMIT 200
) lately
"""

REHEARSAL: tuple[tuple[str, tuple[object, ...]], ...] = ((_HOLDERS, ([],)), (_WATCH, (UUID(int=0), [])))
"""The statements that are asked again and again, with arguments by which they do nothing."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What the watch reads. `alive` is False when this replica was swept: it must take a new id."""

    world_epoch: int
    alive: bool
    now_ms: int
    member_epochs: Mapping[UUID, int]
    cooling: Mapping[UUID, Cooling]


async def read_holders(hot: Hot, secret_hashes: Sequence[bytes], *, patience: Patience) -> dict[bytes, Any]:
    """By secret: the credential, its member and the allocations in its scope, as one row; nothing for a secret nobody has.

    Raises StoreUnavailable.
    """
    rows = await hot.fetch_unless_away(_HOLDERS, list(secret_hashes), patience=patience)
    return {row["secret_hash"]: row for row in rows}


async def beat(hot: Hot, replica_id: UUID, member_ids: Sequence[UUID], *, timeout_s: float) -> Beat:
    """Beats this replica's heart and reads the epochs of the world and of these members, and which routes cool down."""
    row = (await hot.fetch(_WATCH, replica_id, list(member_ids), timeout_s=timeout_s))[0]
    members = {UUID(key): int(value) for key, value in json.loads(row["members"]).items()}
    cooling = {
        UUID(each["route_id"]): Cooling(each["code"], each["turn"], each["until_ms"], each["told"])
        for each in json.loads(row["health"])
    }
    return Beat(row["world_epoch"], row["alive"], int(row["now_s"] * 1000), members, cooling)


async def write_progress(hot: Hot, progress: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Writes how far streams have come to their hold rows."""
    await hot.fetch(_PROGRESS, list(progress), [dump_json(each) for each in progress.values()])


async def register(hot: Hot, replica_id: UUID, *, host: str, version: str) -> None:
    """Adds a replica."""
    await hot.fetch("INSERT INTO replicas (id, host, version) VALUES ($1, $2, $3)", replica_id, host, version)


async def sign_off(hot: Hot, replica_id: UUID) -> None:
    """Marks a replica that stopped with nothing open, so that nobody waits for its beats."""
    await hot.fetch(_SIGN_OFF, replica_id)


async def beats(hot: Hot) -> dict[UUID, int]:
    """The beat counters of all replicas that are not swept."""
    return {row["id"]: row["beat"] for row in await hot.fetch("SELECT id, beat FROM replicas WHERE swept_at IS NULL")}


async def mark_swept(hot: Hot, replica_id: UUID, beat: int) -> bool:
    """Marks a replica dead, unless it has beaten since: its row is locked and read again."""
    statement = "UPDATE replicas SET swept_at = now() WHERE id = $1 AND beat = $2 AND swept_at IS NULL RETURNING id"
    return bool(await hot.fetch(statement, replica_id, beat))


async def lately_swept(hot: Hot, *, within_s: int) -> list[UUID]:
    """Replicas swept within so many seconds, or with holds left."""
    statement = """
    SELECT id FROM replicas r WHERE swept_at IS NOT NULL AND (
        swept_at > now() - make_interval(secs => $1)
        OR EXISTS (SELECT 1 FROM holds h WHERE h.replica_id = r.id AND NOT h.parked))
    """
    return [row["id"] for row in await hot.fetch(statement, float(within_s))]


async def holds_of(hot: Hot, replica_ids: Sequence[UUID], *, limit: int) -> list[Mapping[str, Any]]:
    """Open holds of these replicas: `call_id`, `record`, `progress`, parsed."""
    return [
        {
            "call_id": row["call_id"],
            "record": json.loads(row["record"]),
            "progress": json.loads(row["progress"]) if row["progress"] else None,
        }
        for row in await hot.fetch(_HOLDS_OF, list(replica_ids), limit)
    ]


async def holds_by_id(hot: Hot, call_ids: Sequence[UUID]) -> list[Mapping[str, Any]]:
    """Holds with what was stored with them: `call_id`, `record`, parsed."""
    statement = "SELECT call_id, record FROM holds WHERE call_id = ANY($1::uuid[])"
    rows = await hot.fetch(statement, list(call_ids))
    return [{"call_id": row["call_id"], "record": json.loads(row["record"])} for row in rows]


async def own_old_holds(hot: Hot, replica_id: UUID) -> list[UUID]:
    """Holds of this replica that are older than ten seconds."""
    statement = """
    SELECT call_id FROM holds
    WHERE replica_id = $1 AND NOT parked AND created_at < now() - interval '10 seconds'
    """
    return [row["call_id"] for row in await hot.fetch(statement, replica_id)]


async def typical_output(hot: Hot, allocation_id: UUID, since: UUID) -> int | None:
    """The median output of an allocation's last finished calls; None when there are none."""
    tokens: int | None = (await hot.fetch(_TYPICAL_OUTPUT, allocation_id, since))[0]["tokens"]
    return tokens
