"""What the gateway says to Postgres of responses that it keeps itself: sealed turns, each naming the one before it.

Every statement names the member: nobody finds, reads or deletes another's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ai_api.core.db import Hot, Patience
from ai_api.core.seal import Sealed

# A member that was deleted meanwhile keeps nothing. Asked again, when nobody knows whether it was heard, it is the same row.
_KEEP = """
INSERT INTO kept_responses AS k
    (member_id, response_id, call_id, previous_id, sealing_key_id, sealed_turn, stored_bytes, expires_at)
SELECT $1::uuid, $2::text, $3::uuid, $4::text, $5::text, $6::bytea, $7::integer, now() + make_interval(days => $8::integer)
WHERE EXISTS (SELECT 1 FROM members m WHERE m.id = $1)
ON CONFLICT (member_id, response_id) DO UPDATE SET expires_at = k.expires_at WHERE k.call_id = excluded.call_id
RETURNING 1
"""

# The sealed turns are only read where all of them are to be had, and are not too many or too large.
_CONVERSATION = """
WITH RECURSIVE chain AS (
    SELECT k.response_id, k.previous_id, k.stored_bytes, 1 AS depth FROM kept_responses k
    WHERE k.member_id = $1 AND k.response_id = $2 AND k.expires_at > now()
    UNION ALL
    SELECT k.response_id, k.previous_id, k.stored_bytes, c.depth + 1 FROM chain c
    JOIN kept_responses k ON k.member_id = $1 AND k.response_id = c.previous_id AND k.expires_at > now()
    WHERE c.depth <= $3::integer
),
told AS (
    SELECT count(*) AS turns, sum(stored_bytes) AS size_bytes, bool_or(previous_id IS NULL) AS is_whole FROM chain
)
SELECT c.response_id, t.turns, t.size_bytes, t.is_whole, k.sealing_key_id, k.sealed_turn
FROM told t CROSS JOIN chain c
LEFT JOIN kept_responses k ON k.member_id = $1 AND k.response_id = c.response_id
    AND t.is_whole AND t.turns <= $3::integer AND t.size_bytes <= $4::bigint
ORDER BY c.depth DESC
"""

_TURN = """
SELECT sealing_key_id, sealed_turn FROM kept_responses WHERE member_id = $1 AND response_id = $2 AND expires_at > now()
"""

_FORGET = """
DELETE FROM kept_responses k USING unnest($1::uuid[], $2::text[]) AS f(member_id, response_id)
WHERE k.member_id = f.member_id AND k.response_id = f.response_id
"""


@dataclass(frozen=True, slots=True)
class SealedTurn:
    """A response with its input, sealed, on its way to be kept. `previous_id` is the kept one that it goes on from."""

    member_id: UUID
    response_id: str
    call_id: UUID
    previous_id: str | None
    sealed: Sealed
    days: int


@dataclass(frozen=True, slots=True)
class Chain:
    """A conversation as it is kept, the first turn first; `sealed` is empty where it is not whole, too long or too large."""

    turns: int
    size_bytes: int
    is_whole: bool
    sealed: Sequence[tuple[str, Sealed]]


async def keep(hot: Hot, turn: SealedTurn, *, timeout_s: float) -> bool:
    """Keeps a turn; whether it is kept now. Raises StoreUnavailable, StatementRefused."""
    rows = await hot.fetch(
        _KEEP,
        turn.member_id,
        turn.response_id,
        turn.call_id,
        turn.previous_id,
        turn.sealed.key_id,
        turn.sealed.value,
        len(turn.sealed.value),
        turn.days,
        timeout_s=timeout_s,
    )
    return bool(rows)


async def conversation(
    hot: Hot, member_id: UUID, response_id: str, *, turns_max: int, bytes_max: int, patience: Patience
) -> Chain | None:
    """A member's conversation up to a response; None for one that is not theirs, or no more. Raises StoreUnavailable."""
    rows = await hot.fetch_unless_away(_CONVERSATION, member_id, response_id, turns_max, bytes_max, patience=patience)
    if not rows:
        return None
    sealed = [
        (row["response_id"], Sealed(row["sealing_key_id"], row["sealed_turn"]))
        for row in rows
        if row["sealing_key_id"] is not None
    ]
    return Chain(rows[0]["turns"], int(rows[0]["size_bytes"]), rows[0]["is_whole"], sealed)


async def turn(hot: Hot, member_id: UUID, response_id: str, *, patience: Patience) -> Sealed | None:
    """A member's kept turn; None for one that is not theirs, or no more. Raises StoreUnavailable."""
    rows = await hot.fetch_unless_away(_TURN, member_id, response_id, patience=patience)
    return Sealed(rows[0]["sealing_key_id"], rows[0]["sealed_turn"]) if rows else None


async def forget(hot: Hot, turns: Sequence[tuple[UUID, str]], *, timeout_s: float) -> None:
    """Deletes turns, each told by its member and its response's id. Raises StoreUnavailable, StatementRefused."""
    members, responses = [member_id for member_id, _ in turns], [response_id for _, response_id in turns]
    await hot.fetch(_FORGET, members, responses, timeout_s=timeout_s)
