"""The calls that a report is asked for, summed by as much as it needs: what every sum of it is made of.

They come from `usage_quarters`, or from `usage_days` where days are summed (`spans`). Where a row of the former cannot tell the
list cost or the tags of its calls, because a build that did not know of them has written to it or because the tags differ,
their records are read instead: few, found by member and time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text

from ai_api.core.db import Tx
from ai_api.core.ids import first_id_of
from ai_api.ledger import days_of, middle_of
from ai_api.reports.periods import Period
from ai_api.reports.rules import Asked, By
from ai_api.reports.spans import Span, spans

HIDDEN: Final = "model_not_found"
"""The outcome of a call whose caller was told nothing of the model it meant."""
UNTOLD: Final = frozenset({"allocation_id", "model", "model_id", "provider", "provider_key_id"})
"""What a caller is not told of a call for a model that is hidden from them."""

_KEYS: Final = (
    "member_id", "credential_id", "allocation_id", "model_id", "model", "provider", "provider_key_id", "outcome",
)  # fmt: skip
_COUNTED: Final = (
    "input_tokens", "cached_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens",
)  # fmt: skip
_OF_TAG: Final = " AND {}.tags @> jsonb_build_array(CAST(:tag_id AS uuid))"
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

_READY = """
SELECT r.day, r.in_month FROM usage_days_ready r WHERE r.day >= :first AND r.day <= :last
    AND NOT EXISTS (SELECT 1 FROM usage_days_stale s WHERE s.day = r.day)
"""
_TOLD = f"""
    SELECT o.{{begins}} AS quarter, {", ".join(f"o.{name}" for name in _KEYS)}, o.tags, o.calls,
        {", ".join(f"o.{name}" for name in _COUNTED)}, o.list_cost_nanos, o.billed_cost_nanos, o.unpriced_calls,
        o.estimated_cost_nanos
    FROM {{table}} o WHERE {{of_span}} AND {{of_row}}"""  # noqa: S608  -- constants of this file


async def facts_of(tx: Tx, asked: Asked, by: By | None, begins: Sequence[datetime] = ()) -> tuple[str, dict[str, Any]]:
    """A query for the calls asked for, summed by a time within one step and by what they are asked by, and its parameters.

    `tx` has to be a repeatable read: which days are summed is looked up first.
    """
    ready, months = await _ready(tx, asked.period)
    of_row, given = _of_row(asked)
    parts = []
    for number, span in enumerate(spans(asked, by, begins, ready, months)):
        given |= {f"since_{number}": span.period.since, f"until_{number}": span.period.until}
        parts.append(_told(span, number, of_row + (_OF_TAG.format("o") if asked.tag_id else "")))
    return " UNION ALL ".join((*parts, *_from_records(asked, of_row, given))), given


async def _ready(tx: Tx, period: Period) -> tuple[set[date], set[date]]:
    """The days of a period that are summed, and the firsts of months all whose days are in the month's sums."""
    given = {"first": period.since.date(), "last": period.until.date()}
    rows = (await tx.execute(text(_READY), given)).all()
    in_month = {row.day for row in rows if row.in_month}
    months = {day.replace(day=1) for day in in_month}
    whole = {month for month in months if in_month.issuperset(days_of(*middle_of(month)))}
    return {row.day for row in rows}, whole


def _of_row(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Which rows are picked, whenever they were; and the parameters of that."""
    given: dict[str, Any] = {}
    conditions = []
    for name in (*_KEYS, "tag_id"):
        value = getattr(asked, name, None)
        if value is None:
            continue
        given[name] = value
        if name != "tag_id":
            conditions.append(f"o.{name} = :{name}")
        if asked.as_told and name in UNTOLD:
            conditions.append(f"o.outcome <> '{HIDDEN}'")
    return " AND ".join(conditions) or "true", given


def _told(span: Span, number: int, of_row: str) -> str:
    """The rows of a span that tell all there is to tell."""
    is_quarters = span.source == "quarters"
    begins = "quarter" if is_quarters else "begins"
    of_span = f"o.{begins} >= :since_{number} AND o.{begins} < :until_{number}"
    of_span += " AND o.is_told" if is_quarters else f" AND o.cut = '{span.source}'"
    table = "usage_quarters" if is_quarters else "usage_days"
    return _TOLD.format(begins=begins, table=table, of_span=of_span, of_row=of_row)


def _from_records(asked: Asked, of_row: str, given: dict[str, Any]) -> list[str]:
    """The rows that do not tell it, by their records; adds to the parameters."""
    period = asked.period
    given |= {
        "since": period.since,
        "until": period.until,
        "first_id": first_id_of(period.since),
        "last_id": first_id_of(period.until),
    }
    of_row = f"o.quarter >= :since AND o.quarter < :until AND {of_row}"
    of_tags = _OF_TAG.format("r") if asked.tag_id else ""
    return [
        _FROM_RECORDS.format(same_member=same, member_known=known, of_row=of_row, of_tags=of_tags)
        for same, known in (
            ("r.member_id = o.member_id", "o.member_id IS NOT NULL"),
            ("r.member_id IS NULL", "o.member_id IS NULL"),
        )
    ]
