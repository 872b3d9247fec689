"""What the rotation of encryption keys says to Postgres: each one autocommit statement over a bounded number of rows.

Rows that somebody else has locked are left out and met again later, so that a rotation waits for nobody and nobody long for it.
A value is only replaced by the same one sealed anew: if it has changed since it was read, the row stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ai_api.core.db import Hot
from ai_api.core.seal import Sealed
from ai_api.jobs.sealed_rows import Place

ROWS_MAX = 64
BYTES_MAX = 8 * 1024 * 1024

ANNOUNCED_FOR = "30 seconds"
"""So long after it said so last, a process counts as running with its keys."""

_COUNT = "SELECT sealing_key_id AS key_id, count(*) AS rows FROM {table} WHERE {counts} GROUP BY 1 ORDER BY 1"
_MISSING = "SELECT DISTINCT sealing_key_id AS key_id FROM {table} WHERE {counts} AND sealing_key_id <> ALL($1::text[]) ORDER BY 1"
_SOME = """
SELECT {columns}, sealing_key_id, {value} AS sealed FROM {table} WHERE {counts} AND sealing_key_id = $1 LIMIT 5
"""
_BATCH = """
SELECT {columns}, sealing_key_id, {value} AS sealed FROM (
    SELECT found.*, sum(octet_length({value})) OVER (ORDER BY {ids}) - octet_length({value}) AS before FROM (
        SELECT {columns}, sealing_key_id, {value} FROM {table}
        WHERE ({ids}) > ({least}) AND {counts} AND sealing_key_id <> $1 ORDER BY {ids} LIMIT {rows_max}
    ) found
) measured WHERE before < {bytes_max} ORDER BY {ids}
"""
_REPLACE = """
WITH anew AS MATERIALIZED (SELECT * FROM unnest({arrays}, $2::bytea[], $3::bytea[]) AS n({ids}, was, value)),
free AS MATERIALIZED (
    SELECT {qualified} FROM {table} t JOIN anew ON {same}
    ORDER BY {qualified} FOR NO KEY UPDATE OF t SKIP LOCKED
),
replaced AS (
    UPDATE {table} t SET sealing_key_id = $1, {value} = anew.value FROM anew
    WHERE {same} AND ({qualified}) IN (SELECT * FROM free) RETURNING 1
)
SELECT count(*) AS replaced FROM replaced
"""
_ANNOUNCE = """
WITH gone AS (DELETE FROM key_rings WHERE seen_at < now() - interval '1 day')
INSERT INTO key_rings AS k (process_id, host, key_ids) VALUES ($1, $2, $3)
ON CONFLICT (process_id) DO UPDATE SET key_ids = excluded.key_ids, seen_at = now()
"""
_LEAVE = "DELETE FROM key_rings WHERE process_id = $1"
_WITHOUT = f"""
SELECT host, key_ids FROM key_rings
WHERE NOT $1 = ANY(key_ids) AND seen_at > now() - interval '{ANNOUNCED_FOR}' ORDER BY host, process_id
"""  # noqa: S608  -- a constant of this file
_SEALING_WITH_OTHERS = f"""
SELECT count(*) AS processes FROM key_rings WHERE key_ids[1] <> $1 AND seen_at > now() - interval '{ANNOUNCED_FOR}'
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read. `ids` are in the order of its place; `columns` has them, and what tells what it is sealed for."""

    ids: tuple[object, ...]
    columns: Mapping[str, object]
    sealed: Sealed


async def count(hot: Hot, place: Place) -> dict[str, int]:
    """How many rows of a place need each key, by the key's id."""
    return {row["key_id"]: row["rows"] for row in await hot.fetch(_COUNT.format(**_words(place)))}


async def keys_needed_but(hot: Hot, place: Place, known: Sequence[str], *, timeout_s: float | None) -> list[str]:
    """The ids of keys that rows of a place need, other than the `known` ones. Raises StoreUnavailable when it takes longer."""
    rows = await hot.fetch(_MISSING.format(**_words(place)), list(known), timeout_s=timeout_s)
    return [row["key_id"] for row in rows]


async def some_of(hot: Hot, place: Place, key_id: str, *, timeout_s: float | None) -> list[Row]:
    """A few rows of a place that are sealed with a key. Raises StoreUnavailable when it takes longer."""
    found = await hot.fetch(_SOME.format(**_words(place)), key_id, timeout_s=timeout_s)
    return [_row(place, row) for row in found]


async def batch(hot: Hot, place: Place, current_id: str, after: tuple[object, ...]) -> list[Row]:
    """The next rows behind `after` that are sealed with another key than `current_id`: at most 64, or about 8 MiB."""
    found = await hot.fetch(_BATCH.format(**_words(place)), current_id, *after)
    return [_row(place, row) for row in found]


async def replace(hot: Hot, place: Place, current_id: str, anew: Sequence[tuple[Row, bytes]]) -> int:
    """Puts values sealed with `current_id` in the place of those that were read; gives how many rows were free and the same."""
    columns = [list(each) for each in zip(*(row.ids for row, _ in anew), strict=True)]
    was, values = [row.sealed.value for row, _ in anew], [value for _, value in anew]
    rows = await hot.fetch(_REPLACE.format(**_words(place)), current_id, was, values, *columns)
    replaced: int = rows[0]["replaced"]
    return replaced


async def announce(hot: Hot, process_id: UUID, host: str, key_ids: Sequence[str], *, timeout_s: float) -> None:
    """Writes down which keys a process has, the one it seals with first."""
    await hot.fetch(_ANNOUNCE, process_id, host, list(key_ids), timeout_s=timeout_s)


async def leave(hot: Hot, process_id: UUID, *, timeout_s: float) -> None:
    """Forgets a process."""
    await hot.fetch(_LEAVE, process_id, timeout_s=timeout_s)


async def hosts_without(hot: Hot, key_id: str) -> list[str]:
    """The machines with a process that has not the key, one entry a process."""
    return [row["host"] for row in await hot.fetch(_WITHOUT, key_id)]


async def sealing_with_others(hot: Hot, key_id: str) -> int:
    """How many processes seal with another key than this one."""
    processes: int = (await hot.fetch(_SEALING_WITH_OTHERS, key_id))[0]["processes"]
    return processes


def _row(place: Place, row: Mapping[str, Any]) -> Row:
    ids = tuple(row[name] for name, _, _ in place.ids)
    return Row(ids, dict(row.items()), Sealed(row["sealing_key_id"], row["sealed"]))


def _words(place: Place) -> dict[str, object]:
    """The parts of a statement: names and types of a Place, which are constants of this program."""
    names = [name for name, _, _ in place.ids]
    qualified, new_ids = ", ".join(f"t.{name}" for name in names), ", ".join(f"anew.{name}" for name in names)
    return {
        "table": place.table,
        "value": place.value,
        "counts": place.counts,
        "ids": ", ".join(names),
        "columns": ", ".join(dict.fromkeys([*names, *place.told_by])),
        "qualified": qualified,
        # Whoever has changed a row since it was read keeps what they wrote.
        "same": f"({qualified}) = ({new_ids}) AND t.{place.value} = anew.was",
        "least": ", ".join(f"${number}::{kind}" for number, (_, kind, _) in enumerate(place.ids, 2)),
        "arrays": ", ".join(f"${number}::{kind}[]" for number, (_, kind, _) in enumerate(place.ids, 4)),
        "rows_max": ROWS_MAX,
        "bytes_max": BYTES_MAX,
    }
