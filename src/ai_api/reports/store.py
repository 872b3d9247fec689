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
_BY_TAG = f"""WITH sets AS MATERIALIZED (SELECT tags, {_SUMS} FROM ({{facts}}) facts GROUP BY tags){_EXPLODED},
    grouped AS MATERIALIZED (SELECT key, {_SUMS_OF_SUMS} FROM exploded GROUP BY key HAVING sum(calls) > 0)"""  # noqa: S608
_STEPS_BY_TAG = f"""WITH sets AS MATERIALIZED (
    SELECT {_STEP} AS step, tags, {_SUMS} FROM ({{facts}}) facts GROUP BY 1, 2
){_EXPLODED}"""  # noqa: S608
_BY_KEY = f"""WITH grouped AS MATERIALIZED (
    SELECT key, {_SUMS} FROM (SELECT *, {{key}} AS key FROM ({{facts}}) rows) facts GROUP BY key HAVING sum(calls) > 0
)"""  # noqa: S608
# The whole is summed out of the groups: each row is added up once.
_TOTALS = f"""{{grouped}}
    SELECT * FROM (
        SELECT 1 AS is_total, NULL AS key, {_SUMS_OF_SUMS}, (SELECT count(*) FROM grouped) AS groups FROM {{whole}}
        UNION ALL (
            SELECT 0, CAST(key AS text), {", ".join(SUMMED)}, 0 FROM grouped
            ORDER BY {{measure}} DESC, calls DESC, key NULLS LAST LIMIT :top
        )
    ) found ORDER BY is_total DESC, {{measure}} DESC, calls DESC, key NULLS LAST"""  # noqa: S608

_BY_ID: Final[frozenset[By]] = frozenset({"member", "allocation", "credential", "provider_key"})
_PLACED = """{source} facts
    LEFT JOIN unnest(CAST(:keys AS {kind}[]), CAST(:places AS int[])) AS placed(its_key, its_place) ON its_key = key"""
# The key of no group is none of theirs either.
_PLACE = f"CASE WHEN key IS NULL THEN CAST(:none AS int) ELSE coalesce(its_place, {OTHER}) END"

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
            SELECT {_STEP} AS step, false AS is_whole, CAST(key AS text) AS key, {_SUMS}
            FROM (SELECT *, {_key_of(by, as_told=asked.as_told)} AS key FROM ({facts}) rows) facts
            GROUP BY 1, 3 HAVING sum(calls) > 0 LIMIT :most"""  # noqa: S608
    given |= {"begins": list(begins), "most": most + 1}
    rows = (await tx.execute(text(statement).bindparams(_BEGINS), given)).all()
    return None if len(rows) > most else [Cell(row.step, row.is_whole, row.key, Sums(*row[3:])) for row in rows]


async def totals(tx: Tx, asked: Asked, by: By, *, measure: Measure, top: int) -> Totals:
    """The sums by group, the largest first."""
    facts, given = await facts_of(tx, asked, by)
    statement = _totals_statement(asked, by, facts, measure=measure)
    given |= {"top": top}
    rows = (await tx.execute(text(statement), given)).all()
    total = next((Sums(*row[2:_SUMS_END]) for row in rows if row.is_total), NOTHING)
    found = [(row.key, Sums(*row[2:_SUMS_END])) for row in rows if not row.is_total]
    return Totals(total, max((row.groups for row in rows), default=0), found)


def _totals_statement(asked: Asked, by: By, facts: str, *, measure: Measure) -> str:
    if by == "tag":
        return _TOTALS.format(grouped=_BY_TAG.format(facts=facts), whole="sets", measure=_ORDER[measure])
    grouped = _BY_KEY.format(key=_key_of(by, as_told=asked.as_told), facts=facts)
    return _TOTALS.format(grouped=grouped, whole="grouped", measure=_ORDER[measure])


async def steps(
    tx: Tx, asked: Asked, by: By | None, begins: Sequence[datetime], keys: Sequence[str | None]
) -> dict[tuple[int, int], Sums]:
    """The sums by step and place: steps and the groups of `keys` are numbered from 1, what is in none of these is `OTHER`.

    Only what has calls is there. Groups that overlap (tags) do not add up: `WHOLE` is all calls of the step, counted once.
    """
    facts, given = await facts_of(tx, asked, by, begins)
    given |= {"begins": list(begins)}
    if by is not None:
        places = {key: place for place, key in enumerate(keys, 1)}
        given |= {"none": places.pop(None, OTHER), "keys": list(places), "places": list(places.values())}
    statement = _steps_statement(asked, by, facts)
    rows = await tx.execute(text(statement).bindparams(_BEGINS), given)
    return {(row.step, row.place): Sums(*row[2:_SUMS_END]) for row in rows}


def _steps_statement(asked: Asked, by: By | None, facts: str) -> str:
    if by == "tag":
        placed = _PLACED.format(source="exploded", kind="text")
        return f"""{_STEPS_BY_TAG.format(facts=facts)}
            SELECT step, {_PLACE} AS place, {_SUMS_OF_SUMS} FROM {placed} GROUP BY 1, 2 HAVING sum(calls) > 0
            UNION ALL SELECT step, {WHOLE}, {_SUMS_OF_SUMS} FROM sets GROUP BY 1 HAVING sum(calls) > 0"""  # noqa: S608
    if by is None:
        return f"SELECT {_STEP} AS step, {OTHER} AS place, {_SUMS} FROM ({facts}) facts GROUP BY 1, 2 HAVING sum(calls) > 0"  # noqa: S608
    rows = f"(SELECT *, {_key_of(by, as_told=asked.as_told)} AS key FROM ({facts}) rows)"  # noqa: S608
    placed = _PLACED.format(source=rows, kind="uuid" if by in _BY_ID else "text")
    return f"SELECT {_STEP} AS step, {_PLACE} AS place, {_SUMS} FROM {placed} GROUP BY 1, 2 HAVING sum(calls) > 0"  # noqa: S608


def _key_of(by: By, *, as_told: bool) -> str:
    column = COLUMN_OF.get(by, by)
    if as_told and column in UNTOLD:
        return f"CASE WHEN outcome <> '{HIDDEN}' THEN {column} END"
    return column
