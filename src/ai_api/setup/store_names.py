"""What things are called now, whatever room they live in: those that a page of events or of limits names, by primary keys."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx

_NAMES = text("""
SELECT id, display_name AS name, id AS member_id, display_name AS member, NULL AS model FROM members WHERE id = ANY(:ids)
UNION ALL SELECT id, slug, NULL, NULL, slug FROM models WHERE id = ANY(:ids)
UNION ALL SELECT id, name, NULL, NULL, NULL FROM tags WHERE id = ANY(:ids)
UNION ALL SELECT id, name, NULL, NULL, NULL FROM tag_rules WHERE id = ANY(:ids)
UNION ALL SELECT id, name, NULL, NULL, NULL FROM provider_keys WHERE id = ANY(:ids)
UNION ALL
SELECT a.id, NULL, m.id, m.display_name, o.slug
FROM allocations a JOIN members m ON m.id = a.member_id JOIN models o ON o.id = a.model_id WHERE a.id = ANY(:ids)
UNION ALL
SELECT c.id, c.name, m.id, m.display_name, NULL FROM credentials c JOIN members m ON m.id = c.member_id WHERE c.id = ANY(:ids)
UNION ALL
SELECT t.id, t.name, m.id, m.display_name, NULL FROM access_tokens t JOIN members m ON m.id = t.member_id WHERE t.id = ANY(:ids)
UNION ALL
SELECT s.id, NULL, m.id, m.display_name, NULL FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.id = ANY(:ids)
UNION ALL
SELECT l.id, NULL, m.id, m.display_name, NULL FROM invitations l JOIN members m ON m.id = l.member_id WHERE l.id = ANY(:ids)
UNION ALL
SELECT d.id, d.device_name, m.id, m.display_name, NULL
FROM device_authorizations d JOIN members m ON m.id = d.member_id WHERE d.id = ANY(:ids)
UNION ALL
SELECT r.id, r.upstream_model, NULL, NULL, o.slug FROM routes r JOIN models o ON o.id = r.model_id WHERE r.id = ANY(:ids)
UNION ALL SELECT l.id, l.name, NULL, NULL, o.slug FROM aliases l JOIN models o ON o.id = l.model_id WHERE l.id = ANY(:ids)
UNION ALL
SELECT p.id, NULL, NULL, NULL, o.slug FROM price_versions p JOIN models o ON o.id = p.model_id WHERE p.id = ANY(:ids)
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_AUTHORS = text("""
SELECT DISTINCT ON (e.target_id) e.target_id AS id, coalesce(m.display_name, e.actor_name) AS name
FROM audit_events e LEFT JOIN members m ON m.id = e.actor_member_id
WHERE e.target_kind = 'price_version' AND e.target_id = ANY(:ids) AND e.action = 'price.publish' ORDER BY e.target_id, e.id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True, slots=True)
class Called:
    """What a thing is called; None of what has no name of its own. `member` is by name whose it is, `model` the slug of its
    model; None of what is nobody's alone, or of no model.
    """

    name: str | None
    member_id: UUID | None
    member: str | None
    model: str | None


async def names_of(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Called]:
    """What these ids are called, in one statement; what is gone is left out."""
    rows = await tx.execute(_NAMES, {"ids": list(ids)})
    return {row.id: Called(row.name, row.member_id, row.member, row.model) for row in rows}


async def price_authors(tx: Tx, version_ids: Collection[UUID]) -> dict[UUID, str]:
    """Who published these price versions, by the name of the member, or as the audit trail has it; in one statement."""
    rows = await tx.execute(_AUTHORS, {"ids": list(version_ids)})
    return {row.id: row.name for row in rows}
