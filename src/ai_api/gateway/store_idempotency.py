"""What idempotency keys say to Postgres: a statement before admission, and one after settlement.

Each is one autocommit statement: no transaction is open while a model thinks. Claims come in batches and lock rows in the order
of their keys; a conclusion touches one row, so the two cannot lock each other out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ai_api.core.db import Hot, Patience, dump_json
from ai_api.core.seal import Sealed

LIVES_S = 24 * 3600
DEAD_AFTER_S = 30
"""So long a replica is silent, and a claim old, before a call that left no trace is taken for never made."""

Verdict = Literal["claimed", "again", "stale", "reused", "in_flight", "not_replayable", "done"]

# Scalar look-ups by primary key, not EXISTS: a plan may turn that into reading a whole table.
_HELD = "coalesce((SELECT NOT h.parked FROM holds h WHERE h.call_id = k.call_id), false)"
_PARKED = "coalesce((SELECT h.parked FROM holds h WHERE h.call_id = k.call_id), false)"
_OWES = "coalesce((SELECT r.usage_source <> 'none' FROM call_records r WHERE r.call_id = k.call_id), false)"
_ALIVE = f"""coalesce((SELECT p.swept_at IS NULL AND p.seen_at > now() - interval '{DEAD_AFTER_S} seconds'
    FROM replicas p WHERE p.id = k.replica_id), false)"""  # noqa: S608  -- a constant

# Its process is dead, and the call left something to pay: nobody will bring the answer any more.
_LOST = f"(NOT {_ALIVE} AND NOT {_HELD} AND ({_PARKED} OR {_OWES}))"
# As good as absent: its day is over, or its process died and nothing was paid.
_FREE = f"""(NOT {_HELD} AND (k.expires_at <= now() OR (k.state = 'open' AND NOT {_PARKED} AND NOT {_OWES} AND NOT {_ALIVE}
    AND k.created_at < now() - interval '{DEAD_AFTER_S} seconds')))"""

_CLAIM = f"""
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::uuid[], $5::uuid[], $6::bigint[])
        AS a(credential_id, key_hash, body_hash, call_id, member_id, member_epoch)
),
fresh AS MATERIALIZED (
    SELECT a.* FROM asked a JOIN members m ON m.id = a.member_id AND m.epoch = a.member_epoch AND m.id = ANY($5::uuid[])
),
claimed AS (
    INSERT INTO idempotency_keys AS k (credential_id, key_hash, body_hash, call_id, replica_id, expires_at)
    SELECT DISTINCT ON (credential_id, key_hash)
        credential_id, key_hash, body_hash, call_id, $7::uuid, now() + interval '{LIVES_S} seconds'
    FROM fresh ORDER BY credential_id, key_hash, call_id
    ON CONFLICT (credential_id, key_hash) DO UPDATE SET
        body_hash = excluded.body_hash, call_id = excluded.call_id, replica_id = excluded.replica_id, state = 'open',
        status = NULL, headers = NULL, sealing_key_id = NULL, sealed_answer = NULL, stored_bytes = 0,
        created_at = now(), expires_at = excluded.expires_at
    WHERE {_FREE}
    RETURNING k.call_id
)
SELECT a.call_id, k.call_id AS first_call_id,
    CASE WHEN f.call_id IS NULL THEN 'stale' WHEN c.call_id IS NOT NULL THEN 'claimed'
         -- Somebody else has it since this statement began, and what they wrote cannot be seen yet.
         WHEN k.call_id IS NULL THEN 'again'
         WHEN k.body_hash <> a.body_hash THEN 'reused'
         WHEN k.state <> 'open' THEN k.state
         WHEN {_LOST} THEN 'not_replayable' ELSE 'in_flight' END AS verdict
FROM asked a LEFT JOIN fresh f USING (call_id) LEFT JOIN claimed c USING (call_id)
LEFT JOIN LATERAL (
    SELECT k.* FROM idempotency_keys k WHERE k.credential_id = a.credential_id AND k.key_hash = a.key_hash AND NOT {_FREE} LIMIT 1
) k ON true
"""  # noqa: S608  -- the conditions are the constants above

_ANSWER = """
SELECT status, headers, sealing_key_id, sealed_answer FROM idempotency_keys
WHERE credential_id = $1 AND key_hash = $2 AND call_id = $3 AND state = 'done'
"""

_OF_THE_CALL = "credential_id = $1 AND key_hash = $2 AND call_id = $3"

_KEEP = f"""
UPDATE idempotency_keys SET state = 'done', status = $4, headers = $5::jsonb, sealing_key_id = $6, sealed_answer = $7,
    stored_bytes = $8
