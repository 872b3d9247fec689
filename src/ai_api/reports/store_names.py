"""What the groups of a report are called; for what was deleted, what the audit trail called it last."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text, Uuid

from ai_api.core.db import Tx
from ai_api.reports.rules import By, Name

_PRESENT: Final[Mapping[By, str]] = {
    "member": "SELECT id::text AS key, display_name AS name, identifier AS detail FROM members WHERE id = ANY(:keys)",
    "credential": "SELECT id::text AS key, name, display AS detail FROM credentials WHERE id = ANY(:keys)",
    "allocation": """SELECT a.id::text AS key, o.slug AS name, m.identifier AS detail
        FROM allocations a JOIN members m ON m.id = a.member_id JOIN models o ON o.id = a.model_id WHERE a.id = ANY(:keys)""",
    "model": "SELECT slug AS key, display_name AS name, slug AS detail FROM models WHERE slug = ANY(:keys)",
    "provider_key": "SELECT id::text AS key, name, provider AS detail FROM provider_keys WHERE id = ANY(:keys)",
    "tag": "SELECT id::text AS key, name, NULL AS detail FROM tags WHERE id = ANY(:keys)",
}
_ITSELF: Final = frozenset({"provider", "outcome"})
"""What is its own name."""

# The fields of an audited member, tag, provider key, or credential that name it.
_NAME, _DETAIL = "coalesce(f->>'display_name', f->>'name')", "coalesce(f->>'identifier', f->>'display', f->>'provider')"
_DELETED = text(f"""
SELECT DISTINCT ON (target_id) target_id::text AS key, {_NAME} AS name, {_DETAIL} AS detail
FROM audit_events CROSS JOIN LATERAL (SELECT coalesce(before, after) AS f) fields
WHERE target_kind = :kind AND target_id = ANY(:keys) AND {_NAME} IS NOT NULL ORDER BY target_id, id DESC
""").bindparams(bindparam("keys", type_=ARRAY(Uuid)))  # noqa: S608  -- constants of this file


async def find(tx: Tx, by: By, keys: Collection[str]) -> dict[str, Name]:
    """The names of these groups, by their keys; nothing for what nobody has ever heard of."""
    if by in _ITSELF:
        return {key: Name(key) for key in keys}
    if not keys:
        return {}
    given: list[str] | list[UUID] = list(keys) if by == "model" else [UUID(key) for key in keys]
    present = text(_PRESENT[by]).bindparams(bindparam("keys", type_=ARRAY(Text if by == "model" else Uuid)))
    found = {row.key: Name(row.name, row.detail) for row in await tx.execute(present, {"keys": given})}
    gone = [key for key in keys if key not in found]
    if by == "model":
        return found | {slug: Name(slug, slug, deleted=True) for slug in gone}
    if gone:
        rows = await tx.execute(_DELETED, {"kind": by, "keys": [UUID(key) for key in gone]})
        found |= {row.key: Name(row.name, row.detail, deleted=True) for row in rows}
    return found
