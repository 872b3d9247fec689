"""Every query of reports that sums up the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from ai_api.core.db import Tx
from ai_api.reports.rules import NOTHING, SUMMED, Asked, By, Measure, Sums
from ai_api.reports.spans import COLUMN_OF
from ai_api.reports.store_facts import HIDDEN, UNTOLD, facts_of

OTHER: Final = 0
"""The place of what is in none of the groups asked for; those begin with 1."""
WHOLE: Final = -1
"""The place of all calls of a step, where groups overlap."""

# Postgres sums bigint up to a numeric, which arrives as text and is read digit by digit; no sum of ours needs one.
_SUMS_OF_SUMS = ", ".join(f"CAST(coalesce(sum({name}), 0) AS bigint) AS {name}" for name in SUMMED)
_SUMS = _SUMS_OF_SUMS.replace("sum(failed_calls)", "sum(calls) FILTER (WHERE outcome <> 'ok')")

_SUMS_END: Final = 2 + len(SUMMED)
"""Where the sums of a row end that two other columns come before."""
_STEP: Final = "width_bucket(quarter, :begins)"
_EXPLODED = """,
    exploded AS (
        SELECT sets.*, tag.id AS key FROM sets LEFT JOIN LATERAL jsonb_array_elements_text(sets.tags) AS tag(id) ON true
    )"""
# By sets of tags first, which are few: a call counts for each tag of its set, or for none.
_BY_TAG = f"WITH sets AS MATERIALIZED (SELECT tags, {_SUMS} FROM ({{facts}}) facts GROUP BY tags){_EXPLODED}"  # noqa: S608
_STEPS_BY_TAG = f"""WITH sets AS MATERIALIZED (
    SELECT {_STEP} AS step, tags, {_SUMS} FROM ({{facts}}) facts GROUP BY 1, 2
){_EXPLODED}"""  # noqa: S608
_GROUPED_BY_TAG = f"""
    SELECT 0 AS is_total, key, {_SUMS_OF_SUMS} FROM exploded GROUP BY key HAVING sum(calls) > 0
    UNION ALL SELECT 1, NULL, {_SUMS_OF_SUMS} FROM sets"""  # noqa: S608
_GROUPED = f"""
    SELECT grouping(key) AS is_total, key, {_SUMS} FROM (SELECT *, {{key}} AS key FROM ({{facts}}) rows) facts
    GROUP BY GROUPING SETS ((key), ()) HAVING sum(calls) > 0"""  # noqa: S608

_ORDER: Final[Mapping[Measure, str]] = {
    "billed_cost": "billed_cost_nanos",
    "list_cost": "list_cost_nanos",
    "calls": "calls",
    "failed_calls": "failed_calls",
    "tokens": "(input_tokens + output_tokens)",
}
_BEGINS = bindparam("begins", type_=ARRAY(DateTime(timezone=True)))


@dataclass(frozen=True, slots=True)
class Totals:
    """The sum of everything, how many groups that are, and the first of these by their keys; None is the key of no group."""

    total: Sums
    groups: int
    first: Sequence[tuple[str | None, Sums]]


@dataclass(frozen=True, slots=True)
class Cell:
    """The sums of one group in one step, numbered from 1; where `is_whole` of all calls of the step, each counted once."""

    step: int
    is_whole: bool
    key: str | None
    sums: Sums


async def cells(tx: Tx, asked: Asked, by: By, begins: Sequence[datetime], *, most: int) -> list[Cell] | None:
    """The sums by step and group, of all groups; None where they are more than `most`. Where groups overlap, whole ones too."""
    facts, given = await facts_of(tx, asked, by, begins)
    if by == "tag":
        statement = f"""{_STEPS_BY_TAG.format(facts=facts)}
            SELECT step, false AS is_whole, key, {_SUMS_OF_SUMS} FROM exploded GROUP BY 1, 3 HAVING sum(calls) > 0
            UNION ALL SELECT step, true, NULL, {_SUMS_OF_SUMS} FROM sets GROUP BY 1 HAVING sum(calls) > 0 LIMIT :most"""  # noqa: S608
    else:
        statement = f"""
            SELECT {_STEP} AS step, false AS is_whole, key, {_SUMS}
            FROM (SELECT *, {_key_of(by, as_told=asked.as_told)} AS key FROM ({facts}) rows) facts
            GROUP BY 1, 3 HAVING sum(calls) > 0 LIMIT :most"""  # noqa: S608
    given |= {"begins": list(begins), "most": most + 1}
    rows = (await tx.execute(text(statement).bindparams(_BEGINS), given)).all()
    return None if len(rows) > most else [Cell(row.step, row.is_whole, row.key, Sums(*row[3:])) for row in rows]


async def totals(tx: Tx, asked: Asked, by: By, *, measure: Measure, top: int) -> Totals:
    """The sums by group, the largest first."""
    facts, given = await facts_of(tx, asked, by)
    statement = _totals_statement(asked, by, facts, measure=measure)
    given |= {"rows": top + 1}
    rows = (await tx.execute(text(statement), given)).all()
    total = next((Sums(*row[2:_SUMS_END]) for row in rows if row.is_total), NOTHING)
    found = [(row.key, Sums(*row[2:_SUMS_END])) for row in rows if not row.is_total]
    return Totals(total, max((row.groups for row in rows), default=0), found)


def _totals_statement(asked: Asked, by: By, facts: str, *, measure: Measure) -> str:
    order = f"ORDER BY is_total DESC, {_ORDER[measure]} DESC, calls DESC, key NULLS LAST LIMIT :rows"
    if by == "tag":
        source, grouped = _BY_TAG.format(facts=facts), _GROUPED_BY_TAG
    else:
        key = _key_of(by, as_told=asked.as_told)
        source, grouped = "", _GROUPED.format(key=key, facts=facts)
    return f"""{source}
        SELECT *, count(*) FILTER (WHERE is_total = 0) OVER () AS groups FROM ({grouped}) grouped {order}"""  # noqa: S608


async def steps(
    tx: Tx, asked: Asked, by: By | None, begins: Sequence[datetime], keys: Sequence[str | None]
) -> dict[tuple[int, int], Sums]:
    """The sums by step and place: steps and the groups of `keys` are numbered from 1, what is in none of these is `OTHER`.

    Only what has calls is there. Groups that overlap (tags) do not add up: `WHOLE` is all calls of the step, counted once.
    """
    facts, given = await facts_of(tx, asked, by, begins)
    given |= {"begins": list(begins)}
    if by is not None:
        given |= {"keys": [key or "" for key in keys]}
    statement = _steps_statement(asked, by, facts)
    rows = await tx.execute(text(statement).bindparams(_BEGINS), given)
    return {(row.step, row.place): Sums(*row[2:_SUMS_END]) for row in rows}


def _steps_statement(asked: Asked, by: By | None, facts: str) -> str:
    # The key of no group is none of theirs either.
    place = "coalesce(array_position(CAST(:keys AS text[]), coalesce(key, '')), 0)"
    if by == "tag":
        return f"""{_STEPS_BY_TAG.format(facts=facts)}
            SELECT step, {place} AS place, {_SUMS_OF_SUMS} FROM exploded GROUP BY 1, 2 HAVING sum(calls) > 0
            UNION ALL SELECT step, {WHOLE}, {_SUMS_OF_SUMS} FROM sets GROUP BY 1 HAVING sum(calls) > 0"""  # noqa: S608
    key = "NULL::text" if by is None else _key_of(by, as_told=asked.as_told)
    return f"""
        SELECT {_STEP} AS step, {"0" if by is None else place} AS place, {_SUMS}
        FROM (SELECT *, {key} AS key FROM ({facts}) rows) facts GROUP BY 1, 2 HAVING sum(calls) > 0"""  # noqa: S608


def _key_of(by: By, *, as_told: bool) -> str:
    column = COLUMN_OF.get(by, by)
    if as_told and column in UNTOLD:
        return f"CASE WHEN outcome <> '{HIDDEN}' THEN {column}::text END"
    return f"{column}::text"