WHERE {_OF_THE_CALL}
"""  # noqa: S608
_MARK = f"UPDATE idempotency_keys SET state = 'not_replayable' WHERE {_OF_THE_CALL} AND state = 'open'"  # noqa: S608
_RELEASE = f"DELETE FROM idempotency_keys WHERE {_OF_THE_CALL} AND state = 'open'"  # noqa: S608

_FORGET = f"""
WITH old AS (
    SELECT k.credential_id, k.key_hash FROM idempotency_keys k WHERE k.expires_at <= now() AND NOT {_HELD}
    ORDER BY k.expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
DELETE FROM idempotency_keys k USING old WHERE k.credential_id = old.credential_id AND k.key_hash = old.key_hash
RETURNING 1
"""  # noqa: S608

REHEARSAL: tuple[tuple[str, tuple[object, ...]], ...] = ((_CLAIM, (*([] for _ in range(6)), UUID(int=0))),)
"""The statement before an admission, with arguments by which it does nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A call that asks to be the one of its key. `member_epoch` is of the copy its credential was judged on."""

    credential_id: UUID
    key_hash: bytes
    body_hash: bytes
    call_id: UUID
    member_id: UUID
    member_epoch: int


@dataclass(frozen=True, slots=True)
class Found:
    """What Postgres says to a claim, and whose the key is. `again`: ask once more, somebody has just taken it."""

    verdict: Verdict
    first_call_id: UUID | None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it is stored. `size_bytes` is of the answer, not of its sealed form."""

    status: int
    headers: tuple[tuple[str, str], ...]
    sealed: Sealed
    size_bytes: int


async def claim(hot: Hot, claims: Sequence[Claim], replica_id: UUID, *, patience: Patience) -> dict[UUID, Found]:
    """Claims keys for calls; an answer per call id. Raises StoreUnavailable, StatementRefused."""
    rows = await hot.fetch_unless_away(
        _CLAIM,
        [each.credential_id for each in claims],
        [each.key_hash for each in claims],
        [each.body_hash for each in claims],
        [each.call_id for each in claims],
        [each.member_id for each in claims],
        [each.member_epoch for each in claims],
        replica_id,
        patience=patience,
    )
    return {row["call_id"]: Found(row["verdict"], row["first_call_id"]) for row in rows}


async def answer_of(
    hot: Hot, credential_id: UUID, key_hash: bytes, call_id: UUID, *, timeout_s: float
) -> StoredAnswer | None:
    """The answer kept of a call; None when its day has just ended. Raises StoreUnavailable, StatementRefused."""
    rows = await hot.fetch(_ANSWER, credential_id, key_hash, call_id, timeout_s=timeout_s)
    if not rows:
        return None
    row = rows[0]
    headers = tuple((name, value) for name, value in json.loads(row["headers"]))
    sealed = Sealed(row["sealing_key_id"], row["sealed_answer"])
    return StoredAnswer(row["status"], headers, sealed, len(row["sealed_answer"]))


async def keep(
    hot: Hot, credential_id: UUID, key_hash: bytes, call_id: UUID, answer: StoredAnswer, *, timeout_s: float
) -> None:
    """Keeps the answer of a call under its key, if the key is still this call's. Raises StoreUnavailable, StatementRefused."""
    await hot.fetch(
        _KEEP,
        *(credential_id, key_hash, call_id),
        answer.status,
        dump_json(answer.headers),
        answer.sealed.key_id,
        answer.sealed.value,
        answer.size_bytes,
        timeout_s=timeout_s,
    )


async def mark_not_replayable(
    hot: Hot, credential_id: UUID, key_hash: bytes, call_id: UUID, *, timeout_s: float
) -> None:
    """Says that this call was paid and its answer is not kept. Raises StoreUnavailable, StatementRefused."""
    await hot.fetch(_MARK, credential_id, key_hash, call_id, timeout_s=timeout_s)


async def release(hot: Hot, credential_id: UUID, key_hash: bytes, call_id: UUID, *, timeout_s: float) -> None:
    """Forgets the key of a call that cost nothing. Raises StoreUnavailable, StatementRefused."""
    await hot.fetch(_RELEASE, credential_id, key_hash, call_id, timeout_s=timeout_s)


async def forget_expired(hot: Hot, *, limit: int) -> int:
    """Deletes at most `limit` keys whose day is over; gives how many. Raises StoreUnavailable."""
    return len(await hot.fetch(_FORGET, limit))
