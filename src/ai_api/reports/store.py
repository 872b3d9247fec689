"""Every query of reports that sums up the ledger.

Sums come from `usage_quarters`. Where a row of it cannot tell the list cost or the tags of its calls, because a build that did
not know of them has written to it or because the tags differ, their records are read instead: few, found by member and time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from ai_api.core.db import Tx
from ai_api.core.ids import first_id_of
from ai_api.reports.rules import NOTHING, SUMMED, Asked, By, Measure, Sums

HIDDEN: Final = "model_not_found"
"""The outcome of a call whose caller was told nothing of the model it meant."""
OTHER: Final = 0
"""The place of what is in none of the groups asked for; those begin with 1."""
WHOLE: Final = -1
"""The place of all calls of a step, where groups overlap."""

_KEYS: Final = (
    "member_id", "credential_id", "allocation_id", "model_id", "model", "provider", "provider_key_id", "outcome",
)  # fmt: skip
_COUNTED: Final = (
    "input_tokens", "cached_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens",
)  # fmt: skip
# The first id of a moment.
_QUARTER_ID = "(lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid"
_SAME_KEYS = " AND ".join(f"r.{name} IS NOT DISTINCT FROM o.{name}" for name in _KEYS[1:])
_FROM_RECORDS = f"""
    SELECT o.quarter, {", ".join(f"o.{name}" for name in _KEYS)}, r.tags, r.calls, {", ".join(f"r.{name}" for name in _COUNTED)},
        r.list_cost_nanos, r.billed_cost_nanos, r.unpriced_calls, r.estimated_cost_nanos
    FROM usage_quarters o CROSS JOIN LATERAL (
        SELECT r.tags, greatest(1, r.refused_count)::bigint AS calls, {", ".join(f"r.{name}" for name in _COUNTED)},
            coalesce(r.list_cost_nanos, 0) AS list_cost_nanos, coalesce(r.billed_cost_nanos, 0) AS billed_cost_nanos,
            (r.billed_cost_nanos IS NULL)::int::bigint AS unpriced_calls,
            CASE WHEN r.usage_source = 'estimated' THEN coalesce(r.billed_cost_nanos, 0) ELSE 0 END AS estimated_cost_nanos
        FROM call_records r
        WHERE {{same_member}} AND {_SAME_KEYS} AND r.call_id >= :first_id AND r.call_id < :last_id
            AND r.call_id >= {_QUARTER_ID.format(at="o.quarter")}
            AND r.call_id < {_QUARTER_ID.format(at="o.quarter + interval '15 minutes'")}
        OFFSET 0
    ) r
    WHERE NOT o.is_told AND {{member_known}} AND {{of_row}}{{of_tags}}"""  # noqa: S608  -- constants of this file

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

_COLUMN_OF: Final[Mapping[By, str]] = {
    "member": "member_id",
    "allocation": "allocation_id",
    "credential": "credential_id",
    "provider_key": "provider_key_id",
}
"""Where it is another word."""
_UNTOLD: Final = frozenset({"allocation_id", "model", "model_id", "provider", "provider_key_id"})
"""What a caller is not told of a call for a model that is hidden from them."""
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
    facts, given = _facts(asked)
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
    statement, given = totals_statement(asked, by, measure=measure, top=top)
    rows = (await tx.execute(text(statement), given)).all()
    total = next((Sums(*row[2:_SUMS_END]) for row in rows if row.is_total), NOTHING)
    found = [(row.key, Sums(*row[2:_SUMS_END])) for row in rows if not row.is_total]
    return Totals(total, max((row.groups for row in rows), default=0), found)


def totals_statement(asked: Asked, by: By, *, measure: Measure, top: int) -> tuple[str, dict[str, Any]]:
    """The one statement of the sums by group, with its parameters."""
    facts, given = _facts(asked)
    order = f"ORDER BY is_total DESC, {_ORDER[measure]} DESC, calls DESC, key NULLS LAST LIMIT :rows"
    if by == "tag":
        source, grouped = _BY_TAG.format(facts=facts), _GROUPED_BY_TAG
    else:
        key = _key_of(by, as_told=asked.as_told)
        source, grouped = "", _GROUPED.format(key=key, facts=facts)
    statement = f"""{source}
        SELECT *, count(*) FILTER (WHERE is_total = 0) OVER () AS groups FROM ({grouped}) grouped {order}"""  # noqa: S608
    return statement, {**given, "rows": top + 1}


async def steps(
    tx: Tx, asked: Asked, by: By | None, begins: Sequence[datetime], keys: Sequence[str | None]
) -> dict[tuple[int, int], Sums]:
    """The sums by step and place: steps and the groups of `keys` are numbered from 1, what is in none of these is `OTHER`.

    Only what has calls is there. Groups that overlap (tags) do not add up: `WHOLE` is all calls of the step, counted once.
    """
    statement, given = steps_statement(asked, by, begins, keys)
    rows = await tx.execute(text(statement).bindparams(_BEGINS), given)
    return {(row.step, row.place): Sums(*row[2:_SUMS_END]) for row in rows}


def steps_statement(
    asked: Asked, by: By | None, begins: Sequence[datetime], keys: Sequence[str | None]
) -> tuple[str, dict[str, Any]]:
    """The one statement of the sums by step and group, with its parameters."""
    facts, given = _facts(asked)
    # The key of no group is none of theirs either.
    place = "coalesce(array_position(CAST(:keys AS text[]), coalesce(key, '')), 0)"
    given = {**given, "begins": list(begins), "keys": [key or "" for key in keys]}
    if by == "tag":
        statement = f"""{_STEPS_BY_TAG.format(facts=facts)}
            SELECT step, {place} AS place, {_SUMS_OF_SUMS} FROM exploded GROUP BY 1, 2 HAVING sum(calls) > 0
            UNION ALL SELECT step, {WHOLE}, {_SUMS_OF_SUMS} FROM sets GROUP BY 1 HAVING sum(calls) > 0"""  # noqa: S608
        return statement, given
    if by is None:
        given.pop("keys")
    key = "NULL::text" if by is None else _key_of(by, as_told=asked.as_told)
    statement = f"""
        SELECT {_STEP} AS step, {"0" if by is None else place} AS place, {_SUMS}
        FROM (SELECT *, {key} AS key FROM ({facts}) rows) facts GROUP BY 1, 2 HAVING sum(calls) > 0"""  # noqa: S608
    return statement, given


def _key_of(by: By, *, as_told: bool) -> str:
    column = _COLUMN_OF.get(by, by)
    if as_told and column in _UNTOLD:
        return f"CASE WHEN outcome <> '{HIDDEN}' THEN {column}::text END"
    return f"{column}::text"


def _facts(asked: Asked) -> tuple[str, dict[str, Any]]:
    """A query for the calls asked for, summed by quarter and key, and its parameters."""
    period = asked.period
    given: dict[str, Any] = {
        "since": period.since,
        "until": period.until,
        "first_id": first_id_of(period.since),
        "last_id": first_id_of(period.until),
    }
    conditions = ["o.quarter >= :since", "o.quarter < :until"]
    for name in (*_KEYS, "tag_id"):
        value = getattr(asked, name, None)
        if value is None:
            continue
        given[name] = value
        if name != "tag_id":
            conditions.append(f"o.{name} = :{name}")
        if asked.as_told and name in _UNTOLD:
            conditions.append(f"o.outcome <> '{HIDDEN}'")
    of_row = " AND ".join(conditions)
    of_tags = "" if asked.tag_id is None else " AND {0}.tags @> jsonb_build_array(CAST(:tag_id AS uuid))"
    records = [
        _FROM_RECORDS.format(same_member=same, member_known=known, of_row=of_row, of_tags=of_tags.format("r"))
        for same, known in (
            ("r.member_id = o.member_id", "o.member_id IS NOT NULL"),
            ("r.member_id IS NULL", "o.member_id IS NULL"),
        )
    ]
    told = f"""
    SELECT o.quarter, {", ".join(f"o.{name}" for name in _KEYS)}, o.tags, o.calls, {", ".join(f"o.{name}" for name in _COUNTED)},
        o.list_cost_nanos, o.billed_cost_nanos, o.unpriced_calls, o.estimated_cost_nanos
    FROM usage_quarters o WHERE o.is_told AND {of_row}{of_tags.format("o")}"""  # noqa: S608
    return " UNION ALL ".join((told, *records)), given
