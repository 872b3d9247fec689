"""What the gateway says to Postgres of responses that providers keep: whose they are, and which key made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ai_api.core.db import Hot, Patience

LIVES_S = 30 * 24 * 3600
"""As long as OpenAI keeps a response."""

# Members and keys that were deleted meanwhile keep nothing.
_KEEP = f"""
INSERT INTO stored_responses AS s (member_id, response_id, provider_key_id, call_id, shown_model, expires_at)
SELECT k.*, now() + interval '{LIVES_S} seconds'
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[])
    AS k(member_id, response_id, provider_key_id, call_id, shown_model)
WHERE EXISTS (SELECT 1 FROM members m WHERE m.id = k.member_id)
    AND EXISTS (SELECT 1 FROM provider_keys p WHERE p.id = k.provider_key_id)
ORDER BY k.member_id, k.response_id
ON CONFLICT (member_id, response_id) DO UPDATE SET provider_key_id = excluded.provider_key_id, call_id = excluded.call_id,
    shown_model = excluded.shown_model, created_at = now(), expires_at = excluded.expires_at
"""  # noqa: S608  -- a constant

_FIND = """
SELECT s.provider_key_id, s.shown_model FROM stored_responses s
WHERE s.member_id = $1 AND s.response_id = $2 AND s.expires_at > now()
UNION ALL
SELECT NULL, '' FROM kept_responses k
WHERE k.member_id = $1 AND k.response_id = $2 AND k.expires_at > now()
"""

_FORGET = "DELETE FROM stored_responses WHERE member_id = $1 AND response_id = $2"


@dataclass(frozen=True, slots=True)
class KeptThere:
    """A response that a provider keeps for a member. `shown_model` is the name by which the member asked for its model."""

    member_id: UUID
    response_id: str
    provider_key_id: UUID
    call_id: UUID
    shown_model: str


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a response is kept; `provider_key_id` is None for one that the gateway keeps itself."""

    provider_key_id: UUID | None
    shown_model: str

    @property
    def is_here(self) -> bool:
        """Whether the gateway keeps it."""
        return self.provider_key_id is None


async def keep(hot: Hot, batch: Sequence[KeptThere], *, timeout_s: float) -> None:
    """Notes responses. Raises StoreUnavailable, StatementRefused."""
    # One name twice in a batch is one row: the last one stands.
    rows = list({(each.member_id, each.response_id): each for each in batch}.values())
    await hot.fetch(
        _KEEP,
        [row.member_id for row in rows],
        [row.response_id for row in rows],
        [row.provider_key_id for row in rows],
        [row.call_id for row in rows],
        [row.shown_model for row in rows],
        timeout_s=timeout_s,
    )


async def find(hot: Hot, member_id: UUID, response_id: str, *, patience: Patience) -> Whereabouts | None:
    """Where a member's response is kept; None for one that is not theirs, or no more. Raises StoreUnavailable."""
    rows = await hot.fetch_unless_away(_FIND, member_id, response_id, patience=patience)
    return Whereabouts(rows[0]["provider_key_id"], rows[0]["shown_model"]) if rows else None


async def forget(hot: Hot, member_id: UUID, response_id: str, *, timeout_s: float) -> None:
    """Forgets a response. Raises StoreUnavailable."""
    await hot.fetch(_FORGET, member_id, response_id, timeout_s=timeout_s)
