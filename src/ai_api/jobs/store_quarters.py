"""What the proof of the roll-ups says to Postgres: each one autocommit statement over a bounded number of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ai_api.core.db import Hot
from ai_api.core.ids import first_id_of, time_of

KEYS = (
    "member_id",
    "credential_id",
    "allocation_id",
    "model_id",
    "model",
    "provider",
    "provider_key_id",
    "outcome",
)
SUMS = (
    "calls",
    "input_tokens",
    "cached_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "billed_cost_nanos",
    "unpriced_calls",
)
_KEYS = ", ".join(KEYS)

_NEXT = """
SELECT (SELECT call_id FROM call_records WHERE call_id >= $1 AND call_id < $2 ORDER BY call_id LIMIT 1) AS call_id,
    (SELECT min(quarter) FROM usage_quarters WHERE quarter >= $3 AND quarter < $4) AS quarter
"""

_RECORDS = f"""
SELECT {_KEYS}, sum(greatest(1, refused_count))::bigint AS calls, sum(input_tokens)::bigint AS input_tokens,
    sum(cached_read_tokens)::bigint AS cached_read_tokens, sum(cache_write_tokens)::bigint AS cache_write_tokens,
    sum(output_tokens)::bigint AS output_tokens, sum(reasoning_tokens)::bigint AS reasoning_tokens,
    coalesce(sum(billed_cost_nanos), 0)::bigint AS billed_cost_nanos,
    count(*) FILTER (WHERE billed_cost_nanos IS NULL) AS unpriced_calls
FROM call_records WHERE call_id >= $1 AND call_id < $2 GROUP BY {_KEYS}
"""  # noqa: S608  -- constants of this file

_ROLLED_UP = f"""
SELECT {_KEYS}, {", ".join(SUMS)} FROM usage_quarters WHERE quarter = $1
"""  # noqa: S608

_MOVE = """
WITH moved AS (UPDATE proof_marks SET up_to = $3 WHERE name = $1 AND up_to = $2 RETURNING 1)
INSERT INTO proof_quarters (quarter)
SELECT $4::timestamptz FROM moved WHERE $4::timestamptz IS NOT NULL ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Row:
    """Sums under one key, in the order of KEYS and SUMS."""

    key: tuple[object, ...]
    sums: tuple[int, ...]


async def next_used(hot: Hot, since: datetime, until: datetime) -> datetime | None:
    """A time in the first quarter between these moments that has records or roll-ups."""
    rows = await hot.fetch(_NEXT, first_id_of(since), first_id_of(until), since, until)
    call_id, quarter = rows[0]["call_id"], rows[0]["quarter"]
    times = [*([] if call_id is None else [time_of(call_id)]), *([] if quarter is None else [quarter.astimezone(UTC)])]
    return min(times, default=None)


async def records_of(hot: Hot, since: UUID, until: UUID) -> list[Row]:
    """The records of the calls from `since` up to `until`, summed as the settlement does."""
    return [_row(row) for row in await hot.fetch(_RECORDS, since, until)]


async def rolled_up(hot: Hot, quarter: datetime) -> list[Row]:
    """The roll-ups of a quarter."""
    return [_row(row) for row in await hot.fetch(_ROLLED_UP, quarter)]


async def move(hot: Hot, name: str, *, mark: UUID, to: UUID, doubt: datetime | None) -> None:
    """Moves a mark, unless somebody else did; `doubt` is a quarter to look at again."""
    await hot.fetch(_MOVE, name, mark, to, doubt)


async def doubts(hot: Hot) -> Sequence[datetime]:
    """The quarters to look at again, oldest first."""
    rows = await hot.fetch("SELECT quarter FROM proof_quarters ORDER BY quarter")
    return [row["quarter"].astimezone(UTC) for row in rows]


async def believe(hot: Hot, quarter: datetime) -> None:
    """A quarter needs no other look."""
    await hot.fetch("DELETE FROM proof_quarters WHERE quarter = $1", quarter)


def _row(row: Mapping[str, int]) -> Row:
    return Row(tuple(row[name] for name in KEYS), tuple(row[name] for name in SUMS))
