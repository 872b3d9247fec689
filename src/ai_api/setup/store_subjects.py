"""What the subjects of limits are called, whatever room they live in: of one page, by primary keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx

_NAMES = text("""
SELECT a.id, o.slug AS name, m.id AS member_id, m.display_name AS member
FROM allocations a JOIN members m ON m.id = a.member_id JOIN models o ON o.id = a.model_id WHERE a.id = ANY(:ids)
UNION ALL
SELECT c.id, c.name, m.id, m.display_name FROM credentials c JOIN members m ON m.id = c.member_id WHERE c.id = ANY(:ids)
UNION ALL SELECT id, display_name, id, display_name FROM members WHERE id = ANY(:ids)
UNION ALL SELECT id, name, NULL, NULL FROM tags WHERE id = ANY(:ids)
UNION ALL SELECT id, name, NULL, NULL FROM provider_keys WHERE id = ANY(:ids)
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True, slots=True)
class NamedSubject:
    """What a subject is called: an allocation by its model. `member` is by name whose it is; None of what is nobody's alone."""

    name: str
    member_id: UUID | None
    member: str | None


async def names_of_subjects(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, NamedSubject]:
    """The subjects of limits by their ids, in one statement; what is gone is left out."""
    rows = await tx.execute(_NAMES, {"ids": list(ids)})
    return {row.id: NamedSubject(row.name, row.member_id, row.member) for row in rows}
