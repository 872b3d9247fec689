"""Holders as calls read them, of credentials without their secrets, and of members without a credential; in a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ai_api.core.db import Tx, dump_json
from ai_api.gateway.store_watch import HOLDER_FIELDS

_OF_CREDENTIALS = f"""
SELECT {HOLDER_FIELDS}
FROM credentials c JOIN members m ON m.id = c.member_id, (SELECT NULL::timestamptz AS expires_at) s
WHERE c.id = ANY($1::uuid[])
"""  # noqa: S608  -- constants

# A credential for all that has nothing of its own: it neither ends, nor is it bound to networks or limits.
_OF_MEMBER = f"""
SELECT {HOLDER_FIELDS}
FROM members m,
    (SELECT '00000000-0000-0000-0000-000000000000'::uuid AS id, '' AS public_id, '' AS name, '' AS display,
        true AS all_allocations, NULL::timestamptz AS expires_at, NULL::timestamptz AS paused_at,
        NULL::timestamptz AS revoked_at, now() AS created_at, NULL::text[] AS source_networks) c,
    (SELECT NULL::timestamptz AS expires_at) s
WHERE m.id = $1::uuid
"""  # noqa: S608


async def holders_of_credentials(tx: Tx, credential_ids: Sequence[UUID]) -> dict[UUID, Any]:
    """By credential: it, its member and the allocations in its scope, as one row; nothing for one that is not there."""
    found = await tx.exec_driver_sql(_OF_CREDENTIALS, (list(credential_ids),))
    return {row["id"]: _as_text(row) for row in found.mappings()}


async def holder_of_member(tx: Tx, member_id: UUID) -> Any | None:
    """A member and all of their allocations, as a row of a credential for all would have them."""
    found = (await tx.exec_driver_sql(_OF_MEMBER, (member_id,))).mappings().one_or_none()
    return None if found is None else _as_text(found)


def _as_text(row: Any) -> dict[str, Any]:
    """A row with its JSON as text, as the connections of the data plane give it."""
    return {**row, **{name: dump_json(row[name]) for name in ("allocations", "limits", "tags")}}
