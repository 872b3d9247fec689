"""Every query about the calls that a limit refused. Their records name it, and an index leads to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Uuid

from ai_api.core.db import Tx
from ai_api.ledger import CallRecord

COUNTED_MAX: Final = 10_000
"""How many records of one limit are counted: whoever has read more than that has read enough."""
COUNTED_AT_ONCE_MAX: Final = 250_000
"""How many records are counted for a page of limits, shared out among them: a few hundred milliseconds' worth."""

_INDEX: Final = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_call_records_limit')"
# As the index has it, word for word, or it would not be used.
_OF: Final = "details ? 'limit_id' AND details ->> 'limit_id' = CAST({limit_id} AS text)"
_WITHIN: Final = "call_id >= :lower AND call_id < :upper"
# A bitmap is made of everything that an index leads to, and a limit may have refused a million calls: who asks for the first
# few thousand, or for a page, walks along the index instead. For this transaction, which asks for nothing else.
_ALONG_THE_INDEX = text("SELECT set_config('enable_bitmapscan', 'off', true)")
_COUNT = text(f"""
SELECT l.id, found.calls, found.records FROM unnest(:limit_ids) AS l(id) CROSS JOIN LATERAL (
    SELECT coalesce(sum(greatest(1, r.refused_count)), 0)::bigint AS calls, count(*) AS records
    FROM (SELECT refused_count FROM call_records WHERE {_OF.format(limit_id="l.id")} AND {_WITHIN} LIMIT :most) r) found
""").bindparams(bindparam("limit_ids", type_=ARRAY(Uuid)))  # noqa: S608  -- constants of this file
_COLUMNS: Final = ", ".join(field.name for field in fields(CallRecord))
_JSON: Final = dict.fromkeys(("attempts", "details", "bookings", "tags"), JSONB)
_PAGE: Final = {
    is_newest_first: text(f"""
SELECT {_COLUMNS} FROM call_records WHERE {_OF.format(limit_id=":limit_id")} AND {_WITHIN}
ORDER BY call_id {"DESC" if is_newest_first else "ASC"} LIMIT :most
""").columns(**_JSON)  # noqa: S608  -- constants of this file
    for is_newest_first in (True, False)
}


@dataclass(frozen=True, slots=True)
class RefusedCalls:
    """How many calls a limit refused, or cut the answers of; `or_more` where that is how many were counted, of more."""

    calls: int
    or_more: bool


async def has_index(tx: Tx) -> bool:
    """Whether the index is built: without it, every record of the period would be read for each of these questions."""
    return bool((await tx.execute(text(_INDEX))).scalar())


async def count(tx: Tx, limit_ids: Collection[UUID], lower: UUID, upper: UUID) -> dict[UUID, RefusedCalls]:
    """What these limits refused of the calls with ids from `lower` (included) to `upper` (not), in one query."""
    most = min(COUNTED_MAX, COUNTED_AT_ONCE_MAX // max(1, len(limit_ids)))
    await tx.execute(_ALONG_THE_INDEX)
    rows = await tx.execute(_COUNT, {"limit_ids": list(limit_ids), "lower": lower, "upper": upper, "most": most + 1})
    # The record that told that there are more is not counted: the number is a round one.
    return {row.id: RefusedCalls(row.calls - (row.records > most), row.records > most) for row in rows}


async def page(tx: Tx, limit_id: UUID, lower: UUID, upper: UUID, *, newest_first: bool, limit: int) -> list[CallRecord]:
    """Up to `limit` records of calls that a limit refused, by their ids from `lower` (included) to `upper` (not)."""
    await tx.execute(_ALONG_THE_INDEX)
    given = {"limit_id": str(limit_id), "lower": lower, "upper": upper, "most": limit}
    return [CallRecord(*row) for row in await tx.execute(_PAGE[newest_first], given)]
