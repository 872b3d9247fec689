"""Every question about for how many members models are: counted in groups, whatever the size of the organization."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx

_BY_TAGS = text("""
SELECT given.tags, count(*) AS members
FROM members m LEFT JOIN (
    SELECT member_id, array_agg(tag_id ORDER BY tag_id) AS tags FROM member_tags WHERE tag_id = ANY(:tags) GROUP BY member_id
) given ON given.member_id = m.id
WHERE m.status = 'active' GROUP BY given.tags
""").bindparams(bindparam("tags", type_=ARRAY(Uuid)))

_HOLDERS = text("SELECT count(*) FROM allocations WHERE model_id = :model_id AND state <> 'revoked'")


async def count_by_tags(tx: Tx, tags: Collection[UUID]) -> dict[frozenset[UUID], int]:
    """How many active members were given which of these tags: of each set of them that somebody has, the empty one too."""
    rows = await tx.execute(_BY_TAGS, {"tags": list(tags)})
    return {frozenset(row.tags or ()): row.members for row in rows}


async def count_holders(tx: Tx, model_id: UUID) -> int:
    """How many members have an allocation of a model that is not revoked."""
    return int((await tx.execute(_HOLDERS, {"model_id": model_id})).scalar_one())
